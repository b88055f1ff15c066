// What leaves the process: `helpers.httpRequest`, `helpers.request` and `fetch`, all through the host, and helpers for files.
(function (host, tools, bytes, urls) {
  'use strict';

  const { functions, value, ofHost } = tools;
  const { Buffer, bytesOf } = bytes;
  const { URL, URLSearchParams } = urls;
  const NativeError = Error;
  const NativePromise = Promise;
  const NativeTypeError = TypeError;
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const textOf = String;
  const isArray = Array.isArray;

  // ---- Calls under way.

  const waiting = new Map();
  let lastCall = 0;
  // As many redirects are followed, where nothing else is said.
  const usualRedirects = 21;
  const send = (method, url, headers, body, timeout, redirects = usualRedirects) => {
    lastCall += 1;
    const id = lastCall;
    const answer = new NativePromise((resolve, reject) => waiting.set(id, { resolve, reject }));
    try {
      host.call(id, method, url, headers, body, timeout, redirects);
    } catch (error) {
      waiting.delete(id);
      throw error;
    }
    return answer;
  };
  const settle = (id, failure, status, statusText, headers, body) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) {
      call.resolve({ status, statusText, headers, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) });
      return;
    }
    const error = new NativeError(failure);
    tools.hide(error, '__host', true);
    call.reject(error);
  };

  // ---- Requests.

  const headersOf = (given) => {
    const headers = [];
    const add = (name, own) => {
      if (own === undefined || own === null) return;
      for (const each of isArray(own) ? own : [own]) headers.push([textOf(name).toLowerCase(), textOf(each)]);
    };
    if (given === undefined || given === null) return headers;
    if (typeof given.entries === 'function' && !isArray(given)) for (const [name, own] of given.entries()) add(name, own);
    else if (isArray(given)) for (const [name, own] of given) add(name, own);
    else for (const name of Object.keys(given)) add(name, given[name]);
    return headers;
  };
  const headerOf = (headers, name) => headers.find(([known]) => known === name)?.[1];
  const withDefault = (headers, name, own) => {
    if (headerOf(headers, name) === undefined) headers.push([name, own]);
  };
  const query = (url, own, format) => {
    if (own === undefined || own === null) return url;
    const made = new URL(url);
    const add = (name, given) => made.searchParams.append(name, given instanceof Date ? given.toISOString() : typeof given === 'object' ? stringify(given) : given);
    for (const name of Object.keys(own)) {
      const given = own[name];
      if (given === undefined || given === null) continue;
      if (!isArray(given)) add(name, given);
      else if (format === 'comma') add(name, given.join(','));
      else given.forEach((each, at) => add(format === 'repeat' ? name : format === 'indices' ? `${name}[${at}]` : `${name}[]`, each));
    }
    return made.href;
  };
  const isBytes = (given) => given instanceof ArrayBuffer || ArrayBuffer.isView(given);
  // A body with the media type that it has unless the request names another.
  const bodyOf = (given, headers) => {
    if (given === undefined || given === null) return undefined;
    if (isBytes(given)) return bytesOf(given);
    const isForm = /^application\/x-www-form-urlencoded/i.test(headerOf(headers, 'content-type') ?? '');
    if (given instanceof URLSearchParams || (isForm && typeof given === 'object')) {
      withDefault(headers, 'content-type', 'application/x-www-form-urlencoded;charset=utf-8');
      return bytesOf(new URLSearchParams(given).toString());
    }
    if (typeof given === 'object') {
      withDefault(headers, 'content-type', 'application/json');
      return bytesOf(stringify(given));
    }
    return bytesOf(textOf(given));
  };
  const basic = (headers, auth) => {
    if (auth === undefined || auth === null) return;
    const user = auth.username ?? auth.user ?? '';
    const password = auth.password ?? auth.pass ?? '';
    withDefault(headers, 'authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  };
  const parsed = (text) => {
    try {
      return parse(text);
    } catch {
      return text;
    }
  };
  const plainHeaders = (pairs) => {
    const headers = {};
    for (const [name, own] of pairs) {
      if (name === 'set-cookie') (headers[name] ??= []).push(own);
      else headers[name] = headers[name] === undefined ? own : `${headers[name]}, ${own}`;
    }
    return headers;
  };
  const failure = (message, answer, body) => {
    const error = new NativeError(message);
    tools.hide(error, '__host', true);
    // n8n's words for what kind of error it is.
    tools.hide(error, 'name', 'AxiosError');
    tools.hide(error, 'description', 'AxiosError');
    Object.assign(error, {
      httpCode: textOf(answer.status), status: answer.status, statusCode: answer.status,
      response: { status: answer.status, statusText: answer.statusText, headers: plainHeaders(answer.headers), data: body, body },
    });
    return error;
  };
  const isSuccess = (answer) => answer.status >= 200 && answer.status < 300;
  const given = (options, what) => {
    if (typeof options === 'string') return { url: options };
    if (typeof options !== 'object' || options === null) throw new NativeTypeError(`${what} takes an object with a url`);
    return options;
  };

  const httpRequest = async (request) => {
    const options = given(request, 'helpers.httpRequest');
    const method = textOf(options.method ?? 'GET').toUpperCase();
    const headers = headersOf(options.headers);
    const auth = options.auth;
    basic(headers, auth);
    withDefault(headers, 'accept', options.json ? 'application/json' : 'application/json, text/plain, */*');
    const base = options.baseURL === undefined ? undefined : textOf(options.baseURL).replace(/\/?$/, '/');
    const target = textOf(options.url ?? '');
    const url = new URL(base === undefined ? target : target.replace(/^\//, ''), base).href;
    const isEmpty = typeof options.body === 'object' && options.body !== null && !isBytes(options.body)
      && !(options.body instanceof URLSearchParams) && Object.keys(options.body).length === 0;
    const body = (method === 'GET' && isEmpty) ? undefined : bodyOf(options.body, headers);
    const redirects = options.disableFollowRedirect ? 0 : options.maxRedirects;
    const answer = await send(method, query(url, options.qs, options.arrayFormat), headers, body, options.timeout, redirects);
    const content = options.encoding === 'arraybuffer' ? answer.body : parsed(answer.body.toString());
    if (!isSuccess(answer) && !options.ignoreHttpStatusErrors) {
      throw failure(`Request failed with status code ${answer.status}`, answer, content);
    }
    if (!options.returnFullResponse) return content;
    return { body: content, headers: plainHeaders(answer.headers), statusCode: answer.status, statusMessage: answer.statusText };
  };

  const request = async (first, second) => {
    const options = typeof first === 'string' ? { ...second, url: first } : given(first, 'helpers.request');
    const method = textOf(options.method ?? 'GET').toUpperCase();
    const headers = headersOf(options.headers);
    basic(headers, options.auth);
    let body = options.body;
    if (options.form !== undefined) {
      withDefault(headers, 'content-type', 'application/x-www-form-urlencoded');
      body = new URLSearchParams(options.form);
    } else if (options.formData !== undefined) {
      throw ofHost(new NativeError('helpers.request sends no formData here: use the HTTP Request node'));
    }
    if (options.json) withDefault(headers, 'accept', 'application/json');
    const url = query(new URL(textOf(options.uri ?? options.url ?? ''), options.baseUrl ?? options.baseURL).href, options.qs);
    // Only what asks is led elsewhere by itself.
    const follows = options.followRedirect !== false && (method === 'GET' || method === 'HEAD' || options.followAllRedirects);
    const redirects = follows ? options.maxRedirects : 0;
    const answer = await send(method, url, headers, bodyOf(body, headers), options.timeout, redirects);
    const text = options.encoding === null ? answer.body : answer.body.toString();
    const content = options.json ? parsed(text) : text;
    if (!isSuccess(answer) && options.simple !== false) {
      throw failure(`${answer.status} - ${stringify(content)}`, answer, content);
    }
    if (!options.resolveWithFullResponse) return content;
    return { body: content, headers: plainHeaders(answer.headers), statusCode: answer.status, statusMessage: answer.statusText };
  };

  // ---- fetch.

  class Headers {
    #pairs;
    constructor(own) { this.#pairs = headersOf(own); }
    get(name) {
      const found = this.#pairs.filter(([known]) => known === textOf(name).toLowerCase()).map(([, own]) => own);
      return found.length === 0 ? null : found.join(', ');
    }
    has(name) { return this.get(name) !== null; }
    append(name, own) { this.#pairs.push([textOf(name).toLowerCase(), textOf(own)]); }
    delete(name) { this.#pairs = this.#pairs.filter(([known]) => known !== textOf(name).toLowerCase()); }
    set(name, own) { this.delete(name); this.append(name, own); }
    forEach(work) { for (const [name, own] of this.#pairs) work(own, name, this); }
    entries() { return this.#pairs[Symbol.iterator](); }
    [Symbol.iterator]() { return this.entries(); }
  }
  class Response {
    #body;
    #url;
    constructor(answer, url) {
      this.#body = answer.body;
      this.#url = url;
      this.status = answer.status;
      this.statusText = answer.statusText;
      this.headers = new Headers(answer.headers);
    }
    get ok() { return this.status >= 200 && this.status < 300; }
    get url() { return this.#url; }
    async text() { return this.#body.toString(); }
    async json() { return parse(this.#body.toString()); }
    async arrayBuffer() { return this.#body.buffer.slice(this.#body.byteOffset, this.#body.byteOffset + this.#body.byteLength); }
    async bytes() { return new Uint8Array(this.#body); }
  }
  value('Headers', Headers);
  functions(globalThis, {
    async fetch(target, options = {}) {
      const url = new URL(textOf(target)).href;
      const headers = headersOf(options.headers);
      let body;
      if (options.body !== undefined && options.body !== null) {
        const isText = !isBytes(options.body) && !(options.body instanceof URLSearchParams);
        if (isText) withDefault(headers, 'content-type', 'text/plain;charset=UTF-8');
        body = bodyOf(isText ? textOf(options.body) : options.body, headers);
      }
      withDefault(headers, 'accept', '*/*');
      const follows = options.redirect === undefined || options.redirect === 'follow';
      const answer = await send(textOf(options.method ?? 'GET').toUpperCase(), url, headers, body, undefined, follows ? undefined : 0);
      if (options.redirect === 'error' && answer.status >= 300 && answer.status < 400) throw ofHost(new NativeTypeError('fetch failed: the service redirects'));
      return new Response(answer, url);
    },
  });

  // ---- Files.

  const types = {
    txt: 'text/plain', csv: 'text/csv', html: 'text/html', htm: 'text/html', css: 'text/css', xml: 'application/xml', json: 'application/json',
    pdf: 'application/pdf', zip: 'application/zip', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', svg: 'image/svg+xml',
    webp: 'image/webp', mp3: 'audio/mpeg', wav: 'audio/wav', mp4: 'video/mp4', md: 'text/markdown', ics: 'text/calendar', js: 'text/javascript',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  };
  const sizeOf = (length) => {
    if (length < 1000) return `${length} B`;
    const units = ['kB', 'MB', 'GB'];
    let size = length / 1000;
    let unit = 0;
    while (size >= 1000 && unit < units.length - 1) {
      size /= 1000;
      unit += 1;
    }
    return `${+size.toPrecision(3)} ${units[unit]}`;
  };
  const kindOf = (type) => {
    if (type.startsWith('application/json')) return 'json';
    if (type.startsWith('text/html')) return 'html';
    if (type.startsWith('application/pdf')) return 'pdf';
    return ['image', 'audio', 'video', 'text'].find((kind) => type.startsWith(`${kind}/`));
  };
  const fileOf = (index, name) => {
    const file = host.file(index, textOf(name));
    if (file === undefined) throw ofHost(new NativeError(`This operation expects the node's input data to contain a binary file '${textOf(name)}', but none was found [item ${index}]`));
    return file;
  };
  const helpers = {
    httpRequest,
    request,
    async getBinaryDataBuffer(index, name) {
      let content;
      if (typeof name !== 'object') {
        fileOf(index, name);
        content = host.fileContent(index, textOf(name));
      } else if (name.id === undefined || name.id === null) {
        return Buffer.from(name.data, 'base64');
      } else {
        content = host.fileContent(undefined, textOf(name.id));
        if (content === undefined) throw ofHost(new NativeError('The file is not one of the items that the node got'));
      }
      return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    },
    async assertBinaryData(index, name) { return fileOf(index, name); },
    async prepareBinaryData(data, name, type) {
      const content = Buffer.from(bytesOf(data));
      const extension = name === undefined ? undefined : /\.([^./]+)$/.exec(textOf(name))?.[1];
      const mimeType = type ?? types[extension?.toLowerCase()] ?? 'text/plain';
      const fileType = kindOf(mimeType);
      return {
        mimeType,
        ...(fileType === undefined ? {} : { fileType }),
        ...(extension === undefined ? {} : { fileExtension: extension }),
        data: content.toString('base64'),
        ...(name === undefined ? {} : { fileName: textOf(name) }),
        fileSize: sizeOf(content.length),
        bytes: content.length,
      };
    },
    async setBinaryDataBuffer(file, data) {
      const content = Buffer.from(bytesOf(data));
      const { id, ...rest } = file;
      return { ...rest, data: content.toString('base64'), fileSize: sizeOf(content.length), bytes: content.length };
    },
    async binaryToString(data, encoding) { return Buffer.from(bytesOf(data)).toString(encoding); },
  };
  return { helpers, settle, isWaiting: () => waiting.size > 0 };
})

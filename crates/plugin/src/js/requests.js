// What nodes send. Both ways to say it (`httpRequest` and the older `request`) become one request of the host; what they
// give and throw is recorded in the tests beside this crate.
(function (kit) {
  'use strict';

  const { Buffer, bytesOf, URL, URLSearchParams } = kit;
  const { isArray } = Array;
  const textOf = String;
  const isObject = (value) => typeof value === 'object' && value !== null;
  const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  const isPlain = (value) => isObject(value) && !isBytes(value) && !isArray(value) && !(value instanceof URLSearchParams);

  // ---- Parts of requests.

  class Headers {
    pairs = [];
    constructor(given) {
      const entries = typeof given?.entries === 'function' && !isArray(given) ? [...given.entries()] : isArray(given) ? given : Object.entries(given ?? {});
      for (const [name, own] of entries) {
        if (own === undefined || own === null || own === false) continue;
        for (const each of isArray(own) ? own : [own]) this.pairs.push([textOf(name), textOf(each)]);
      }
    }
    get(name) { return this.pairs.find(([known]) => known.toLowerCase() === name)?.[1]; }
    set(name, own) {
      this.pairs = this.pairs.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
      this.pairs.push([name, own]);
    }
    add(name, own) { if (this.get(name.toLowerCase()) === undefined) this.pairs.push([name, own]); }
  }

  // A query or form, as the packages qs and axios write it.
  const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const valueText = (value) => (value === null ? '' : value instanceof Date ? value.toISOString() : isBytes(value) ? Buffer.from(bytesOf(value)).toString() : textOf(value));
  const flatten = (name, value, format, pairs) => {
    if (value === undefined || typeof value === 'function') return;
    if (isArray(value)) {
      if (format === 'comma') {
        if (value.length > 0) pairs.push([name, value.map(valueText).join(',')]);
        return;
      }
      value.forEach((each, at) => {
        const key = format === 'repeat' ? name : format === 'brackets' ? `${name}[]` : `${name}[${at}]`;
        flatten(key, each, format, pairs);
      });
    } else if (isPlain(value) && !(value instanceof Date)) {
      for (const key of Object.keys(value)) flatten(name === undefined ? key : `${name}[${key}]`, value[key], format, pairs);
    } else {
      pairs.push([name, valueText(value)]);
    }
  };
  const stringify = (object, format = 'indices') => {
    const pairs = [];
    flatten(undefined, object, format, pairs);
    return pairs.map(([name, own]) => `${encode(name)}=${encode(own)}`).join('&');
  };
  const withQuery = (url, query, format) => {
    if (query === undefined || query === null || query === '') return url;
    const text = typeof query === 'string' ? query.replace(/^\?/, '') : query instanceof URLSearchParams ? query.toString() : stringify(query, format);
    if (text === '') return url;
    const hash = url.indexOf('#');
    const plain = hash < 0 ? url : url.slice(0, hash);
    return `${plain}${plain.includes('?') ? (/[?&]$/.test(plain) ? '' : '&') : '?'}${text}`;
  };
  const isAbsolute = (url) => /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
  const combine = (base, url) => {
    if (!base || isAbsolute(url)) return url;
    return url === '' ? textOf(base) : `${textOf(base).replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}`;
  };
  const checkUrl = (url) => {
    if (!URL.canParse(url)) {
      const error = new TypeError('Invalid URL');
      error.code = 'ERR_INVALID_URL';
      error.input = url;
      throw error;
    }
    return url;
  };

  // Forms of several parts. The boundary tells nothing of the contents.
  const multipart = (parts) => {
    const boundary = `--------------------------${kit.random(12)}`;
    const pieces = [];
    for (const { name, value, filename, contentType } of parts) {
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
      if (filename !== undefined) head += `; filename="${filename}"`;
      if (contentType !== undefined) head += `\r\nContent-Type: ${contentType}`;
      pieces.push(Buffer.from(`${head}\r\n\r\n`), isBytes(value) ? Buffer.from(bytesOf(value)) : Buffer.from(textOf(value)), Buffer.from('\r\n'));
    }
    pieces.push(Buffer.from(`--${boundary}--\r\n`));
    return { type: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(pieces) };
  };
  const partsOfFormData = (given) => {
    const parts = [];
    const add = (name, value) => {
      if (value === undefined || value === null) return;
      if (isArray(value)) {
        for (const each of value) add(name, each);
      } else if (isObject(value) && !isBytes(value) && 'value' in value) {
        const options = value.options ?? {};
        const filename = options.filename ?? options.filepath;
        parts.push({ name, value: contentOf(value.value), filename, contentType: options.contentType ?? (filename === undefined ? undefined : kit.mimeType(filename) ?? 'application/octet-stream') });
      } else if (isBytes(value)) {
        parts.push({ name, value, contentType: 'application/octet-stream' });
      } else {
        parts.push({ name, value: isPlain(value) ? JSON.stringify(value) : value });
      }
    };
    for (const name of Object.keys(given)) add(name, given[name]);
    return parts;
  };
  const contentOf = (value) => (typeof value?.readAll === 'function' ? value.readAll() : value);
  // What a body is, with the media type that goes with it: an object of the package form-data, a FormData, a stream.
  const readyBody = async (body) => {
    if (isObject(body) && typeof body.getBuffer === 'function' && typeof body.getHeaders === 'function') {
      return { type: body.getHeaders()['content-type'], body: body.getBuffer() };
    }
    if (kit.FormData !== undefined && body instanceof kit.FormData) {
      const parts = [];
      for (const [name, value] of body.entries()) {
        if (kit.Blob !== undefined && value instanceof kit.Blob) {
          parts.push({ name, value: new Uint8Array(await value.arrayBuffer()), filename: value.name ?? 'blob', contentType: value.type || 'application/octet-stream' });
        } else parts.push({ name, value });
      }
      return multipart(parts);
    }
    if (kit.Blob !== undefined && body instanceof kit.Blob) return { type: body.type || undefined, body: new Uint8Array(await body.arrayBuffer()) };
    if (isObject(body) && typeof body.readAll === 'function') return { body: body.readAll() };
    if (isObject(body) && typeof body.pipe === 'function' && typeof body[Symbol.asyncIterator] === 'function') {
      const pieces = [];
      for await (const piece of body) pieces.push(Buffer.from(piece));
      return { body: Buffer.concat(pieces) };
    }
    return undefined;
  };

  const basic = (headers, auth) => {
    if (!isObject(auth)) return;
    if (auth.bearer !== undefined) {
      const token = typeof auth.bearer === 'function' ? auth.bearer() : auth.bearer;
      headers.set('Authorization', `Bearer ${token}`);
      return;
    }
    const user = auth.username ?? auth.user ?? '';
    const password = auth.password ?? auth.pass ?? '';
    headers.set('Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  };

  // ---- What comes back.

  const parsed = (text) => {
    if (text === '') return text;
    try {
      return JSON.parse(text);
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
  class AxiosError extends Error {
    constructor(message, code) {
      super(message);
      this.name = 'AxiosError';
      this.isAxiosError = true;
      if (code !== undefined) this.code = code;
    }
    toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.status ?? null }; }
  }
  const hidden = (object, name, value) => Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
  const refused = (message, answer, data, config) => {
    const error = new AxiosError(message, answer.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST');
    hidden(error, 'config', config);
    hidden(error, 'request', {});
    hidden(error, 'response', { status: answer.status, statusText: answer.statusText, headers: plainHeaders(answer.headers), data });
    error.status = answer.status;
    return error;
  };
  // No answer came: the host's words, or those of the system.
  const unanswered = (failure, config) => {
    const error = new AxiosError(failure.message, failure.code);
    error.name = failure.code === undefined ? 'Error' : 'AxiosError';
    if (failure.kind !== undefined) hidden(error, 'kind', failure.kind);
    hidden(error, 'config', config);
    return error;
  };
  const exchange = async (send, call, config) => {
    try {
      return await send(call);
    } catch (failure) {
      if (failure?.isOfHost) throw unanswered(failure, config);
      throw failure;
    }
  };

  const connection = (options) => ({
    insecure: options.skipSslCertificateValidation === true || options.rejectUnauthorized === false || options.agentOptions?.rejectUnauthorized === false || undefined,
    proxy: typeof options.proxy === 'string' ? options.proxy || undefined : isObject(options.proxy) && options.proxy.host
      ? `${options.proxy.protocol ?? 'http'}://${options.proxy.auth ? `${encodeURIComponent(options.proxy.auth.username)}:${encodeURIComponent(options.proxy.auth.password)}@` : ''}${options.proxy.host}:${options.proxy.port}` : undefined,
  });
  const REDIRECTS = 21;

  // `helpers.httpRequest`.
  const httpRequest = async (send, options, credential) => {
    if (!isObject(options)) throw new TypeError('Invalid URL');
    const explicit = options.method === undefined ? undefined : textOf(options.method).toUpperCase();
    const method = explicit ?? 'GET';
    const headers = new Headers(options.headers);
    // A GET that says so has no body; one that only is one may.
    const body = explicit === 'GET' ? undefined : options.body;
    const ready = await readyBody(body);
    const contentType = headers.get('content-type') ?? '';
    let bytes;
    if (ready !== undefined) {
      bytes = ready.body;
      if (ready.type !== undefined) headers.set('Content-Type', ready.type);
    } else if (body instanceof URLSearchParams) {
      headers.add('Content-Type', 'application/x-www-form-urlencoded');
      bytes = Buffer.from(body.toString());
    } else if (isBytes(body)) {
      bytes = Buffer.from(bytesOf(body));
    } else if (isObject(body)) {
      const isEmpty = isPlain(body) && Object.keys(body).length === 0;
      if (!isEmpty && /^application\/x-www-form-urlencoded/i.test(contentType)) {
        const form = new URLSearchParams();
        const pairs = [];
        flatten(undefined, body, 'brackets', pairs);
        for (const [name, own] of pairs) form.append(name, own);
        bytes = Buffer.from(form.toString());
      } else if (!isEmpty && /^multipart\/form-data/i.test(contentType)) {
        const form = multipart(partsOfFormData(body));
        headers.set('Content-Type', form.type);
        bytes = form.body;
      } else if (!isEmpty) {
        headers.add('Content-Type', 'application/json');
        bytes = Buffer.from(JSON.stringify(body));
      }
    } else if (body !== undefined && body !== null && body !== '') {
      bytes = Buffer.from(textOf(body));
    }
    if (bytes !== undefined && ['POST', 'PUT', 'PATCH'].includes(method)) headers.add('Content-Type', 'application/x-www-form-urlencoded');
    headers.add('Accept', options.json ? 'application/json' : 'application/json, text/plain, */*');
    basic(headers, options.auth);
    const url = checkUrl(withQuery(combine(options.baseURL, textOf(options.url ?? '')), options.qs, options.arrayFormat));
    const config = { url, method: method.toLowerCase(), headers: Object.fromEntries(headers.pairs), data: typeof body === 'string' ? body : undefined };
    const ignores = options.ignoreHttpStatusErrors;
    const answer = await exchange(send, {
      method, url, headers: headers.pairs, body: bytes, credential, timeout: options.timeout, allowed: options.allowedDomains,
      redirects: options.disableFollowRedirect ? 0 : options.maxRedirects ?? REDIRECTS, anyStatus: ignores === true || undefined, ...connection(options),
    }, config);
    const raw = options.encoding === 'arraybuffer';
    const isStream = options.encoding === 'stream';
    const data = raw ? answer.body : isStream ? kit.streamOf(answer.body) : options.encoding === 'text' ? answer.body.toString() : parsed(answer.body.toString());
    const passes = ignores === true || (isObject(ignores) && ignores.ignore && !(ignores.except ?? []).includes(answer.status));
    if ((answer.status < 200 || answer.status >= 300) && !passes) {
      throw refused(`Request failed with status code ${answer.status}`, answer, data, config);
    }
    if (!options.returnFullResponse) return data;
    return { body: data, headers: plainHeaders(answer.headers), statusCode: answer.status, statusMessage: answer.statusText };
  };

  // `helpers.request`.
  const request = async (send, first, second, credential) => {
    const options = typeof first === 'string' ? { ...second, uri: first } : { ...first, ...(isObject(second) ? second : {}) };
    const method = textOf(options.method ?? 'GET').toUpperCase();
    const headers = new Headers(options.headers);
    let bytes;
    const ready = await readyBody(options.body);
    // A form beside a body is more of that body.
    const both = isPlain(options.form) && isPlain(options.body) && ready === undefined ? { ...options.body, ...options.form } : undefined;
    if (options.formData !== undefined && options.formData !== null) {
      const own = await readyBody(options.formData) ?? multipart(partsOfFormData(options.formData));
      headers.set('Content-Type', own.type);
      bytes = own.body;
    } else if (both === undefined && options.form !== undefined && options.form !== null) {
      headers.add('Content-Type', 'application/x-www-form-urlencoded');
      bytes = Buffer.from(typeof options.form === 'string' ? options.form : stringify(options.form, options.qsStringifyOptions?.arrayFormat));
    } else if (ready !== undefined) {
      bytes = ready.body;
      if (ready.type !== undefined) headers.set('Content-Type', ready.type);
    } else if (isBytes(options.body)) {
      bytes = Buffer.from(bytesOf(options.body));
    } else if (options.body instanceof URLSearchParams) {
      headers.add('Content-Type', 'application/x-www-form-urlencoded');
      bytes = Buffer.from(options.body.toString());
    } else if (options.body === '' && ['POST', 'PUT', 'PATCH'].includes(method)) {
      headers.add('Content-Type', 'application/x-www-form-urlencoded');
    } else if (options.body !== undefined && options.body !== null && options.body !== '') {
      const body = both ?? options.body;
      const type = headers.get('content-type');
      const isJson = type === undefined || /json/i.test(type);
      if (isObject(body) && /^application\/x-www-form-urlencoded/i.test(type ?? '')) {
        bytes = Buffer.from(stringify(body, options.qsStringifyOptions?.arrayFormat));
      } else if (isObject(body) || (isJson && type === undefined)) {
        headers.add('Content-Type', 'application/json');
        bytes = Buffer.from(JSON.stringify(body));
      } else bytes = Buffer.from(textOf(body));
    }
    headers.add('Accept', options.json === true ? 'application/json' : '*/*');
    basic(headers, options.auth);
    const format = options.useQuerystring ? 'repeat' : options.qsStringifyOptions?.arrayFormat ?? options.arrayFormat;
    const target = combine(options.baseURL ?? options.baseUrl, textOf(options.uri ?? options.url ?? ''));
    const url = checkUrl(withQuery(target, options.qs, format));
    const shown = { url, method: method.toLowerCase(), headers: Object.fromEntries(headers.pairs), data: bytes === undefined ? undefined : bytes.toString() };
    const follows = options.followRedirect !== false && (options.followAllRedirects || options.followAllRedirect || ['GET', 'HEAD'].includes(method));
    let answer;
    try {
      answer = await exchange(send, {
        method, url, headers: headers.pairs, body: bytes, credential, timeout: options.timeout,
        redirects: follows ? options.maxRedirects ?? REDIRECTS : 0, anyStatus: options.simple === false || undefined, ...connection(options),
      }, undefined);
    } catch (error) {
      error.options = shown;
      throw error;
    }
    const text = options.encoding === null ? undefined : answer.body.toString();
    const data = text === undefined ? answer.body : options.json === true ? parsed(text) : text;
    if ((answer.status < 200 || answer.status >= 300) && options.simple !== false) {
      const error = refused(`${answer.status} - ${JSON.stringify(text === undefined ? data.toString() : data)}`, answer, undefined, undefined);
      hidden(error, 'response', { headers: plainHeaders(answer.headers), status: answer.status, statusText: answer.statusText });
      Object.assign(error, { options: shown, statusCode: answer.status, error: data });
      throw error;
    }
    const given = text === '' && answer.body.length === 0 ? undefined : data;
    if (!options.resolveWithFullResponse) return given;
    return { body: given, headers: plainHeaders(answer.headers), statusCode: answer.status, statusMessage: answer.statusText, request: {} };
  };

  return { httpRequest, request, stringify, withQuery, multipart, plainHeaders, AxiosError, parsed };
})

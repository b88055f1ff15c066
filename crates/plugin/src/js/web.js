// Names of the web that Node.js has, too: timers, console, `FormData`, `Blob`, `AbortController`, `fetch`.
(function (host, tools, bytes, urls) {
  'use strict';

  const { functions, value } = tools;
  const { Buffer, bytesOf } = bytes;
  const { URL, URLSearchParams } = urls;

  // ---- Console.

  const shown = (argument) => {
    if (typeof argument === 'string') return argument;
    if (argument instanceof Error) return `${argument.name}: ${argument.message}`;
    try {
      return JSON.stringify(argument) ?? `${argument}`;
    } catch {
      return `${argument}`;
    }
  };
  const console = {};
  const log = (level) => (...args) => host.log(level, args.map(shown).join(' '));
  functions(console, {
    log: log('log'), info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug'), trace: log('debug'),
    dir: log('log'), table: log('log'),
  });
  for (const name of ['time', 'timeEnd', 'timeLog', 'assert', 'clear', 'count', 'countReset', 'group', 'groupEnd', 'groupCollapsed']) {
    functions(console, { [name]() {} });
  }
  value('console', console);

  // ---- Timers.

  const timers = new Map();
  let lastTimer = 0;
  class Timeout {
    constructor(number) { Object.defineProperty(this, 'number', { value: number }); }
    ref() { return this; }
    unref() { return this; }
    hasRef() { return true; }
    refresh() { return this; }
    [Symbol.toPrimitive]() { return this.number; }
  }
  const add = (work, delay, args, every) => {
    if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    const wait = delay >= 1 && delay <= 2147483647 ? +delay : 1;
    lastTimer += 1;
    timers.set(lastTimer, { due: host.since() + wait, wait, work, args, every, number: lastTimer });
    return new Timeout(lastTimer);
  };
  const end = (timer) => { timers.delete(+timer); };
  functions(globalThis, {
    setTimeout(work, delay, ...args) { return add(work, delay, args, false); },
    setInterval(work, delay, ...args) { return add(work, delay, args, true); },
    setImmediate(work, ...args) { return add(work, 0, args, false); },
    clearTimeout: end,
    clearInterval: end,
    clearImmediate: end,
    queueMicrotask(work) { Promise.resolve().then(() => work()); },
  });
  const due = () => {
    let next;
    for (const timer of timers.values()) if (next === undefined || timer.due < next) next = timer.due;
    return next;
  };
  // Runs one timer that is due; gives whether there was one.
  const fire = () => {
    const now = host.since();
    let next;
    for (const timer of timers.values()) {
      if (timer.due <= now && (next === undefined || timer.due < next.due || (timer.due === next.due && timer.number < next.number))) next = timer;
    }
    if (next === undefined) return false;
    if (next.every) next.due = now + next.wait;
    else timers.delete(next.number);
    next.work(...next.args);
    return true;
  };

  // ---- Events and aborting.

  class Event {
    constructor(type, options = {}) {
      this.type = type;
      Object.assign(this, options);
    }
  }
  class EventTarget {
    #listeners = new Map();
    addEventListener(type, listener) {
      if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
      this.#listeners.get(type).add(listener);
    }
    removeEventListener(type, listener) { this.#listeners.get(type)?.delete(listener); }
    dispatchEvent(event) {
      for (const listener of this.#listeners.get(event.type) ?? []) {
        if (typeof listener === 'function') listener.call(this, event);
        else listener.handleEvent(event);
      }
      return true;
    }
  }
  class AbortSignal extends EventTarget {
    aborted = false;
    reason = undefined;
    throwIfAborted() { if (this.aborted) throw this.reason; }
    static abort(reason) {
      const controller = new AbortController();
      controller.abort(reason);
      return controller.signal;
    }
    static timeout(ms) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('The operation was aborted due to timeout')), ms);
      return controller.signal;
    }
  }
  class AbortController {
    signal = new AbortSignal();
    abort(reason) {
      if (this.signal.aborted) return;
      this.signal.aborted = true;
      this.signal.reason = reason ?? Object.assign(new Error('This operation was aborted'), { name: 'AbortError', code: 20 });
      const event = new Event('abort');
      this.signal.onabort?.(event);
      this.signal.dispatchEvent(event);
    }
  }
  for (const [name, own] of Object.entries({ Event, EventTarget, AbortSignal, AbortController })) value(name, own);

  // ---- Files and forms.

  class Blob {
    #bytes;
    constructor(parts = [], options = {}) {
      this.#bytes = Buffer.concat(parts.map((part) => (part instanceof Blob ? part.#bytes : typeof part === 'string' ? Buffer.from(part) : Buffer.from(bytesOf(part)))));
      this.type = `${options?.type ?? ''}`;
    }
    get size() { return this.#bytes.length; }
    async arrayBuffer() { return this.#bytes.buffer.slice(this.#bytes.byteOffset, this.#bytes.byteOffset + this.#bytes.byteLength); }
    async bytes() { return new Uint8Array(this.#bytes); }
    async text() { return this.#bytes.toString(); }
    slice(start, stop, type) { return new Blob([this.#bytes.subarray(start, stop)], { type }); }
    stream() { throw new Error('Blob.stream is not to be had here: use arrayBuffer() or text()'); }
  }
  class File extends Blob {
    constructor(parts, name, options = {}) {
      super(parts, options);
      this.name = `${name}`;
      this.lastModified = options?.lastModified ?? Date.now();
    }
  }
  class FormData {
    #entries = [];
    append(name, own, filename) { this.#entries.push([`${name}`, FormData.#entry(own, filename)]); }
    set(name, own, filename) { this.delete(name); this.append(name, own, filename); }
    delete(name) { this.#entries = this.#entries.filter(([known]) => known !== `${name}`); }
    get(name) { return this.#entries.find(([known]) => known === `${name}`)?.[1] ?? null; }
    getAll(name) { return this.#entries.filter(([known]) => known === `${name}`).map(([, own]) => own); }
    has(name) { return this.#entries.some(([known]) => known === `${name}`); }
    forEach(work, self) { for (const [name, own] of this.#entries) work.call(self, own, name, this); }
    *entries() { yield* this.#entries; }
    *keys() { for (const [name] of this.#entries) yield name; }
    *values() { for (const [, own] of this.#entries) yield own; }
    [Symbol.iterator]() { return this.entries(); }
    static #entry(own, filename) {
      if (!(own instanceof Blob)) return `${own}`;
      if (filename === undefined && own instanceof File) return own;
      return Object.assign(own, { name: filename === undefined ? own.name ?? 'blob' : `${filename}` });
    }
  }
  for (const [name, own] of Object.entries({ Blob, File, FormData })) value(name, own);

  // Streams of the web are there by name: code that only looks for them loads.
  for (const name of ['ReadableStream', 'WritableStream', 'TransformStream', 'MessageChannel', 'MessagePort', 'BroadcastChannel', 'WebSocket', 'EventSource']) {
    value(name, { [name]: class { constructor() { throw new Error(`${name} is not to be had in a plugin`); } } }[name]);
  }

  // ---- fetch.

  class Headers {
    #pairs = [];
    constructor(given) {
      const pairs = given instanceof Headers ? given.#pairs : typeof given?.[Symbol.iterator] === 'function' ? [...given] : Object.entries(given ?? {});
      for (const [name, own] of pairs) this.append(name, own);
    }
    get(name) {
      const found = this.#pairs.filter(([known]) => known === `${name}`.toLowerCase()).map(([, own]) => own);
      return found.length === 0 ? null : found.join(', ');
    }
    has(name) { return this.get(name) !== null; }
    append(name, own) { this.#pairs.push([`${name}`.toLowerCase(), `${own}`]); }
    delete(name) { this.#pairs = this.#pairs.filter(([known]) => known !== `${name}`.toLowerCase()); }
    set(name, own) { this.delete(name); this.append(name, own); }
    forEach(work, self) { for (const [name, own] of this.#pairs) work.call(self, own, name, this); }
    *entries() { yield* this.#pairs; }
    *keys() { for (const [name] of this.#pairs) yield name; }
    *values() { for (const [, own] of this.#pairs) yield own; }
    [Symbol.iterator]() { return this.entries(); }
  }
  class Response {
    #body;
    constructor(body, { status = 200, statusText = '', headers, url = '' } = {}) {
      this.#body = body === undefined || body === null ? Buffer.alloc(0) : typeof body === 'string' ? Buffer.from(body) : Buffer.from(bytesOf(body));
      this.status = status;
      this.statusText = statusText;
      this.headers = new Headers(headers);
      this.url = url;
    }
    get ok() { return this.status >= 200 && this.status < 300; }
    async text() { return this.#body.toString(); }
    async json() { return JSON.parse(this.#body.toString()); }
    async arrayBuffer() { return this.#body.buffer.slice(this.#body.byteOffset, this.#body.byteOffset + this.#body.byteLength); }
    async bytes() { return new Uint8Array(this.#body); }
    async blob() { return new Blob([this.#body], { type: this.headers.get('content-type') ?? '' }); }
    clone() { return new Response(this.#body, this); }
  }
  value('Headers', Headers);
  value('Response', Response);
  const fetchWith = (httpRequest) => functions(globalThis, {
    async fetch(target, options = {}) {
      const url = new URL(`${target?.url ?? target}`).href;
      const headers = Object.fromEntries(new Headers(options.headers));
      if (headers.accept === undefined) headers.accept = '*/*';
      if (typeof options.body === 'string' && headers['content-type'] === undefined) headers['content-type'] = 'text/plain;charset=UTF-8';
      const answer = await httpRequest({
        method: options.method ?? 'GET', url, headers, body: options.body, encoding: 'arraybuffer', returnFullResponse: true,
        ignoreHttpStatusErrors: true, disableFollowRedirect: options.redirect === 'manual',
      });
      return new Response(answer.body, { status: answer.statusCode, statusText: answer.statusMessage, headers: answer.headers, url });
    },
  });

  value('global', globalThis);
  return { due, fire, fetchWith, Blob, FormData, File, pending: () => timers.size, AbortSignal, AbortController };
})

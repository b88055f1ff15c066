// What Node.js brings along, as far as nodes of packages use it. What would reach files, sockets or processes is there by
// name and says that it is not to be had.
(function (tools, bytes, urls, web, zlibOf) {
  'use strict';

  const { Buffer, crypto } = bytes;
  const { URL, URLSearchParams } = urls;
  const { isArray } = Array;

  // ---- events

  class EventEmitter {
    on(name, listener) { return this.addListener(name, listener); }
    addListener(name, listener) {
      this._events ??= new Map();
      if (!this._events.has(name)) this._events.set(name, []);
      this._events.get(name).push(listener);
      return this;
    }
    prependListener(name, listener) {
      this.addListener(name, listener);
      const all = this._events.get(name);
      all.unshift(all.pop());
      return this;
    }
    once(name, listener) {
      const wrapped = (...args) => {
        this.off(name, wrapped);
        return listener.apply(this, args);
      };
      wrapped.listener = listener;
      return this.addListener(name, wrapped);
    }
    off(name, listener) { return this.removeListener(name, listener); }
    removeListener(name, listener) {
      const all = this._events?.get(name);
      if (all !== undefined) this._events.set(name, all.filter((own) => own !== listener && own.listener !== listener));
      return this;
    }
    removeAllListeners(name) {
      if (name === undefined) this._events?.clear();
      else this._events?.delete(name);
      return this;
    }
    emit(name, ...args) {
      const all = this._events?.get(name) ?? [];
      if (all.length === 0 && name === 'error') throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${args[0]})`);
      for (const listener of [...all]) listener.apply(this, args);
      return all.length > 0;
    }
    listeners(name) { return (this._events?.get(name) ?? []).map((own) => own.listener ?? own); }
    rawListeners(name) { return [...(this._events?.get(name) ?? [])]; }
    listenerCount(name) { return this._events?.get(name)?.length ?? 0; }
    eventNames() { return [...(this._events?.keys() ?? [])]; }
    setMaxListeners() { return this; }
    getMaxListeners() { return 10; }
  }
  // Old code calls the constructor as a function and copies the prototype.
  const callable = (Class) => {
    const made = function (...args) {
      if (new.target !== undefined) return Reflect.construct(Class, args, new.target === made ? Class : new.target);
      return undefined;
    };
    Object.setPrototypeOf(made, Class);
    made.prototype = Class.prototype;
    return made;
  };
  const Emitter = callable(EventEmitter);
  const events = Object.assign(Emitter, {
    EventEmitter: Emitter, defaultMaxListeners: 10,
    once: (emitter, name) => new Promise((resolve, reject) => {
      emitter.once(name, (...args) => resolve(args));
      if (name !== 'error') emitter.once('error', reject);
    }),
  });

  // ---- stream: whole contents, piece by piece.

  class Stream extends EventEmitter {
    pipe(target) {
      this.on('data', (piece) => target.write(piece));
      this.on('end', () => { if (target !== process.stdout) target.end?.(); });
      this.resume?.();
      return target;
    }
  }
  class Readable extends Stream {
    constructor(options = {}) {
      super();
      this.readable = true;
      this.pieces = [];
      this.isAtEnd = false;
      if (typeof options?.read === 'function') this._read = options.read;
    }
    static from(source) {
      const made = new Readable();
      if (typeof source === 'string' || source instanceof Uint8Array) {
        made.push(source);
        made.push(null);
      } else if (typeof source?.[Symbol.iterator] === 'function') {
        for (const piece of source) made.push(piece);
        made.push(null);
      } else {
        (async () => {
          for await (const piece of source) made.push(piece);
          made.push(null);
        })().catch((error) => made.emit('error', error));
      }
      return made;
    }
    _read() {}
    push(piece) {
      if (piece === null) this.isAtEnd = true;
      else this.pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
      if (this.flows) Promise.resolve().then(() => this.flow());
      else this.emit('readable');
      return true;
    }
    on(name, listener) {
      super.on(name, listener);
      if (name === 'data') this.resume();
      return this;
    }
    resume() {
      if (!this.flows) {
        this.flows = true;
        Promise.resolve().then(() => { this._read(); this.flow(); });
      }
      return this;
    }
    pause() { this.flows = false; return this; }
    setEncoding(encoding) { this.encoding = encoding; return this; }
    flow() {
      while (this.flows && this.pieces.length > 0) {
        const piece = this.pieces.shift();
        this.emit('data', this.encoding === undefined ? piece : Buffer.from(piece).toString(this.encoding));
      }
      if (this.flows && this.isAtEnd && !this.hasEnded) {
        this.hasEnded = true;
        this.emit('end');
        this.emit('close');
      }
    }
    read() { return this.pieces.shift() ?? null; }
    readAll() {
      const all = Buffer.concat(this.pieces.map((piece) => Buffer.from(piece)));
      this.pieces = [];
      return all;
    }
    destroy(error) {
      if (error !== undefined && error !== null) this.emit('error', error);
      this.pieces = [];
      this.destroyed = true;
      return this;
    }
    async *[Symbol.asyncIterator]() {
      const queue = [];
      let wake;
      let ended = false;
      let failure;
      const tell = () => wake?.();
      this.on('data', (piece) => { queue.push(piece); tell(); });
      this.on('end', () => { ended = true; tell(); });
      this.on('error', (error) => { failure = error; tell(); });
      for (;;) {
        if (failure !== undefined) throw failure;
        if (queue.length > 0) yield queue.shift();
        else if (ended) return;
        else await new Promise((resolve) => { wake = resolve; });
      }
    }
  }
  class Writable extends Stream {
    constructor(options = {}) {
      super();
      this.writable = true;
      if (typeof options?.write === 'function') this._write = options.write;
      if (typeof options?.final === 'function') this._final = options.final;
    }
    _write(_piece, _encoding, done) { done(); }
    write(piece, encoding, done) {
      const told = typeof encoding === 'function' ? encoding : done;
      this._write(typeof piece === 'string' ? Buffer.from(piece) : piece, 'buffer', (error) => {
        if (error) this.emit('error', error);
        told?.(error);
      });
      return true;
    }
    end(piece) {
      if (piece !== undefined && piece !== null && typeof piece !== 'function') this.write(piece);
      const finish = () => { this.emit('finish'); this.emit('close'); };
      if (this._final) this._final(finish);
      else Promise.resolve().then(finish);
      return this;
    }
    destroy() { this.destroyed = true; return this; }
  }
  class Duplex extends Readable {
    constructor(options = {}) {
      super(options);
      this.writable = true;
      if (typeof options?.write === 'function') this._write = options.write;
      if (typeof options?.final === 'function') this._final = options.final;
    }
  }
  for (const name of ['_write', 'write', 'end']) Duplex.prototype[name] = Writable.prototype[name];
  class Transform extends Duplex {
    constructor(options = {}) {
      super(options);
      if (typeof options?.transform === 'function') this._transform = options.transform;
      if (typeof options?.flush === 'function') this._flush = options.flush;
    }
    _transform(piece, _encoding, done) { done(null, piece); }
    _write(piece, encoding, done) {
      this._transform(piece, encoding, (error, made) => {
        if (made !== undefined && made !== null) this.push(made);
        done(error);
      });
    }
    _final(done) {
      const finish = (error, made) => {
        if (made !== undefined && made !== null) this.push(made);
        this.push(null);
        done();
      };
      if (this._flush) this._flush(finish);
      else finish();
    }
  }
  class PassThrough extends Transform {}
  const pipeline = async (...streams) => {
    const callback = typeof streams.at(-1) === 'function' ? streams.pop() : undefined;
    const last = streams.reduce((from, to) => from.pipe(to));
    try {
      await new Promise((resolve, reject) => {
        for (const stream of streams) stream.on('error', reject);
        last.on('finish', resolve);
        last.on('end', resolve);
      });
      callback?.();
    } catch (error) {
      if (callback === undefined) throw error;
      callback(error);
    }
  };
  const stream = Object.assign(callable(Stream), {
    Stream: callable(Stream), Readable: callable(Readable), Writable: callable(Writable), Duplex: callable(Duplex),
    Transform: callable(Transform), PassThrough: callable(PassThrough), pipeline, finished: (own, done) => { own.on('end', () => done()); own.on('error', done); },
  });
  Object.assign(stream.Readable, { from: Readable.from });

  // ---- path

  const normalize = (path) => {
    const isAbsolute = path.startsWith('/');
    const parts = [];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
      else if (part !== '..' || !isAbsolute) parts.push(part);
    }
    const end = path.endsWith('/') && parts.length > 0 ? '/' : '';
    return `${isAbsolute ? '/' : ''}${parts.join('/')}${end}` || (isAbsolute ? '/' : '.');
  };
  const path = {
    sep: '/', delimiter: ':', normalize,
    join: (...parts) => normalize(parts.filter((part) => part !== '').join('/') || '.'),
    resolve: (...parts) => {
      let made = '';
      for (const part of ['/', ...parts]) made = part.startsWith('/') ? part : `${made}/${part}`;
      const whole = normalize(made);
      return whole.length > 1 ? whole.replace(/\/$/, '') : whole;
    },
    isAbsolute: (own) => own.startsWith('/'),
    dirname: (own) => {
      const at = own.replace(/\/+$/, '').lastIndexOf('/');
      return at < 0 ? '.' : at === 0 ? '/' : own.slice(0, at);
    },
    basename: (own, ending = '') => {
      const name = own.replace(/\/+$/, '').split('/').at(-1) ?? '';
      return ending !== '' && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
    },
    extname: (own) => /[^/]\.[^./]*$/.exec(own)?.[0].slice(1) ?? '',
    relative: (from, to) => {
      const [a, b] = [from, to].map((own) => path.resolve(own).split('/').filter(Boolean));
      let same = 0;
      while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
      return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
    },
    parse: (own) => {
      const base = path.basename(own);
      const ext = path.extname(own);
      const dir = own.includes('/') ? path.dirname(own) : '';
      return { root: own.startsWith('/') ? '/' : '', dir, base, ext, name: ext === '' ? base : base.slice(0, -ext.length) };
    },
    format: ({ dir, root = '', base, name = '', ext = '' }) => (dir ? `${dir}/` : root) + (base ?? name + ext),
  };
  path.posix = path;

  // ---- util

  const inspect = (value) => {
    if (typeof value === 'string') return `'${value}'`;
    if (value instanceof Error) return value.stack ?? `${value}`;
    try {
      return JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : typeof own === 'function' ? `[Function: ${own.name}]` : own), 2) ?? `${value}`;
    } catch {
      return `${value}`;
    }
  };
  inspect.custom = Symbol.for('nodejs.util.inspect.custom');
  const format = (text, ...args) => {
    let at = 0;
    const made = typeof text !== 'string' ? inspect(text) : text.replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === '%%') return '%';
      if (at >= args.length) return mark;
      const own = args[at];
      at += 1;
      if (mark === '%s') return typeof own === 'string' ? own : inspect(own);
      if (mark === '%d' || mark === '%f') return `${Number(own)}`;
      if (mark === '%i') return `${Number.parseInt(own, 10)}`;
      if (mark === '%c') return '';
      return inspect(own);
    });
    return [made, ...args.slice(at).map((own) => (typeof own === 'string' ? own : inspect(own)))].join(' ');
  };
  const promisify = (work) => work[promisify.custom] ?? ((...args) => new Promise((resolve, reject) => {
    work(...args, (error, own) => { if (error) reject(error); else resolve(own); });
  }));
  promisify.custom = Symbol.for('nodejs.util.promisify.custom');
  const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
  const types = {
    isDate: (own) => own instanceof Date, isRegExp: (own) => own instanceof RegExp, isPromise: (own) => own instanceof Promise,
    isMap: (own) => own instanceof Map, isSet: (own) => own instanceof Set, isNativeError: (own) => own instanceof Error,
    isTypedArray: (own) => ArrayBuffer.isView(own) && !(own instanceof DataView), isUint8Array: (own) => own instanceof Uint8Array,
    isArrayBuffer: (own) => own instanceof ArrayBuffer, isAnyArrayBuffer: (own) => own instanceof ArrayBuffer, isArrayBufferView: ArrayBuffer.isView,
    isGeneratorFunction: (own) => tag(own) === 'GeneratorFunction', isAsyncFunction: (own) => tag(own) === 'AsyncFunction', isProxy: () => false,
    isBoxedPrimitive: (own) => own instanceof Number || own instanceof String || own instanceof Boolean, isSymbolObject: () => false,
  };
  const isDeepEqual = (a, b) => {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
    if (isArray(a) !== isArray(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepEqual(a[key], b[key]));
  };
  const util = {
    inspect, format, promisify, types, isDeepStrictEqual: isDeepEqual,
    inherits: (Class, Parent) => {
      Object.defineProperty(Class, 'super_', { value: Parent, writable: true, configurable: true });
      Object.setPrototypeOf(Class.prototype, Parent.prototype);
    },
    deprecate: (work) => work, debuglog: () => Object.assign(() => {}, { enabled: false }), callbackify: (work) => (...args) => {
      const done = args.pop();
      work(...args).then((own) => done(null, own), done);
    },
    stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
    TextEncoder, TextDecoder, isArray, isString: (own) => typeof own === 'string', isFunction: (own) => typeof own === 'function',
    isObject: (own) => typeof own === 'object' && own !== null, isRegExp: types.isRegExp, isDate: types.isDate, isError: types.isNativeError,
    toUSVString: (text) => `${text}`.toWellFormed(),
  };

  // ---- querystring, url, string_decoder, assert, os, process

  const querystring = {
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
    stringify: (object, separator = '&', equals = '=') => Object.entries(object ?? {}).flatMap(([name, own]) => (isArray(own) ? own : [own]).map((each) => `${encodeURIComponent(name)}${equals}${encodeURIComponent(['string', 'number', 'boolean', 'bigint'].includes(typeof each) ? each : '')}`)).join(separator),
    parse: (text, separator = '&', equals = '=') => {
      const made = {};
      for (const part of `${text}`.split(separator)) {
        if (part === '') continue;
        const at = part.indexOf(equals);
        const [name, own] = (at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]).map((each) => decodeURIComponent(each.replace(/\+/g, ' ')));
        made[name] = made[name] === undefined ? own : [].concat(made[name], own);
      }
      return made;
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;
  const url = {
    URL, URLSearchParams,
    parse: (text, withQuery) => {
      const made = URL.canParse(text) ? new URL(text) : undefined;
      const match = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text) ?? [];
      const search = made?.search ?? match[2] ?? null;
      const query = search === null ? null : search.slice(1);
      return {
        protocol: made?.protocol ?? null, slashes: made ? true : null, auth: made?.username ? `${made.username}:${made.password}` : null,
        host: made?.host ?? null, hostname: made?.hostname ?? null, port: made?.port || null, pathname: made?.pathname ?? match[1] ?? null,
        search, query: withQuery ? querystring.parse(query ?? '') : query, hash: made?.hash || null,
        path: `${made?.pathname ?? match[1] ?? ''}${search ?? ''}`, href: made?.href ?? text,
      };
    },
    format: (given) => {
      if (typeof given === 'string') return given;
      if (given instanceof URL) return given.href;
      const query = given.search ?? (given.query ? `?${typeof given.query === 'string' ? given.query : querystring.stringify(given.query)}` : '');
      const host = given.host ?? (given.hostname ? `${given.hostname}${given.port ? `:${given.port}` : ''}` : '');
      return `${given.protocol ? given.protocol.replace(/:?$/, ':') : ''}${host ? `//${given.auth ? `${given.auth}@` : ''}${host}` : ''}${given.pathname ?? ''}${query}${given.hash ?? ''}`;
    },
    resolve: (from, to) => new URL(to, from).href,
    fileURLToPath: (own) => new URL(own).pathname,
    pathToFileURL: (own) => new URL(`file://${own}`),
    domainToASCII: (own) => own,
  };
  class StringDecoder {
    constructor(encoding = 'utf8') {
      this.encoding = encoding;
      this.rest = Buffer.alloc(0);
    }
    write(piece) {
      const all = Buffer.concat([this.rest, Buffer.from(piece)]);
      let end = all.length;
      if (/^utf-?8$/i.test(this.encoding)) {
        for (let back = 1; back <= 3 && back <= all.length; back += 1) {
          const byte = all[all.length - back];
          if (byte >= 0xc0) {
            if ((byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back) end = all.length - back;
            break;
          }
          if (byte < 0x80) break;
        }
      }
      this.rest = all.subarray(end);
      return all.subarray(0, end).toString(this.encoding);
    }
    end(piece) { return (piece === undefined ? '' : this.write(piece)) + (this.rest.length > 0 ? this.rest.toString(this.encoding) : ''); }
  }
  class AssertionError extends Error {
    constructor({ message, actual, expected, operator } = {}) {
      super(message ?? 'Assertion failed');
      Object.assign(this, { name: 'AssertionError', code: 'ERR_ASSERTION', actual, expected, operator });
    }
  }
  const claim = (holds, message, more) => {
    if (holds) return;
    throw message instanceof Error ? message : new AssertionError({ message, ...more });
  };
  const assert = Object.assign((own, message) => claim(own, message), {
    ok: (own, message) => claim(own, message), equal: (a, b, message) => claim(a == b, message, { actual: a, expected: b }),
    notEqual: (a, b, message) => claim(a != b, message), strictEqual: (a, b, message) => claim(Object.is(a, b), message, { actual: a, expected: b }),
    notStrictEqual: (a, b, message) => claim(!Object.is(a, b), message), deepEqual: (a, b, message) => claim(isDeepEqual(a, b), message),
    deepStrictEqual: (a, b, message) => claim(isDeepEqual(a, b), message), notDeepStrictEqual: (a, b, message) => claim(!isDeepEqual(a, b), message),
    fail: (message) => claim(false, message ?? 'Failed'), AssertionError,
    throws: (work) => { try { work(); } catch { return; } claim(false, 'Missing expected exception.'); },
  });
  assert.strict = assert;
  const os = {
    EOL: '\n', platform: () => 'linux', type: () => 'Linux', release: () => '', arch: () => 'x64', hostname: () => 'heddle', homedir: () => '/', tmpdir: () => '/tmp',
    cpus: () => [], totalmem: () => 0, freemem: () => 0, uptime: () => 0, networkInterfaces: () => ({}), endianness: () => 'LE', userInfo: () => ({ username: 'heddle' }), constants: { signals: {} },
  };
  const process = {
    env: {}, argv: ['node'], execArgv: [], version: 'v22.0.0', versions: { node: '22.0.0' }, platform: 'linux', arch: 'x64', pid: 1, title: 'heddle',
    release: { name: 'node' }, config: {}, features: {}, browser: false,
    nextTick: (work, ...args) => { Promise.resolve().then(() => work(...args)); },
    cwd: () => '/', uptime: () => 0, on: () => process, once: () => process, off: () => process, removeListener: () => process, emit: () => false, listeners: () => [], emitWarning: () => {},
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0 }),
    hrtime: Object.assign((before) => {
      const now = Date.now();
      const [seconds, nanos] = [Math.floor(now / 1000), (now % 1000) * 1e6];
      return before === undefined ? [seconds, nanos] : [seconds - before[0], nanos - before[1]];
    }, { bigint: () => BigInt(Date.now()) * 1000000n }),
    stdout: { write: (text) => { console.log(`${text}`.replace(/\n$/, '')); return true; }, isTTY: false }, stderr: { write: (text) => { console.error(`${text}`.replace(/\n$/, '')); return true; }, isTTY: false },
    exit: () => { throw new Error('process.exit is not to be had in a plugin'); },
    binding: (name) => { throw new Error(`process.binding('${name}') is not to be had in a plugin`); },
  };
  tools.value('process', process);

  // ---- What is not to be had.

  // A module whose members can be taken and extended, but not used.
  const inert = (module) => {
    const missing = (member) => {
      const say = () => { throw Object.assign(new Error(`${module}.${member} is not to be had in a plugin: Heddle gives no access to ${WHAT[module.split('/')[0]] ?? 'this'}`), { code: 'ERR_NOT_AVAILABLE' }); };
      const made = function () { return say(); };
      Object.defineProperty(made, 'name', { value: member });
      return made;
    };
    const members = {};
    return new Proxy(members, {
      get: (target, name) => {
        if (typeof name === 'symbol' || name === '__esModule' || name === 'then') return target[name];
        if (name === 'default') return undefined;
        if (!(name in target)) target[name] = name === 'constants' || name === 'globalAgent' || name === 'STATUS_CODES' || name === 'METHODS' ? {} : name === 'promises' ? inert(`${module}/promises`) : missing(name);
        return target[name];
      },
    });
  };
  const WHAT = {
    fs: 'files', net: 'sockets', tls: 'sockets', dgram: 'sockets', dns: 'the name service', http: 'sockets; use this.helpers.httpRequest', https: 'sockets; use this.helpers.httpRequest',
    http2: 'sockets; use this.helpers.httpRequest', child_process: 'processes', cluster: 'processes', worker_threads: 'threads', vm: 'other contexts', v8: 'the engine', inspector: 'the engine',
    module: 'the loader', repl: 'a terminal', readline: 'a terminal', tty: 'a terminal',
  };

  const lazily = (make) => {
    let made;
    return () => (made ??= make());
  };
  const timers = () => ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate });
  const later = (ms, own) => new Promise((resolve) => { setTimeout(() => resolve(own), ms); });
  const builtins = {
    buffer: lazily(() => ({ Buffer, Blob: web.Blob, File: web.File, SlowBuffer: Buffer, kMaxLength: 2 ** 31 - 1, constants: { MAX_LENGTH: 2 ** 31 - 1, MAX_STRING_LENGTH: 2 ** 29 - 24 }, atob, btoa })),
    crypto: () => crypto,
    events: () => events,
    stream: () => stream,
    'stream/promises': lazily(() => ({ pipeline, finished: (own) => new Promise((resolve, reject) => { own.on('end', resolve); own.on('finish', resolve); own.on('error', reject); }) })),
    'stream/consumers': lazily(() => {
      const buffer = async (own) => {
        const pieces = [];
        for await (const piece of own) pieces.push(Buffer.from(piece));
        return Buffer.concat(pieces);
      };
      return { buffer, text: async (own) => (await buffer(own)).toString(), json: async (own) => JSON.parse((await buffer(own)).toString()) };
    }),
    path: () => path,
    'path/posix': () => path,
    util: () => util,
    'util/types': () => types,
    querystring: () => querystring,
    url: () => url,
    string_decoder: () => ({ StringDecoder }),
    assert: () => assert,
    'assert/strict': () => assert,
    os: () => os,
    process: () => process,
    timers,
    'timers/promises': lazily(() => ({ setTimeout: later, setImmediate: (own) => later(0, own) })),
    console: () => console,
    zlib: lazily(() => zlibOf(Transform)),
    constants: () => ({}),
    perf_hooks: () => ({ performance: { now: () => Date.now(), mark() {}, measure() {} } }),
    async_hooks: lazily(() => ({ AsyncLocalStorage: class { run(_, work, ...args) { return work(...args); } getStore() { return undefined; } }, AsyncResource: class {} })),
    diagnostics_channel: () => ({ channel: () => ({ hasSubscribers: false, publish() {} }), tracingChannel: () => ({ hasSubscribers: false }) }),
  };
  for (const name of ['fs', 'fs/promises', 'net', 'tls', 'dgram', 'dns', 'dns/promises', 'http', 'https', 'http2', 'child_process', 'cluster', 'worker_threads', 'vm', 'v8', 'inspector', 'module', 'repl', 'readline', 'readline/promises']) {
    builtins[name] = lazily(() => inert(name));
  }
  // A logger that would write from another thread.
  const pino = lazily(() => {
    const made = () => {
      const logger = { level: 'info', bindings: () => ({}), flush() {}, isLevelEnabled: () => false };
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) {
        logger[level] = (...args) => { if (['warn', 'error', 'fatal'].includes(level)) console[level === 'warn' ? 'warn' : 'error'](...args); };
      }
      logger.child = () => logger;
      return logger;
    };
    return Object.assign(made, { pino: made, default: made, transport: () => ({}), destination: () => ({}), stdTimeFunctions: {}, stdSerializers: {}, symbols: {}, levels: { values: {}, labels: {} } });
  });
  // What n8n's own nodes ask of the server that they run in elsewhere.
  const ofServer = (module, members) => new Proxy(members, {
    get: (target, name) => {
      if (typeof name === 'symbol' || name in target || ['__esModule', 'then', 'default'].includes(name)) return target[name];
      const missing = function () { throw new Error(`${module}.${name} is not to be had in a plugin: it is part of n8n's server`); };
      return Object.defineProperty(missing, 'name', { value: name });
    },
  });
  const single = new Map();
  const Container = {
    get: (Class) => {
      if (!single.has(Class)) single.set(Class, new Class());
      return single.get(Class);
    },
    set: (Class, own) => single.set(Class, own),
    has: (Class) => single.has(Class),
  };
  const Service = () => (own) => own;
  const withNames = (...names) => Object.fromEntries(names.map((name) => [name, class {}]));
  builtins['@n8n/di'] = lazily(() => ofServer('@n8n/di', { Container, Service }));
  builtins['@n8n/config'] = lazily(() => ofServer('@n8n/config', withNames('SecurityConfig', 'GlobalConfig', 'NodesConfig', 'DeploymentConfig', 'CompressionNodeConfig')));
  builtins['n8n-core'] = lazily(() => ofServer('n8n-core', {
    InstanceSettings: class { instanceId = 'heddle'; }, ErrorReporter: class { error() {} warn() {} },
  }));
  for (const name of ['@n8n/backend-network', '@n8n/backend-network/proxy']) builtins[name] = lazily(() => ofServer(name, {}));
  const getRandomValues = (own) => {
    const bytes = new Uint8Array(own.buffer, own.byteOffset, own.byteLength);
    bytes.set(crypto.randomBytes(bytes.length));
    return own;
  };
  const webcrypto = { getRandomValues, randomUUID: () => crypto.randomUUID(), subtle: inert('crypto.subtle') };
  for (const [name, own] of Object.entries({ webcrypto, subtle: webcrypto.subtle, getRandomValues, randomFillSync: getRandomValues })) {
    if (crypto[name] === undefined) Object.defineProperty(crypto, name, { value: own, enumerable: true, configurable: true });
  }
  builtins.tty = lazily(() => ({ isatty: () => false, ReadStream: class {}, WriteStream: class {} }));
  builtins.pino = pino;
  builtins['pino-pretty'] = lazily(() => Object.assign(() => ({}), { default: () => ({}) }));
  tools.value('performance', { now: () => Date.now(), mark() {}, measure() {}, timeOrigin: Date.now() });
  return { builtins, streamOf: (content) => Readable.from(content), Readable };
})

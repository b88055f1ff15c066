// Bytes and texts: `Buffer`, `TextEncoder` and `TextDecoder`, `atob` and `btoa`. `host` converts between texts and bytes.
(function (host, tools) {
  'use strict';

  const { functions, value } = tools;
  const NativeError = Error;
  const NativeTypeError = TypeError;
  const NativeRangeError = RangeError;
  const NativeUint8Array = Uint8Array;
  const NativeArrayBuffer = ArrayBuffer;
  const NativeDataView = DataView;
  const textOf = String;
  const isArray = Array.isArray;

  const ENCODINGS = {
    utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', latin1: 'latin1',
    binary: 'latin1', ascii: 'ascii', utf16le: 'utf16le', 'utf-16le': 'utf16le', ucs2: 'utf16le', 'ucs-2': 'utf16le',
  };
  const encodingOf = (name) => {
    if (name === undefined || name === null) return 'utf8';
    const known = ENCODINGS[textOf(name).toLowerCase()];
    if (known === undefined) throw new NativeTypeError(`Unknown encoding: ${name}`);
    return known;
  };
  const shown = (given) => (given === null ? 'null' : typeof given === 'object' ? `an instance of ${given.constructor?.name ?? 'Object'}` : `type ${typeof given} (${textOf(given)})`);

  class Buffer extends NativeUint8Array {
    static from(given, encodingOrOffset, length) {
      if (typeof given === 'string') return view(host.toBytes(given, encodingOf(encodingOrOffset)));
      if (given instanceof NativeArrayBuffer) return new Buffer(given, encodingOrOffset ?? 0, length);
      if (typeof given === 'object' && given !== null) {
        if (given.type === 'Buffer' && isArray(given.data)) return Buffer.from(given.data);
        const primitive = given.valueOf?.();
        if (primitive !== undefined && primitive !== null && primitive !== given) return Buffer.from(primitive, encodingOrOffset, length);
        if (given.length !== undefined || isArray(given)) {
          const bytes = new Buffer(given.length > 0 ? given.length : 0);
          for (let at = 0; at < bytes.length; at += 1) bytes[at] = given[at];
          return bytes;
        }
      }
      throw new NativeTypeError(`The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received ${shown(given)}`);
    }
    static alloc(size, fill, encoding) {
      if (typeof size !== 'number') throw new NativeTypeError(`The "size" argument must be of type number. Received ${shown(size)}`);
      const bytes = new Buffer(size);
      return fill === undefined ? bytes : bytes.fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) { return Buffer.alloc(size); }
    static allocUnsafeSlow(size) { return Buffer.alloc(size); }
    static isBuffer(given) { return given instanceof Buffer; }
    static isEncoding(name) { return ENCODINGS[textOf(name).toLowerCase()] !== undefined; }
    static byteLength(given, encoding) {
      return typeof given === 'string' ? host.toBytes(given, encodingOf(encoding)).byteLength : given.byteLength;
    }
    static concat(list, total) {
      const length = total ?? list.reduce((sum, bytes) => sum + bytes.length, 0);
      const joined = new Buffer(length);
      let at = 0;
      for (const bytes of list) {
        if (at >= length) break;
        joined.set(bytes.length > length - at ? bytes.subarray(0, length - at) : bytes, at);
        at += bytes.length;
      }
      return joined;
    }
    static compare(a, b) {
      for (let at = 0; at < a.length && at < b.length; at += 1) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
      return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
    }
    toString(encoding, start = 0, end = this.length) {
      const from = start > 0 ? start : 0;
      const part = from === 0 && end >= this.length ? this : this.subarray(from, end > 0 ? end : 0);
      return host.toText(part, encodingOf(encoding));
    }
    toLocaleString(encoding) { return this.toString(encoding); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    inspect() { return `<Buffer ${this.toString('hex').replace(/(..)(?=.)/g, '$1 ')}>`; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    slice(start, end) { return this.subarray(start, end); }
    subarray(start, end) {
      const part = NativeUint8Array.prototype.subarray.call(this, start, end);
      return part instanceof Buffer ? part : new Buffer(part.buffer, part.byteOffset, part.byteLength);
    }
    copy(target, targetStart = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + Math.max(target.length - targetStart, 0)));
      target.set(part, targetStart);
      return part.length;
    }
    write(text, offset, length, encoding) {
      if (typeof offset === 'string') return this.write(text, 0, this.length, offset);
      if (typeof length === 'string') return this.write(text, offset, undefined, length);
      const at = offset ?? 0;
      const bytes = host.toBytes(textOf(text), encodingOf(encoding));
      const room = Math.max(Math.min(length ?? this.length, this.length - at), 0);
      this.set(bytes.length > room ? bytes.subarray(0, room) : bytes, at);
      return Math.min(bytes.length, room);
    }
    fill(given, start = 0, end = this.length, encoding) {
      if (typeof given === 'number') return NativeUint8Array.prototype.fill.call(this, given, start, end);
      const bytes = typeof given === 'string' ? host.toBytes(given, encodingOf(typeof start === 'string' ? start : encoding)) : given;
      const from = typeof start === 'string' ? 0 : start;
      for (let at = from; at < end; at += 1) this[at] = bytes.length === 0 ? 0 : bytes[(at - from) % bytes.length];
      return this;
    }
    indexOf(given, from = 0, encoding) {
      if (typeof given === 'number') return NativeUint8Array.prototype.indexOf.call(this, given & 255, from);
      const bytes = typeof given === 'string' ? host.toBytes(given, encodingOf(encoding)) : given;
      for (let at = from < 0 ? Math.max(this.length + from, 0) : from; at + bytes.length <= this.length; at += 1) {
        let same = 0;
        while (same < bytes.length && this[at + same] === bytes[same]) same += 1;
        if (same === bytes.length) return at;
      }
      return -1;
    }
    includes(given, from, encoding) { return this.indexOf(given, from, encoding) >= 0; }
    swap16() { for (let at = 0; at + 1 < this.length; at += 2) [this[at], this[at + 1]] = [this[at + 1], this[at]]; return this; }
  }
  const view = (bytes) => new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Numbers in bytes: `readUInt16LE` and its like.
  const numbers = [
    ['UInt8', 1, 'Uint8'], ['Int8', 1, 'Int8'], ['UInt16', 2, 'Uint16'], ['Int16', 2, 'Int16'], ['UInt32', 4, 'Uint32'],
    ['Int32', 4, 'Int32'], ['Float', 4, 'Float32'], ['Double', 8, 'Float64'], ['BigInt64', 8, 'BigInt64'],
    ['BigUInt64', 8, 'BigUint64'],
  ];
  const dataView = (bytes, offset, size) => {
    if (offset < 0 || offset + size > bytes.length) {
      throw new NativeRangeError(`The value of "offset" is out of range. It must be >= 0 and <= ${bytes.length - size}. Received ${offset}`);
    }
    return new NativeDataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  for (const [name, size, kind] of numbers) {
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      const read = function (offset = 0) { return dataView(this, offset, size)[`get${kind}`](offset, order === 'LE'); };
      const write = function (number, offset = 0) {
        dataView(this, offset, size)[`set${kind}`](offset, number, order === 'LE');
        return offset + size;
      };
      for (const alias of name.includes('UInt') ? [name, name.replace('UInt', 'Uint')] : [name]) {
        functions(Buffer.prototype, { [`read${alias}${order}`]: read, [`write${alias}${order}`]: write });
      }
    }
  }
  value('Buffer', Buffer);

  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return new NativeUint8Array(host.toBytes(textOf(text), 'utf8')); }
  }
  class TextDecoder {
    constructor(label = 'utf-8') {
      this.encoding = textOf(label).toLowerCase().replace(/^utf8$/, 'utf-8');
      const known = { 'utf-8': 'utf8', 'utf-16le': 'utf16le', latin1: 'latin1', 'iso-8859-1': 'latin1', ascii: 'latin1', 'windows-1252': 'latin1' };
      if (known[this.encoding] === undefined) throw new NativeRangeError(`The "${label}" encoding is not supported`);
      Object.defineProperty(this, 'kind', { value: known[this.encoding] });
    }
    decode(bytes) {
      if (bytes === undefined) return '';
      const own = bytes instanceof NativeArrayBuffer ? new NativeUint8Array(bytes) : new NativeUint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return host.toText(own, this.kind).replace(/^\ufeff/, '');
    }
  }
  value('TextEncoder', TextEncoder);
  value('TextDecoder', TextDecoder);

  const invalid = () => {
    const error = new NativeError('Invalid character');
    tools.hide(error, 'name', 'InvalidCharacterError');
    return error;
  };
  functions(globalThis, {
    atob(text) {
      const plain = textOf(text).replace(/[\t\n\f\r ]/g, '');
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.replace(/=+$/, '').length % 4 === 1) throw invalid();
      return host.toText(host.toBytes(plain, 'base64'), 'latin1');
    },
    btoa(text) {
      const own = textOf(text);
      if (/[^\0-\xff]/.test(own)) throw invalid();
      return host.toText(host.toBytes(own, 'latin1'), 'base64');
    },
  });

  // ---- Copies of values.

  const copy = (given, known) => {
    if (typeof given === 'function' || typeof given === 'symbol') {
      const error = new NativeError(`${textOf(given)} could not be cloned.`);
      tools.hide(error, 'name', 'DataCloneError');
      throw error;
    }
    if (typeof given !== 'object' || given === null) return given;
    const before = known.get(given);
    if (before !== undefined) return before;
    const note = (made) => {
      known.set(given, made);
      return made;
    };
    if (given instanceof Date) return note(new Date(given.getTime()));
    if (given instanceof RegExp) return note(new RegExp(given.source, given.flags));
    if (given instanceof NativeArrayBuffer) return note(given.slice(0));
    if (NativeArrayBuffer.isView(given)) return note(new NativeUint8Array(given));
    if (given instanceof Map) {
      const made = note(new Map());
      for (const [key, own] of given) made.set(copy(key, known), copy(own, known));
      return made;
    }
    if (given instanceof Set) {
      const made = note(new Set());
      for (const own of given) made.add(copy(own, known));
      return made;
    }
    if (given instanceof NativeError) {
      const made = note(new NativeError(given.message));
      tools.hide(made, 'name', given.name);
      return made;
    }
    const made = note(isArray(given) ? [] : {});
    for (const key of Object.keys(given)) made[key] = copy(given[key], known);
    return made;
  };
  functions(globalThis, { structuredClone(given) { return copy(given, new Map()); } });

  // ---- Cryptography.

  const bytesOf = (given, encoding) => {
    if (typeof given === 'string') return host.toBytes(given, encodingOf(encoding));
    if (given instanceof NativeArrayBuffer) return new NativeUint8Array(given);
    if (NativeArrayBuffer.isView(given)) return new NativeUint8Array(given.buffer, given.byteOffset, given.byteLength);
    throw new NativeTypeError(`The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${shown(given)}`);
  };
  const encoded = (bytes, encoding) => {
    const own = view(bytes);
    return encoding === undefined || encoding === 'buffer' ? own : own.toString(encoding);
  };
  class Digest {
    #parts = [];
    #finish;
    constructor(finish) { this.#finish = finish; }
    update(given, encoding) {
      if (this.#parts === undefined) throw new NativeError('Digest already called');
      this.#parts.push(Buffer.from(bytesOf(given, encoding)));
      return this;
    }
    digest(encoding) {
      if (this.#parts === undefined) throw new NativeError('Digest already called');
      const bytes = this.#finish(Buffer.concat(this.#parts));
      this.#parts = undefined;
      return encoded(bytes, encoding);
    }
  }
  const algorithmOf = (name) => {
    const known = textOf(name).toLowerCase().replace(/^rsa-/, '').replace(/^sha-(?=\d)/, 'sha');
    if (!host.hashNames().includes(known)) throw new NativeError('Digest method not supported');
    return known;
  };
  const crypto = functions({}, {
    createHash(name) {
      const algorithm = algorithmOf(name);
      return new Digest((bytes) => host.hash(algorithm, bytes));
    },
    createHmac(name, key) {
      const algorithm = algorithmOf(name);
      const own = bytesOf(key);
      return new Digest((bytes) => host.hmac(algorithm, own, bytes));
    },
    hash(name, given, encoding = 'hex') { return encoded(host.hash(algorithmOf(name), bytesOf(given)), encoding); },
    getHashes() { return host.hashNames(); },
    randomBytes(size) { return view(host.randomBytes(+size)); },
    randomInt(low, high) {
      const [from, to] = high === undefined || typeof high === 'function' ? [0, +low] : [+low, +high];
      if (!(to > from)) throw new NativeRangeError(`The value of "max" is out of range. It must be greater than the value of "min" (${from}). Received ${to}`);
      const bytes = view(host.randomBytes(8));
      return from + Number(bytes.readBigUInt64LE(0) % BigInt(to - from));
    },
    randomUUID() { return host.uuid(); },
    timingSafeEqual(a, b) {
      if (a.byteLength !== b.byteLength) throw new NativeRangeError('Input buffers must have the same byte length');
      return Buffer.compare(a, b) === 0;
    },
  });
  return { Buffer, crypto, bytesOf };
})

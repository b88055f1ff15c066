// Node.js's `zlib`, as far as it is about gzip and deflate; the work is done by the host.
(function (host, bytes) {
  'use strict';

  const { Buffer, bytesOf } = bytes;
  const asBuffer = (own) => Buffer.from(own.buffer, own.byteOffset, own.byteLength);
  const worked = (kind, data, options) => {
    const own = typeof data === 'string' ? Buffer.from(data) : Buffer.from(bytesOf(data));
    const level = Number.isInteger(options?.level) && options.level >= 0 ? Math.min(options.level, 9) : 6;
    try {
      return asBuffer(host.zlib(kind, own.toString('hex'), level, options?.maxOutputLength ?? 0));
    } catch (error) {
      throw Object.assign(new Error(error.message), { code: /more than/.test(error.message) ? 'ERR_BUFFER_TOO_LARGE' : 'Z_DATA_ERROR', errno: -3 });
    }
  };
  const KINDS = {
    gzip: 'Gzip', gunzip: 'Gunzip', deflate: 'Deflate', inflate: 'Inflate', deflateRaw: 'DeflateRaw', inflateRaw: 'InflateRaw', unzip: 'Unzip',
  };
  return (Transform) => {
    const zlib = {
      constants: {
        Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5, Z_OK: 0, Z_STREAM_END: 1,
        Z_DATA_ERROR: -3, Z_BUF_ERROR: -5, Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1,
        Z_DEFAULT_STRATEGY: 0,
      },
    };
    Object.assign(zlib, zlib.constants);
    for (const [kind, name] of Object.entries(KINDS)) {
      zlib[`${kind}Sync`] = (data, options) => worked(kind, data, options);
      zlib[kind] = (data, options, done) => {
        const [own, tell] = typeof options === 'function' ? [undefined, options] : [options, done];
        let made;
        try {
          made = worked(kind, data, own);
        } catch (error) {
          Promise.resolve().then(() => tell(error));
          return;
        }
        Promise.resolve().then(() => tell(null, made));
      };
      // A stream holds what comes until its end.
      zlib[name] = class extends Transform {
        constructor(options) {
          const pieces = [];
          super({
            transform(piece, _encoding, done) { pieces.push(Buffer.from(piece)); done(); },
            flush(done) {
              try { done(null, worked(kind, Buffer.concat(pieces), options)); } catch (error) { this.emit('error', error); }
            },
          });
        }
      };
      zlib[`create${name}`] = (options) => new zlib[name](options);
    }
    for (const name of ['brotliCompress', 'brotliCompressSync', 'brotliDecompress', 'brotliDecompressSync', 'createBrotliCompress', 'createBrotliDecompress']) {
      zlib[name] = () => { throw new Error(`zlib.${name} is not to be had in a plugin: Brotli is not`); };
    }
    return zlib;
  };
})

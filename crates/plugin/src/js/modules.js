// Modules of packages: CommonJS, with JSON, and what Node.js brings along. `host` finds, reads and compiles files; nothing
// here decides what may be read.
(function (host, builtins) {
  'use strict';

  const cache = new Map();
  const { hasOwn } = Object;

  const find = (from, request) => {
    const [kind, path] = host.resolve(from, request);
    if (kind === 'missing') throw Object.assign(new Error(path), { code: 'MODULE_NOT_FOUND' });
    return [kind, path];
  };

  const requireFrom = (from) => {
    const require = (request) => load(from, `${request}`);
    require.resolve = (request) => {
      const name = `${request}`.replace(/^node:/, '');
      return hasOwn(builtins, name) ? name : find(from, `${request}`)[1];
    };
    require.cache = {};
    require.extensions = {};
    return require;
  };

  const load = (from, request) => {
    const name = request.replace(/^node:/, '');
    if (hasOwn(builtins, name)) return builtins[name]();
    const [kind, path] = find(from, request);
    const known = cache.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {}, id: path, filename: path, loaded: false, children: [], paths: [] };
    cache.set(path, module);
    try {
      if (kind === 'json') {
        module.exports = JSON.parse(host.read(path));
      } else {
        const require = requireFrom(path);
        const folder = path.slice(0, path.lastIndexOf('/')) || '/';
        module.require = require;
        const compiled = host.compile(path);
        compiled.call(module.exports, module.exports, require, module, path, folder);
      }
    } catch (error) {
      cache.delete(path);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };

  return { requireFrom, load };
})

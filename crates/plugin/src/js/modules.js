// Modules of packages: CommonJS, with JSON, modules in ES syntax, and what Node.js brings along. `host` finds, reads and
// compiles files; nothing here decides what may be read.
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

  // What CommonJS finds of an ES module: its names, and the mark by which compiled code knows a default export.
  const spaceOf = (space) => {
    if (hasOwn(space, 'module.exports')) return space['module.exports'];
    if (!hasOwn(space, 'default') || hasOwn(space, '__esModule')) return space;
    const made = Object.create(null);
    for (const key of Object.keys(space)) Object.defineProperty(made, key, { get: () => space[key], enumerable: true });
    return Object.defineProperty(made, '__esModule', { value: true });
  };

  const compiled = (path) => {
    try {
      return host.compile(path);
    } catch (error) {
      if (error instanceof SyntaxError && host.looksLikeModule(path)) return undefined;
      throw error;
    }
  };

  const load = (from, request) => {
    const name = request.replace(/^node:/, '');
    if (hasOwn(builtins, name)) return builtins[name]();
    const [kind, path] = find(from, request);
    return loadFile(kind, path);
  };
  const loadFile = (kind, path) => {
    const known = cache.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {}, id: path, filename: path, loaded: false, children: [], paths: [] };
    cache.set(path, module);
    try {
      const work = kind === 'script' ? compiled(path) : undefined;
      if (kind === 'json') {
        module.exports = JSON.parse(host.read(path));
      } else if (work === undefined) {
        module.exports = spaceOf(host.load(path));
      } else {
        const require = requireFrom(path);
        const folder = path.slice(0, path.lastIndexOf('/')) || '/';
        module.require = require;
        work.call(module.exports, module.exports, require, module, path, folder);
      }
    } catch (error) {
      cache.delete(path);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };

  // What ES modules import that is none.
  host.setCommon({
    isBuiltin: (name) => hasOwn(builtins, name),
    exportsOf: (path) => (path.startsWith('node:') ? builtins[path.slice(5)]() : loadFile(path.endsWith('.json') ? 'json' : 'script', path)),
    namesOf: (exports) => ((typeof exports === 'object' && exports !== null) || typeof exports === 'function' ? Object.keys(exports).filter((name) => name !== 'default') : []),
  });

  return { requireFrom, load };
})

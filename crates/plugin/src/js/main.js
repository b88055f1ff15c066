// Puts the parts together. Gives what the host calls.
(function (host, natives, tools, parts) {
  'use strict';

  const bytes = parts.buffer(natives, tools);
  const urls = parts.url(natives, tools);
  const web = parts.web(host, tools, bytes, urls);
  const { builtins, streamOf } = parts.builtins(tools, bytes, urls, web, parts.zlib(host, bytes));
  const types = parts.types();
  const kit = {
    fileType: types.kind,
    relaxedJson: parts.relaxed_json(),
    nodeParameters: (properties, values, withDefaults, withHidden, node) => JSON.parse(host.nodeParameters(JSON.stringify(properties), JSON.stringify(values ?? {}), node?.typeVersion ?? 1)),
  };
  const { members: workflow, inUsualWords } = parts.n8n_workflow(kit);
  builtins['n8n-workflow'] = () => workflow;

  const modules = parts.modules(host, builtins);
  const requests = parts.requests({
    Buffer: bytes.Buffer, bytesOf: bytes.bytesOf, URL: urls.URL, URLSearchParams: urls.URLSearchParams, streamOf,
    FormData: web.FormData, Blob: web.Blob, random: (size) => bytes.crypto.randomBytes(size).toString('hex'), mimeType: types.byName,
  });

  // ---- What the package holds.

  const nodes = new Map();
  const credentials = new Map();
  const classIn = (exported, name, path) => {
    const Class = exported?.[name] ?? exported?.default ?? (typeof exported === 'function' ? exported : undefined)
      ?? Object.values(exported ?? {}).find((own) => typeof own === 'function');
    if (typeof Class !== 'function') throw new Error(`${path} exports no class ${name}`);
    return Class;
  };
  const nameOf = (path) => path.split('/').at(-1).split('.')[0];
  const load = (kind, path) => {
    const known = kind === 'node' ? nodes : credentials;
    const before = known.get(path);
    if (before !== undefined) return before;
    const Class = classIn(modules.load('/', path), nameOf(path), path);
    const made = new Class();
    known.set(path, made);
    return made;
  };
  // The type of a node at a version.
  const versionOf = (made, version) => ('nodeVersions' in made ? made.nodeVersions[version] ?? made.getNodeType(version) : made);
  const methodsOf = (type) => Object.keys(type.methods?.loadOptions ?? {});

  const functions = new WeakMap();
  // Functions stand in a description's routing as `{ "__function": number }`; the numbers count them in the order in which
  // they stand, so that they are the same in every runtime.
  const described = (type) => {
    const found = [];
    const walk = (value, seen) => {
      if (typeof value === 'function') {
        found.push(value);
        return { __function: found.length - 1 };
      }
      if (typeof value !== 'object' || value === null) return value;
      if (typeof value.toJSON === 'function') return value.toJSON();
      if (seen.includes(value)) throw new TypeError('Converting circular structure to JSON');
      const next = [...seen, value];
      if (Array.isArray(value)) return value.map((own) => walk(own, next));
      const made = {};
      for (const key of Object.keys(value)) if (value[key] !== undefined) made[key] = walk(value[key], next);
      return made;
    };
    const description = walk(type.description, []);
    functions.set(type, found);
    return description;
  };
  const functionOf = (type, number) => {
    if (!functions.has(type)) described(type);
    return functions.get(type)[number];
  };

  const describeNode = (path) => {
    const made = load('node', path);
    const versions = 'nodeVersions' in made ? Object.values(made.nodeVersions) : [made];
    return {
      isVersioned: 'nodeVersions' in made, currentVersion: made.currentVersion,
      versions: versions.map((type) => ({
        description: described(type),
        methods: Object.fromEntries(Object.entries(type.methods ?? {}).map(([kind, own]) => [kind, Object.keys(own ?? {})])),
        loadOptionsMethods: methodsOf(type),
        has: ['execute', 'poll', 'trigger', 'webhook', 'supplyData'].filter((name) => typeof type[name] === 'function'),
        custom: Object.fromEntries(Object.entries(type.customOperations ?? {}).map(([resource, own]) => [resource, Object.keys(own ?? {})])),
      })),
    };
  };
  const describeCredential = (path) => {
    const made = load('credential', path);
    const plain = {};
    for (const key of Object.keys(made)) if (typeof made[key] !== 'function') plain[key] = made[key];
    return {
      type: JSON.parse(JSON.stringify(plain)),
      functions: ['authenticate', 'preAuthentication'].filter((name) => typeof made[name] === 'function'),
    };
  };

  kit.credentialType = (name) => {
    for (const made of credentials.values()) if (made.name === name) return made;
    for (const path of host.credentialFiles()) {
      let made;
      try { made = load('credential', path); } catch { continue; }
      if (made.name === name) return made;
    }
    return undefined;
  };
  const context = parts.context(host, {
    workflow, inUsualWords, requests, Buffer: bytes.Buffer, hexOf: (own) => natives.toText(own, 'hex'), bytesOf: bytes.bytesOf, streamOf, types,
    credentialType: (name) => kit.credentialType(name), routing: parts.routing, functionOf,
  });
  web.fetchWith((options) => context.fetch(options));

  return {
    describeNode: (path) => JSON.stringify(describeNode(path)),
    describeCredential: (path) => JSON.stringify(describeCredential(path)),
    start(id, kind, path, version, given) {
      const parsed = JSON.parse(given);
      const made = load('node', path);
      const type = versionOf(made, version);
      if (type === undefined) throw new Error(`The node has no version ${version}`);
      const { resource, operation } = parsed.node?.parameters ?? {};
      const customOperation = type.customOperations?.[resource]?.[operation];
      context.start(id, kind, { type, customOperation }, parsed);
    },
    answer: (id, failure, head, body) => context.answer(id, failure === undefined ? undefined : JSON.parse(failure), head === undefined ? undefined : JSON.parse(head), body),
    abort: context.abort,
    due: web.due,
    fire: web.fire,
  };
})

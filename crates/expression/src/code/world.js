// What code finds beside JavaScript itself: the run, items, console, timers, static data. Evaluated once for every run
// of code, in a world of its own; `host` holds the native functions, `api` what the prelude made.
(function (host, api, parts) {
  'use strict';

  const { defineProperty, getOwnPropertyNames, hasOwn } = Object;
  const { asNative, hide, begin, base } = api;
  const { apply } = Reflect;
  const NativeError = Error;
  const NativePromise = Promise;
  const NativeTypeError = TypeError;
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const isArray = Array.isArray;
  const textOf = String;

  const tools = parts.tools(api);
  const { value, functions, ofHost } = tools;

  // ---- The run. What is read is found when it is read; what code assigns is its own until the next item.

  let current = begin(0);
  let itemIndex = 0;
  const overwritten = new Set();
  const readers = {};
  const read = (name, get) => {
    readers[name] = get;
    defineProperty(globalThis, name, {
      get,
      set(own) {
        overwritten.add(name);
        value(name, own);
      },
      configurable: true,
      enumerable: true,
    });
  };
  // Expressions alone have these.
  const foreign = ['$if', '$ifEmpty', '$min', '$max', '$average', '$not'];
  for (const name of getOwnPropertyNames(base)) {
    if (name[0] === '$' && !foreign.includes(name)) read(name, () => current[name]);
  }
  for (const name of ['DateTime', 'Duration', 'Interval']) value(name, api.luxon[name]);

  // ---- Static data: kept when the code ends well.

  const staticData = {};
  const getStaticData = (type) => {
    const kind = type === undefined ? 'undefined' : textOf(type);
    if (kind !== 'global' && kind !== 'node') {
      throw ofHost(new NativeError('Unknown context type. Only `global` and `node` are supported.'));
    }
    if (!hasOwn(staticData, kind)) staticData[kind] = parse(host.staticData(kind === 'node'));
    return staticData[kind];
  };

  // ---- Console.

  const shown = (argument) => {
    if (typeof argument === 'string') return argument;
    if (argument instanceof NativeError) return `${argument.name}: ${argument.message}`;
    if (argument === globalThis) return '[[ExecutionContext]]';
    if (typeof argument === 'bigint') return `${argument}n`;
    try {
      return stringify(argument) ?? textOf(argument);
    } catch {
      return textOf(argument);
    }
  };
  const console = {};
  const log = (level) => (...args) => host.log(level, args.map(shown).join(' '));
  functions(console, {
    log: log('log'), info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug'),
    trace: log('debug'), dir: log('log'), table: log('log'),
  });
  for (const name of [
    'time', 'timeEnd', 'timeLog', 'assert', 'clear', 'count', 'countReset', 'group', 'groupEnd', 'groupCollapsed',
    'dirxml', 'profile', 'profileEnd', 'timeStamp',
  ]) functions(console, { [name]() {} });
  value('console', console);

  // ---- Timers.

  const timers = new Map();
  let lastTimer = 0;
  const addTimer = (work, delay, args, every) => {
    if (typeof work !== 'function') {
      throw new NativeTypeError('The "callback" argument must be of type function. Received ' + shown(work));
    }
    const wait = delay >= 1 && delay <= 2147483647 ? +delay : 1;
    lastTimer += 1;
    timers.set(lastTimer, { due: host.since() + wait, wait, work, args, every, number: lastTimer });
    return lastTimer;
  };
  const endTimer = (id) => {
    timers.delete(+id);
  };
  functions(globalThis, {
    setTimeout(work, delay, ...args) { return addTimer(work, delay, args, false); },
    setInterval(work, delay, ...args) { return addTimer(work, delay, args, true); },
    setImmediate(work, ...args) { return addTimer(work, 0, args, false); },
    clearTimeout: endTimer,
    clearInterval: endTimer,
    clearImmediate: endTimer,
    queueMicrotask(work) { NativePromise.resolve().then(() => work()); },
  });
  const nextTimer = () => {
    let next;
    for (const timer of timers.values()) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  };

  // ---- Modules.

  let bytes = {};
  let urls = {};
  let calls = { helpers: {}, settle() {} };
  if (parts.calls !== undefined) {
    bytes = parts.buffer(host, tools);
    urls = parts.url(host, tools);
    calls = parts.calls(host, tools, bytes, urls);
  }
  const modules = {
    crypto: bytes.crypto,
    buffer: { Buffer: bytes.Buffer },
    url: urls,
    timers: { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate },
  };
  functions(globalThis, {
    require(name) {
      const known = textOf(name).replace(/^node:/, '');
      if (hasOwn(modules, known)) return modules[known];
      throw new NativeError(`Module '${textOf(name)}' is disallowed`);
    },
  });
  value('global', globalThis);

  // ---- Helpers.

  const helpers = functions({}, calls.helpers);
  for (const name of [
    'httpRequestWithAuthentication', 'requestWithAuthenticationPaginated', 'copyBinaryFile', 'createReadStream',
    'getBinaryStream', 'binaryToBuffer', 'getBinaryMetadata', 'getStoragePath', 'getBinaryPath', 'writeContentToFile',
    'copyInputItems', 'returnJsonArray', 'normalizeItems', 'getSSHClient', 'createDeferredPromise',
    'constructExecutionMetaData',
  ]) {
    functions(helpers, {
      [name]() {
        throw ofHost(new NativeError(`The function "helpers.${name}" is not supported in the Code Node`));
      },
    });
  }
  value('helpers', helpers);

  // ---- Errors of the engine, in V8's words as soon as code looks at them.

  hide(globalThis, '__caught', asNative((error) => host.caught(error), 'caught'));

  return {
    // Begins the item with this index.
    begin(index) {
      itemIndex = index;
      current = begin(index);
      for (const name of overwritten) read(name, readers[name]);
      overwritten.clear();
      timers.clear();
      value('module', { exports: {} });
    },
    // Names that only some nodes have.
    offer(dialect) {
      value('$getWorkflowStaticData', asNative(getStaticData, '$getWorkflowStaticData'));
      switch (dialect) {
        case 'function':
          value('getWorkflowStaticData', asNative(getStaticData, 'getWorkflowStaticData'));
          value('getNodeParameter', asNative((name) => current.$parameter[name], 'getNodeParameter'));
          read('items', () => host.givenItems());
          break;
        case 'functionItem':
          value('getWorkflowStaticData', asNative(getStaticData, 'getWorkflowStaticData'));
          value('getNodeParameter', asNative((name) => current.$parameter[name], 'getNodeParameter'));
          read('item', () => host.givenItem(itemIndex).json);
          break;
        case 'item':
          read('item', () => host.givenItem(itemIndex));
          break;
        default:
          read('items', () => host.givenItems());
      }
    },
    // Milliseconds from the beginning of the run at which the next timer is due.
    due() {
      return nextTimer()?.due;
    },
    // Runs the timers that are due.
    fire() {
      const now = host.since();
      const due = [...timers.values()].filter((timer) => timer.due <= now);
      due.sort((a, b) => a.due - b.due || a.number - b.number);
      for (const timer of due) {
        if (!timers.has(timer.number)) continue;
        if (timer.every) timer.due = host.since() + timer.wait;
        else timers.delete(timer.number);
        apply(timer.work, undefined, timer.args);
      }
    },
    settle: calls.settle,
    // Hands over the static data that code has had.
    keep() {
      for (const kind of getOwnPropertyNames(staticData)) host.keepStaticData(kind === 'node', staticData[kind]);
    },
  };
})

// The world that compiled code chunks run in. Evaluated once per engine, before any expression; `host` holds the
// native functions. Everything reachable from an expression is frozen at the end, so that nothing that one evaluation
// does can be seen by the next. A world of its own for one run of code (`isOwn`) stays as it is: ordinary JavaScript.
(function (host, isOwn) {
  'use strict';

  // The globals go at the end; what is needed later is kept here.
  const {
    Array, ArrayBuffer, Atomics, BigInt, BigInt64Array, BigUint64Array, Boolean, DataView, Error, EvalError,
    Float32Array, Float64Array, Function, Int8Array, Int16Array, Int32Array, JSON, Map, Math, Number, Object, Promise,
    Proxy, RangeError, ReferenceError, Reflect, RegExp, Set, SharedArrayBuffer, String, Symbol, SyntaxError, TypeError,
    URIError, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array, WeakMap, WeakSet, decodeURI, decodeURIComponent,
    encodeURI, encodeURIComponent, isFinite, isNaN, parseFloat, parseInt,
  } = globalThis;
  const NativeDate = globalThis.Date;
  const NativeProxy = Proxy;
  const NativeObject = Object;
  const objectPrototype = Object.prototype;
  const {
    create, defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, setPrototypeOf,
  } = Object;
  const { apply, construct, ownKeys } = Reflect;
  const reflectDefine = Reflect.defineProperty;
  const reflectDescriptor = Reflect.getOwnPropertyDescriptor;
  const bindCall = Function.prototype.bind.bind(Function.prototype.call);
  const uncurry = (method) => bindCall(method);
  const sourceOf = uncurry(Function.prototype.toString);
  const replaceText = uncurry(String.prototype.replace);
  const joinText = uncurry(Array.prototype.join);
  const isArray = Array.isArray;
  const keysOf = Object.keys;
  const isWellFormed = uncurry(String.prototype.isWellFormed);
  const toWellFormed = uncurry(String.prototype.toWellFormed);
  const timeOf = uncurry(NativeDate.prototype.getTime);
  const isoOf = uncurry(NativeDate.prototype.toISOString);
  const nativeStringify = JSON.stringify;
  const nativeUTC = NativeDate.UTC;
  const StringOf = String;
  const TypeErrorOf = TypeError;
  const SyntaxErrorOf = SyntaxError;
  const InternalErrorOf = globalThis.InternalError;
  const hexOf = uncurry(Uint8Array.prototype.toHex);

  const hide = (object, name, value) =>
    defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
  const methods = (object, own) => {
    for (const name of ownKeys(own)) hide(object, name, own[name]);
  };

  // ---- Functions print on one line, as in V8.

  const natives = new WeakSet();
  const isNative = uncurry(WeakSet.prototype.has);
  const asNative = (fn, name) => {
    if (name !== undefined) defineProperty(fn, 'name', { value: name, configurable: true });
    natives.add(fn);
    return fn;
  };
  const functionText = function toString() {
    if (typeof this === 'function' && isNative(natives, this)) return `function ${this.name}() { [native code] }`;
    return replaceText(sourceOf(this), /\{\s*\[native code\]\s*\}$/, '{ [native code] }');
  };
  hide(Function.prototype, 'toString', asNative(functionText, 'toString'));
  for (const name of ['captureStackTrace', 'stackTraceLimit', 'prepareStackTrace']) delete Error[name];

  // ---- Date: the run's clock, UTC as the local zone, V8's parser and formats.

  const toPrimitive = (value) => {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
    const exotic = value[Symbol.toPrimitive];
    if (exotic !== undefined && exotic !== null) return apply(exotic, value, ['default']);
    for (const name of ['valueOf', 'toString']) {
      const method = value[name];
      if (typeof method !== 'function') continue;
      const result = apply(method, value, []);
      if ((typeof result !== 'object' || result === null) && typeof result !== 'function') return result;
    }
    throw new TypeErrorOf('Cannot convert object to primitive value');
  };
  const isDate = (value) => value instanceof NativeDate;
  const dateMillis = (args) => {
    if (args.length === 0) return host.now();
    if (args.length > 1) return apply(nativeUTC, undefined, args);
    if (isDate(args[0])) return timeOf(args[0]);
    const value = toPrimitive(args[0]);
    return typeof value === 'string' ? host.parseDate(value) : value;
  };
  const RunDate = function (...args) {
    if (new.target === undefined) return new RunDate().toString();
    return construct(NativeDate, [dateMillis(args)], new.target);
  };
  asNative(RunDate, 'Date');
  defineProperty(RunDate, 'length', { value: 7, configurable: true });
  defineProperty(RunDate, 'prototype', { value: NativeDate.prototype, writable: false });
  methods(RunDate, {
    now: asNative(function () { return host.now(); }, 'now'),
    parse: asNative(function (text) { return host.parseDate(StringOf(text)); }, 'parse'),
    UTC: nativeUTC,
  });
  const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (n) => (n < 10 ? `0${n}` : `${n}`);
  const yearText = (year) => (year < 0 ? '-' : '') + StringOf(Math.abs(year)).padStart(4, '0');
  const datePart = (d) =>
    `${DAYS[d.getUTCDay()]} ${MONTHS[d.getUTCMonth()]} ${two(d.getUTCDate())} ${yearText(d.getUTCFullYear())}`;
  const timePart = (d) =>
    `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} GMT+0000 (Coordinated Universal Time)`;
  const ifValid = (d, text) => (Number.isNaN(timeOf(d)) ? 'Invalid Date' : text(d));
  const dateMethods = {
    toString() { return ifValid(this, (d) => `${datePart(d)} ${timePart(d)}`); },
    toDateString() { return ifValid(this, datePart); },
    toTimeString() { return ifValid(this, timePart); },
    getTimezoneOffset() { return Number.isNaN(timeOf(this)) ? NaN : 0; },
    getYear() { return this.getUTCFullYear() - 1900; },
  };
  for (const name of ownKeys(dateMethods)) asNative(dateMethods[name]);
  methods(NativeDate.prototype, dateMethods);
  const { setTime } = NativeDate.prototype;
  for (const unit of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    for (const verb of ['get', 'set']) {
      const utc = NativeDate.prototype[`${verb}UTC${unit}`];
      if (utc === undefined) continue;
      const local = verb === 'get' ? { [verb + unit]() { return apply(utc, this, []); } }[verb + unit] : {
        [verb + unit](...args) {
          const numbers = args.map((value) => +value);
          // The engine leaves the date as it was.
          return numbers.some(isNaN) ? apply(setTime, this, [NaN]) : apply(utc, this, numbers);
        },
      }[verb + unit];
      hide(NativeDate.prototype, verb + unit, asNative(local));
    }
  }
  hide(NativeDate.prototype, 'constructor', RunDate);

  // ---- What ICU formats.

  const nativeMethods = (prototype, own) => {
    for (const name of ownKeys(own)) asNative(own[name]);
    methods(prototype, own);
  };
  const iteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
  const { Intl, tagsOf, roots: intlRoots } = host.makeIntl(host, {
    asNative, hide, apply, create, defineProperty, iteratorPrototype, uncurry,
  });
  const localeDate = (date, kind, locales, options) => host.dateToLocaleString(timeOf(date), kind, tagsOf(locales), options);
  nativeMethods(NativeDate.prototype, {
    toLocaleString(locales, options) { return localeDate(this, 'both', locales, options); },
    toLocaleDateString(locales, options) { return localeDate(this, 'date', locales, options); },
    toLocaleTimeString(locales, options) { return localeDate(this, 'time', locales, options); },
  });
  const nativeNumberText = uncurry(Number.prototype.toString);
  const { isInteger, isSafeInteger } = Number;
  nativeMethods(Number.prototype, {
    // The engine writes more digits of a fraction than V8.
    toString(radix) {
      const number = this;
      if (typeof number === 'number' && typeof radix === 'number' && radix !== 10 && !isSafeInteger(number)
        && isInteger(radix) && radix >= 2 && radix <= 36 && number - number === 0) {
        return host.inRadix(number, radix);
      }
      return nativeNumberText(number, radix);
    },
    toLocaleString(locales, options) { return host.numberToLocaleString(Number(this), tagsOf(locales), options); },
  });
  const bigIntOf = uncurry(BigInt.prototype.valueOf);
  nativeMethods(BigInt.prototype, {
    toLocaleString(locales, options) { return host.numberToLocaleString(bigIntOf(this), tagsOf(locales), options); },
  });
  nativeMethods(String.prototype, {
    localeCompare(other, locales, options) {
      return host.compare(StringOf(this), StringOf(other), tagsOf(locales), options);
    },
    toLocaleUpperCase(locales) { return host.changeCase(StringOf(this), true, tagsOf(locales)); },
    toLocaleLowerCase(locales) { return host.changeCase(StringOf(this), false, tagsOf(locales)); },
  });
  // ---- Loops that the engine does not interrupt: with more steps than this they would outlive any time limit.

  const MOST_ELEMENTS = 1e7;
  const MOST_STEPS = 2 ** 31;
  const tooMuch = () => new InternalErrorOf('out of memory');
  // An array, or whatever says that it has a length.
  const check = (list) => {
    if (list !== undefined && list !== null && list.length > MOST_ELEMENTS) throw tooMuch();
  };

  // ---- Sorting with a function: V8's order of comparisons up to 63 elements, since functions such as
  // `(a, b) => a > b`, which contradict themselves, are common.

  const nativeSort = uncurry(Array.prototype.sort);
  const orderOf = (compare, a, b) => {
    const order = +compare(a, b);
    return Number.isNaN(order) ? 0 : order;
  };
  const sortFew = (values, compare) => {
    const count = values.length;
    if (count < 2) return;
    let run = 2;
    const falls = orderOf(compare, values[1], values[0]) < 0;
    while (run < count && (orderOf(compare, values[run], values[run - 1]) < 0) === falls) run += 1;
    if (falls) {
      for (let low = 0, high = run - 1; low < high; low += 1, high -= 1) {
        [values[low], values[high]] = [values[high], values[low]];
      }
    }
    for (let start = run; start < count; start += 1) {
      const pivot = values[start];
      let left = 0;
      let right = start;
      while (left < right) {
        const middle = (left + right) >> 1;
        if (orderOf(compare, pivot, values[middle]) < 0) right = middle;
        else left = middle + 1;
      }
      for (let at = start; at > left; at -= 1) values[at] = values[at - 1];
      values[left] = pivot;
    }
  };
  const sortMethods = {
    sort(compare) {
      check(this);
      const length = typeof compare === 'function' && isArray(this) ? this.length : 64;
      if (length >= 64) return nativeSort(this, compare);
      const values = [];
      let holes = 0;
      let missing = 0;
      for (let at = 0; at < length; at += 1) {
        if (!(at in this)) holes += 1;
        else if (this[at] === undefined) missing += 1;
        else values[values.length] = this[at];
      }
      sortFew(values, compare);
      for (let at = 0; at < values.length; at += 1) this[at] = values[at];
      for (let at = 0; at < missing; at += 1) this[values.length + at] = undefined;
      for (let at = length - holes; at < length; at += 1) delete this[at];
      return this;
    },
    toSorted(compare) {
      if (compare !== undefined && typeof compare !== 'function') {
        throw new TypeErrorOf('The comparison function must be either a function or undefined');
      }
      return apply(sortMethods.sort, Array.from(this), [compare]);
    },
  };
  for (const name of ownKeys(sortMethods)) asNative(sortMethods[name]);
  methods(Array.prototype, sortMethods);

  // ---- The bounds of further methods.

  const arrayMethods = Array.prototype;
  const { concat, splice, toSpliced, shift, unshift, lastIndexOf, reduce, reduceRight } = arrayMethods;
  const listText = uncurry(arrayMethods.toString);
  const spreadable = Symbol.isConcatSpreadable;
  const checkSpread = (list) => {
    if (isArray(list) || (typeof list === 'object' && list !== null && list[spreadable])) check(list);
  };
  // The same value may be in an array often, so that going through it takes for ever without giving anything.
  const flatten = (list, depth, flat) => {
    for (let at = 0, { length } = list; at < length; at += 1) {
      if (!(at in list)) continue;
      const element = list[at];
      if (depth > 0 && isArray(element)) flatten(element, depth - 1, flat);
      else flat[flat.length] = element;
    }
    return flat;
  };
  const nativeFlat = uncurry(arrayMethods.flat);
  const lengths = (holder, own) => {
    for (const name of ownKeys(own)) defineProperty(holder[name], 'length', { value: own[name], configurable: true });
  };
  nativeMethods(Array.prototype, {
    join(separator) { check(this); return joinText(this, separator); },
    toString() { check(this); return listText(this); },
    concat(...lists) { checkSpread(this); lists.forEach(checkSpread); return apply(concat, this, lists); },
    splice(...args) { check(this); return apply(splice, this, args); },
    toSpliced(...args) { check(this); return apply(toSpliced, this, args); },
    shift() { check(this); return apply(shift, this, []); },
    unshift(...items) { check(this); return apply(unshift, this, items); },
    lastIndexOf(...args) { check(this); return apply(lastIndexOf, this, args); },
    reduce(...args) { check(this); return apply(reduce, this, args); },
    reduceRight(...args) { check(this); return apply(reduceRight, this, args); },
    flat(depth) {
      check(this);
      return +depth > 1 && isArray(this) ? flatten(this, +depth, []) : nativeFlat(this, depth);
    },
  });
  lengths(Array.prototype, {
    concat: 1, splice: 2, toSpliced: 2, unshift: 1, lastIndexOf: 1, reduce: 1, reduceRight: 1, flat: 0,
  });
  for (const name of [
    'copyWithin', 'fill', 'includes', 'indexOf', 'reverse', 'slice', 'toReversed', 'with', 'every',
    'filter', 'flatMap', 'forEach', 'map', 'some', 'find', 'findIndex', 'findLast', 'findLastIndex',
  ]) {
    const native = arrayMethods[name];
    const bound = uncurry(native);
    // None of them takes more, and to none is an argument that is undefined another than one that is missing.
    const own = { [name](a, b, c) {
      check(this);
      return bound(this, a, b, c);
    } };
    nativeMethods(Array.prototype, own);
    defineProperty(own[name], 'length', { value: native.length, configurable: true });
  }

  // Searching a long text for a long one takes as many steps as their lengths give multiplied, where the one is full of
  // the beginnings of the other. Then Knuth, Morris and Pratt search, who take as many as the lengths give added.
  const textMethods = String.prototype;
  const codeAt = uncurry(textMethods.charCodeAt);
  const sliceOf = uncurry(textMethods.slice);
  const takesLong = (text, part) => typeof text === 'string' && typeof part === 'string'
    && text.length * part.length > MOST_STEPS;
  // Calls `found` with the places of a part from one on, until it gives true.
  const searchAll = (text, part, from, found) => {
    const back = new Int32Array(part.length + 1);
    let matched = 0;
    for (let at = 1; at < part.length; at += 1) {
      while (matched > 0 && codeAt(part, at) !== codeAt(part, matched)) matched = back[matched];
      if (codeAt(part, at) === codeAt(part, matched)) matched += 1;
      back[at + 1] = matched;
    }
    matched = 0;
    for (let at = from; at < text.length; at += 1) {
      while (matched > 0 && codeAt(text, at) !== codeAt(part, matched)) matched = back[matched];
      if (codeAt(text, at) === codeAt(part, matched)) matched += 1;
      if (matched === part.length) {
        if (found(at + 1 - matched)) return;
        matched = back[matched];
      }
    }
  };
  const placeOf = (text, part, from) => {
    let place = -1;
    searchAll(text, part, from, (at) => {
      place = at;
      return true;
    });
    return place;
  };
  // The places that do not overlap.
  const placesOf = (text, part, most) => {
    const places = [];
    let end = 0;
    searchAll(text, part, 0, (at) => {
      if (at >= end) {
        places[places.length] = at;
        end = at + part.length;
      }
      return places.length >= most;
    });
    return places;
  };
  const startOf = (position, length) => {
    const at = +position;
    return at > 0 ? Math.min(at - at % 1, length) : 0;
  };
  const replaceAllText = uncurry(textMethods.replaceAll);
  const expand = (replacement, text, part, at) => {
    if (typeof replacement === 'function') return StringOf(replacement(part, at, text));
    const write = StringOf(replacement);
    if (!write.includes('$')) return write;
    return replaceText(write, /\$([$&`'])/g, (whole, kind) => {
      if (kind === '$') return '$';
      if (kind === '&') return part;
      return kind === '`' ? sliceOf(text, 0, at) : sliceOf(text, at + part.length);
    });
  };
  const replacePlaces = (text, part, replacement, most) => {
    const places = placesOf(text, part, most);
    const pieces = [];
    let end = 0;
    for (let index = 0; index < places.length; index += 1) {
      const at = places[index];
      pieces[pieces.length] = sliceOf(text, end, at);
      pieces[pieces.length] = expand(replacement, text, part, at);
      end = at + part.length;
    }
    pieces[pieces.length] = sliceOf(text, end);
    return joinText(pieces, '');
  };
  const nativeIndexOf = uncurry(textMethods.indexOf);
  const nativeLastIndexOf = uncurry(textMethods.lastIndexOf);
  const nativeIncludes = uncurry(textMethods.includes);
  const nativeSplit = uncurry(textMethods.split);
  const checkReplaced = (text, replacement) => {
    if (typeof replacement === 'string' && typeof text === 'string' && text.length * replacement.length > MOST_STEPS) {
      throw tooMuch();
    }
  };
  nativeMethods(String.prototype, {
    indexOf(part, from) {
      if (takesLong(this, part)) return placeOf(this, part, startOf(from, this.length));
      return nativeIndexOf(this, part, from);
    },
    lastIndexOf(part, from) {
      if (!takesLong(this, part)) return nativeLastIndexOf(this, part, from);
      const last = from === undefined || Number.isNaN(+from) ? Infinity : +from;
      let place = -1;
      searchAll(this, part, 0, (at) => {
        if (at > last && at > 0) return true;
        place = at;
        return false;
      });
      return place;
    },
    includes(part, from) {
      if (takesLong(this, part)) return placeOf(this, part, startOf(from, this.length)) >= 0;
      return nativeIncludes(this, part, from);
    },
    split(separator, limit) {
      if (!takesLong(this, separator)) return nativeSplit(this, separator, limit);
      const most = limit === undefined ? MOST_STEPS * 2 - 1 : limit >>> 0;
      const pieces = [];
      let end = 0;
      const places = most === 0 ? [] : placesOf(this, separator, most);
      for (let index = 0; index < places.length; index += 1) {
        pieces[index] = sliceOf(this, end, places[index]);
        end = places[index] + separator.length;
      }
      if (pieces.length < most) pieces[pieces.length] = sliceOf(this, end);
      return pieces;
    },
    replace(pattern, replacement) {
      checkReplaced(this, replacement);
      if (takesLong(this, pattern)) return replacePlaces(this, pattern, replacement, 1);
      return replaceText(this, pattern, replacement);
    },
    replaceAll(pattern, replacement) {
      checkReplaced(this, replacement);
      if (takesLong(this, pattern)) return replacePlaces(this, pattern, replacement, Infinity);
      return replaceAllText(this, pattern, replacement);
    },
  });
  lengths(String.prototype, { indexOf: 1, lastIndexOf: 1, includes: 1 });

  // Compiling a pattern takes as many steps as its length and the number of its alternatives give multiplied, or the
  // length of a class, or once more its length where it looks behind.
  const MOST_PATTERN = 40000;
  const checkPattern = (source) => {
    if (typeof source !== 'string' || source.length <= MOST_PATTERN) return;
    let repeated = nativeIncludes(source, '(?<') ? source.length : 0;
    let longest = 0;
    let start = -1;
    for (let at = 0; at < source.length; at += 1) {
      const code = codeAt(source, at);
      if (code === 92) at += 1;
      else if (start >= 0 && code === 93) {
        longest = Math.max(longest, at - start);
        start = -1;
      } else if (start < 0 && code === 91) start = at;
      else if (start < 0 && code === 124) repeated += 1;
    }
    if (source.length * (repeated + longest) > MOST_STEPS) throw tooMuch();
  };
  const NativeRegExp = RegExp;
  const BoundedRegExp = function (pattern, flags) {
    checkPattern(pattern);
    if (new.target === undefined) return NativeRegExp(pattern, flags);
    return construct(NativeRegExp, [pattern, flags], new.target === BoundedRegExp ? NativeRegExp : new.target);
  };
  for (const key of ownKeys(NativeRegExp)) {
    if (key !== 'length' && key !== 'name') {
      defineProperty(BoundedRegExp, key, getOwnPropertyDescriptor(NativeRegExp, key));
    }
  }
  asNative(BoundedRegExp, 'RegExp');
  hide(NativeRegExp.prototype, 'constructor', BoundedRegExp);
  for (const name of ['match', 'matchAll', 'search']) {
    const native = uncurry(textMethods[name]);
    nativeMethods(String.prototype, { [name](pattern) {
      checkPattern(pattern);
      return native(this, pattern);
    } });
  }
  defineProperty(globalThis, 'RegExp', { value: BoundedRegExp, writable: true, configurable: true });

  // ---- Math as V8 has it, the same on every machine.

  for (const name of host.mathNames()) {
    const length = Math[name].length;
    const own = asNative((...args) => host.math(name, args[0], args[1]), name);
    defineProperty(own, 'length', { value: length, configurable: true });
    hide(Math, name, own);
  }
  hide(Math, 'hypot', asNative((...args) => {
    let largest = 0;
    let unknown = false;
    const values = args.map((value) => {
      const size = Math.abs(+value);
      if (Number.isNaN(size)) unknown = true;
      else if (size > largest) largest = size;
      return size;
    });
    if (largest === Infinity) return Infinity;
    if (unknown) return NaN;
    if (largest === 0) return 0;
    // Kahan's sum.
    let sum = 0;
    let lost = 0;
    for (const size of values) {
      const share = size / largest;
      const summand = share * share - lost;
      const next = sum + summand;
      lost = next - sum - summand;
      sum = next;
    }
    return Math.sqrt(sum) * largest;
  }, 'hypot'));
  defineProperty(Math.hypot, 'length', { value: 2, configurable: true });

  nativeMethods(Array.prototype, {
    toLocaleString(locales, options) {
      const parts = [];
      for (let i = 0; i < this.length; i += 1) {
        const element = this[i];
        parts.push(element === undefined || element === null ? '' : element.toLocaleString(locales, options));
      }
      return joinText(parts, ',');
    },
  });
  // ---- Data views: an object or array of the run is fetched member by member, and copied at the first write.

  // The handlers of a view's states. A trap that is a getter does its work when the engine looks for the trap, and
  // then there is none: the engine goes on with the target.
  const trap = (handler, work, names) => {
    for (const name of names) defineProperty(handler, name, { get: work });
    return handler;
  };
  const writeTraps = ['set', 'deleteProperty', 'defineProperty', 'preventExtensions'];
  const writtenHandler = create(null);
  const filledHandler = trap(create(null), host.viewOpen, writeTraps);
  const namedHandler = trap(create(null), host.viewOpen, writeTraps);
  const lazyHandler = trap(create(null), host.viewOpen, writeTraps);
  trap(lazyHandler, host.viewName, ['has', 'ownKeys', 'getOwnPropertyDescriptor']);
  for (const handler of [namedHandler, lazyHandler]) defineProperty(handler, 'get', { value: host.viewGet });

  // What is wrong with a text is said in V8's words.
  const nativeParse = JSON.parse;
  hide(JSON, 'parse', asNative(function (text, reviver) {
    try {
      return nativeParse(text, reviver);
    } catch (error) {
      const problem = error instanceof SyntaxErrorOf ? host.jsonProblem(StringOf(text)) : undefined;
      throw problem === undefined ? error : new SyntaxErrorOf(problem);
    }
  }, 'parse'));

  // Data that code has not touched are written as they are.
  hide(JSON, 'stringify', asNative(function (value, replacer, space) {
    const text = arguments.length === 1 ? host.viewText(value) : undefined;
    return text === undefined ? nativeStringify(value, replacer, space) : text;
  }, 'stringify'));

  // ---- luxon.

  const luxon = {};
  const luxonPrototypes = [];
  for (const [index, name] of ['DateTime', 'Duration', 'Interval'].entries()) {
    const Class = function (...args) {
      if (new.target === undefined) throw new TypeErrorOf(`Class constructor ${name} cannot be invoked without 'new'`);
      return host.luxonNew(index, args);
    };
    asNative(Class, name);
    const prototype = Class.prototype;
    for (const [member, kind, native] of host.luxonMembers(index)) {
      const isGetter = kind === 'getter' || kind === 'staticGetter';
      const holder = kind === 'getter' || kind === 'method' ? prototype : Class;
      asNative(native, isGetter ? `get ${member}` : member);
      if (isGetter) defineProperty(holder, member, { get: native, configurable: true });
      else hide(holder, member, native);
    }
    hide(prototype, 'constructor', Class);
    luxon[name] = Class;
    luxonPrototypes.push(prototype);
  }
  // Zones are objects of their fields with members beside.
  const zonePrototype = {};
  for (const name of host.zoneGetters()) {
    defineProperty(zonePrototype, name, { get() { return host.zoneMember(this, name, []); }, configurable: true });
  }
  for (const name of host.zoneMethods()) {
    hide(zonePrototype, name, asNative(function (...args) { return host.zoneMember(this, name, args); }, name));
  }
  for (const name of ['zone', '_zone']) {
    const { get } = getOwnPropertyDescriptor(luxon.DateTime.prototype, name);
    defineProperty(luxon.DateTime.prototype, name, {
      get: asNative(function () { return setPrototypeOf({ ...apply(get, this, []) }, zonePrototype); }, `get ${name}`),
      configurable: true,
    });
  }
  // Those that call back.
  hide(luxon.Duration.prototype, 'mapUnits', asNative(function (change) {
    if (!this.isValid) return this;
    const values = {};
    const own = this.toObject();
    for (const unit of ownKeys(own)) {
      const value = change(own[unit], unit);
      if (typeof value === 'boolean' || value === '' || !Number.isFinite(+value)) {
        throw new TypeErrorOf(`Invalid value ${StringOf(value)}`);
      }
      values[unit] = +value;
    }
    return this.set(values);
  }, 'mapUnits'));
  hide(luxon.Interval.prototype, 'mapEndpoints', asNative(function (change) {
    return luxon.Interval.fromDateTimes(change(this.s), change(this.e));
  }, 'mapEndpoints'));
  // A format that is read once, for many texts.
  const { fromFormat, fromFormatExplain } = luxon.DateTime;
  const localeOf = ({ locale, numberingSystem } = {}) => ({ locale: locale ?? 'en-US', numberingSystem: numberingSystem ?? null });
  class TokenParser {
    constructor(locale, format) {
      const { tokens, regex, invalidReason } = fromFormatExplain('', format, locale);
      NativeObject.assign(this, { locale, format, tokens, regex, invalidReason: invalidReason ?? null });
    }
    get isValid() { return this.invalidReason === null; }
    explainFromTokens(text) { return fromFormatExplain(text, this.format, this.locale); }
  }
  methods(luxon.DateTime, {
    buildFormatParser: asNative((format, options) => new TokenParser(localeOf(options), format), 'buildFormatParser'),
    fromFormatParser: asNative((text, parser, options) => {
      const own = localeOf(options);
      if (own.locale !== parser.locale.locale || own.numberingSystem !== parser.locale.numberingSystem) {
        throw new TypeErrorOf('fromFormatParser called with a locale that the format parser was not created for');
      }
      return fromFormat(text, parser.format, options);
    }, 'fromFormatParser'),
  });
  // An interval is written as its own members, which ours does not have as such.
  hide(luxon.Interval.prototype, 'toJSON', asNative(function () {
    const { s, e, invalid, isLuxonInterval } = this;
    return { s, e, invalid, isLuxonInterval };
  }, 'toJSON'));

  // ---- Errors of the host.

  const fail = (name, message, description, context) => {
    let error;
    switch (name) {
      case 'TypeError': error = new TypeErrorOf(message); break;
      case 'RangeError': error = new RangeError(message); break;
      case 'SyntaxError': error = new SyntaxError(message); break;
      case 'URIError': error = new URIError(message); break;
      default:
        error = new Error(message);
        hide(error, 'name', name);
    }
    if (description !== undefined) hide(error, 'description', description);
    if (context !== undefined) hide(error, 'context', context);
    return error;
  };

  // ---- The data context.

  const INDEX = Symbol('index');
  const base = create(null);
  const own = (self, name, value) =>
    defineProperty(self, name, { value, writable: true, configurable: true, enumerable: true });
  // What has been read, or written, is kept in the context under a symbol of its own.
  const lazy = (name, read) => {
    const kept = Symbol(name);
    defineProperty(base, name, {
      get() {
        const known = this[kept];
        if (known !== undefined) return known;
        const value = read(this[INDEX]);
        if (typeof value === 'function') natives.add(value);
        this[kept] = value;
        return value;
      },
      set(value) { own(this, name, value); },
      configurable: true,
      enumerable: true,
    });
  };
  const begin = (index) => ({ __proto__: base, [INDEX]: index });

  // Accessors: what is read is computed; what the code writes to them it reads back.
  const written = (read) => ({
    get(target, key) { return hasOwn(target, key) ? target[key] : read(target, key); },
    set(target, key, value) { own(target, key, value); return true; },
  });
  // What every object has comes before the data.
  const isCommon = (key) => typeof key === 'symbol' || key in objectPrototype;
  // Extension methods ask every object whether it is a date, which some of these refuse.
  const readers = new WeakSet();
  const reader = (get) => {
    const made = new NativeProxy({}, {
      ...written((target, key) => (isCommon(key) ? target[key] : get(key))),
      has(target, key) { return key in target || get(key) !== undefined; },
    });
    readers.add(made);
    return made;
  };
  const isReader = uncurry(WeakSet.prototype.has);
  // Before the host reads an object, which some of these refuse.
  const touch = (value) => {
    if (typeof value === 'object' && value !== null && isReader(readers, value)) value.isLuxonDateTime;
  };
  const lister = (names, get) => new NativeProxy({}, {
    ...written((target, key) => (isCommon(key) ? target[key] : get(key))),
    has(target, key) { return key in target || names().includes(key); },
    ownKeys(target) { return [...new Set([...names(), ...ownKeys(target)])]; },
    getOwnPropertyDescriptor(target, key) {
      if (hasOwn(target, key)) return reflectDescriptor(target, key);
      if (typeof key === 'symbol' || !names().includes(key)) return undefined;
      // Whoever asks which members there are does not read them.
      return { value: undefined, writable: true, enumerable: true, configurable: true };
    },
  });

  for (const [name, get] of host.variables()) {
    defineProperty(base, name, { get, set(value) { own(this, name, value); }, configurable: true, enumerable: true });
  }
  lazy('$input', (index) => reader((key) => {
    if (key === 'first' || key === 'last' || key === 'all') {
      host.requireInput(index);
      return asNative(() => host.inputItems(key, index));
    }
    return host.input(key, index);
  }));
  const nodeAccessor = (name, index) => {
    if (typeof name !== 'string' && !name) {
      // No name is that of the node that the input came from, but for its items.
      const refuse = () => { throw new TypeErrorOf('Node name must be a string'); };
      return reader((key) => {
        switch (key) {
          case 'first': case 'last': case 'all': case 'pairedItem': case 'itemMatching': return asNative(refuse);
          case 'item': return refuse();
          default: return host.nodeMember('', key, index);
        }
      });
    }
    if (typeof name !== 'string') {
      return reader((key) => {
        if (['item', 'pairedItem', 'itemMatching', 'all'].includes(key)) {
          throw new TypeErrorOf('Node name must be a string');
        }
        return host.requireNode(name, index);
      });
    }
    return reader((key) => {
      switch (key) {
        case 'first': case 'last': case 'all': case 'pairedItem': case 'itemMatching':
          return asNative((...args) => host.nodeItems(name, key, index, args));
        default: return host.nodeMember(name, key, index);
      }
    });
  };
  lazy('$', (index) => function (name) { return nodeAccessor(name, index); });
  lazy('$node', (index) => reader((name) => lister(() => ['binary', 'data', 'json'], (key) => {
    if (key === 'parameter') {
      return parameters((inner) => host.nodeParameter(name, inner, index), () => host.nodeParameterNames(name, index));
    }
    return host.oldNodeMember(name, key, index);
  })));
  const parameters = (get, names) => lister(names, get);
  lazy('$parameter', (index) => parameters((name) => host.parameter(name, index), () => host.parameterNames()));
  lazy('$env', (index) => reader((name) => host.environment(name, index)));
  lazy('$self', (index) => reader((name) => host.selfField(name, index)));
  const secrets = (path, index) => lister(() => host.secretNames(path), (name) => {
    const next = [...path, name];
    return host.isSecret(next, index) ? host.secret(next) : secrets(next, index);
  });
  lazy('$secrets', (index) => (host.hasSecrets() ? reader((provider) => {
    host.secretProvider(provider, index);
    return secrets([provider], index);
  }) : undefined));
  lazy('$workflow', (index) => lister(() => ['active', 'id', 'name'], (name) => host.workflow(name, index)));
  lazy('$prevNode', (index) => lister(() => ['name', 'outputIndex', 'runIndex'], (name) => host.previousNode(name)));
  lazy('$execution', (index) => ({
    ...host.execution(),
    customData: reader(() => undefined),
  }));
  lazy('$item', () => (index) => {
    const at = typeof index === 'string' ? +index : index;
    if (typeof at !== 'number' || !(at >= 0)) throw new TypeErrorOf('An item index is a number');
    return begin(at);
  });
  lazy('$items', (index) => {
    // It is taken for the list itself.
    const items = (...args) => host.items(index, args);
    defineProperty(items, 'length', { get: () => host.itemCount(), configurable: true });
    return items;
  });
  lazy('$getPairedItem', (index) => (...args) => host.pairedItem(index, args));
  lazy('$evaluateExpression', (index) => (text, at) => {
    if (typeof text !== 'string') throw new TypeErrorOf('Expression must be a string');
    if (at === undefined) return host.evaluate(text, index);
    if (!Number.isInteger(at) || at < 0) throw new TypeErrorOf('An item index is a whole number');
    return host.evaluate(text, at || index);
  });
  for (const name of ['$jmespath', '$jmesPath']) {
    lazy(name, () => (...args) => {
      touch(args[0]);
      return host.jmespath(args[0], args[1]);
    });
  }
  for (const name of ['$fromAI', '$fromAi', '$fromai']) {
    lazy(name, (index) => (...args) => host.fromAi(index, args));
  }
  lazy('$tool', (index) => host.tool(index));
  for (const name of host.functionNames()) {
    own(base, name, asNative((...args) => host.callFunction(name, args), name));
  }

  // The value itself comes back, not a copy.
  const isEmptyValue = (value) => {
    if (value === undefined || value === null || value === '') return true;
    if (isArray(value)) return value.length === 0;
    return typeof value === 'object' && !host.isLuxon(value) && keysOf(value).length === 0;
  };
  own(base, '$ifEmpty', asNative((...args) => {
    if (args.length !== 2) return host.callFunction('$ifEmpty', args);
    return isEmptyValue(args[0]) ? args[1] : args[0];
  }, '$ifEmpty'));

  // Values whose kind lacks an extension method are not handed over, which would copy them.
  const lacking = create(null);
  const extensionNames = host.extensionNames();
  const allNames = NativeObject.values(extensionNames).flat();
  for (const kind of ['array', 'object', 'string', 'number', 'boolean', 'function', 'undefined', 'bigint', 'symbol']) {
    lacking[kind] = create(null);
    const own = new Set(extensionNames[kind]);
    for (const name of allNames) if (!own.has(name)) lacking[kind][name] = true;
  }
  const extend = (receiver, name, args = []) => {
    const kind = typeof receiver;
    touch(receiver);
    if (lacking[kind === 'object' && isArray(receiver) ? 'array' : kind][name] !== true) {
      const found = host.extend(receiver, StringOf(name), args);
      if (found !== undefined) return found[0];
    }
    const native = receiver ? receiver[name] : undefined;
    if (typeof native === 'function') return apply(native, receiver, args);
    if (name === 'isEmpty') return !receiver;
    if (name === 'isNotEmpty') return !!receiver;
    // The kind is all that counts.
    throw host.notCallable(kind === 'object' && receiver !== null ? {} : receiver, StringOf(name));
  };
  const extendOptional = (receiver, name) => {
    const has = host.hasExtension(receiver, name)
      || (receiver && typeof receiver[name] === 'function')
      || name === 'isEmpty' || name === 'isNotEmpty';
    return has ? (...values) => extend(receiver, name, values) : undefined;
  };
  own(base, 'extend', asNative((receiver, name, args) => extend(receiver, name, args), 'extend'));
  own(base, 'extendOptional', asNative((receiver, name) => extendOptional(receiver, name), 'extendOptional'));

  // ---- Globals.

  const hidden = [
    'defineProperty', 'defineProperties', 'setPrototypeOf', 'getOwnPropertyDescriptor', 'getOwnPropertyDescriptors',
  ];
  if (!isOwn) for (const name of hidden) delete NativeObject[name];
  // Newer than n8n's engine.
  for (const [holder, names] of [
    [Math, ['sumPrecise']],
    [Map.prototype, ['getOrInsert', 'getOrInsertComputed']],
    [WeakMap.prototype, ['getOrInsert', 'getOrInsertComputed']],
    [Uint8Array, ['fromBase64', 'fromHex']],
    [Uint8Array.prototype, ['toBase64', 'toHex', 'setFromBase64', 'setFromHex']],
  ]) {
    for (const name of names) delete holder[name];
  }
  if (!isOwn) {
    hide(NativeObject, 'getPrototypeOf', asNative(() => {
      throw new Error('Object.getPrototypeOf is not allowed due to security concerns');
    }, 'getPrototypeOf'));
    hide(NativeObject, 'create', asNative((prototype) => create(prototype), 'create'));
  }

  const allowed = {
    Object, Array, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
    Float32Array, Float64Array, BigInt64Array, BigUint64Array, ArrayBuffer, SharedArrayBuffer, Atomics, DataView, Map,
    WeakMap, Set, WeakSet, Error, TypeError, SyntaxError, EvalError, RangeError, ReferenceError, URIError, Intl, String,
    Number, BigInt, Boolean, Symbol, JSON, Infinity, parseFloat, parseInt, encodeURI, encodeURIComponent, decodeURI,
    decodeURIComponent, DateTime: luxon.DateTime, Duration: luxon.Duration, Interval: luxon.Interval,
  };
  for (const name of ownKeys(allowed)) own(base, name, allowed[name]);
  const stubs = [
    'document', 'global', 'Window', 'globalThis', 'self', 'alert', 'prompt', 'confirm', 'eval', 'uneval', 'setTimeout',
    'setInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'Function', 'require', 'module', 'Buffer',
    '__dirname', '__filename', 'fetch', 'XMLHttpRequest', 'Promise', 'Generator', 'GeneratorFunction', 'AsyncFunction',
    'AsyncGenerator', 'AsyncGeneratorFunction', 'WebAssembly', 'Reflect', 'Proxy', 'escape', 'unescape',
  ];
  for (const name of stubs) lazy(name, () => ({}));
  // The data context of n8n is an object like any other.
  for (const name of ['toString', 'valueOf', 'toLocaleString', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable']) {
    own(base, name, objectPrototype[name]);
  }
  lazy('process', () => host.process());

  // ---- Helpers of compiled code: computed keys, `this`, extension calls.

  const locatorValue = (value, pattern) => {
    const match = new RegExp(replaceText(pattern, /^\/([\s\S]*)\/[a-z]*$/, '$1')).exec(value);
    return match === null ? value : match[1];
  };
  const denied = new Set([
    '__proto__', 'prototype', 'constructor', '__defineGetter__', '__defineSetter__', '__lookupGetter__',
    '__lookupSetter__', 'toString', 'valueOf', 'toLocaleString', 'hasOwnProperty', 'isPrototypeOf',
    'propertyIsEnumerable',
  ]);
  const isDenied = uncurry(Set.prototype.has);
  const guard = asNative(function (key) {
    if (typeof key === 'symbol' || typeof key === 'number') return key;
    const text = StringOf(key);
    if (isDenied(denied, text)) {
      throw fail('ExpressionError', `Cannot access "${text}" due to security concerns`);
    }
    return text;
  }, '');
  for (const name of [
    'nodeItem', 'nodeFirst', 'nodeLast', 'nodeAll', 'nodeItemJson', 'nodeFirstJson', 'nodeLastJson',
  ]) hide(guard, name, host[name]);
  let threwNull = false;
  // What the engine says when it throws, in V8's words, where the two say the same.
  const ErrorOf = Error;
  const engineWords = [
    [/^cannot read property '(?!Symbol\.)([^]*)' of (null|undefined)$/, "Cannot read properties of $2 (reading '$1')"],
    [/^cannot set property '(?!Symbol\.)([^]*)' of (null|undefined)$/, "Cannot set properties of $2 (setting '$1')"],
    [/^'[^']*' is read-only$/, 'Assignment to constant variable.'],
    [/^(\S+) is not initialized$/, "Cannot access '$1' before initialization"],
    [/^invalid array length$/, 'Invalid array length'],
    [/^Date value is NaN$/, 'Invalid time value'],
    [/^expecting (?:hex digit|%)$/, 'URI malformed'],
    [/^cannot convert BigInt to number$/, 'Cannot mix BigInt and other types, use explicit conversions'],
    [/^cannot convert symbol to (string|number)$/, 'Cannot convert a Symbol value to a $1'],
    [/^empty array$/, 'Reduce of empty array with no initial value'],
    [/^BigInt are forbidden in JSON\.stringify$/, 'Do not know how to serialize a BigInt'],
    [/^bad normalization form$/, 'The normalization form should be one of NFC, NFD, NFKC, NFKD.'],
  ];
  const wordsOf = (message) => {
    for (const [pattern, words] of engineWords) {
      const replaced = replaceText(message, pattern, words);
      if (replaced !== message) return replaced;
    }
    return undefined;
  };
  methods(guard, {
    extend,
    extendOptional,
    thrown: (value) => {
      threwNull = value === null;
      return value;
    },
    caught: (error) => {
      if (error instanceof ErrorOf && hasOwn(error, 'message') && typeof error.message === 'string') {
        const words = wordsOf(error.message);
        if (words !== undefined) hide(error, 'message', words);
      }
      return error;
    },
    // A string that is spread into an object gives its characters.
    spread: (value) => (typeof value === 'string' ? NativeObject(value) : value),
    self: () => ({ process: {}, require: {}, module: {}, Buffer: {} }),
  });

  // ---- What the host asks about values.

  const setValues = uncurry(Set.prototype.values);
  const mapEntries = uncurry(Map.prototype.entries);
  const sizeOfMap = uncurry(getOwnPropertyDescriptor(Map.prototype, 'size').get);
  const sizeOfSet = uncurry(getOwnPropertyDescriptor(Set.prototype, 'size').get);
  const TypedArray = getPrototypeOf(Int8Array);
  const typedName = uncurry(getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag).get);
  const regExpSource = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'source').get);
  const regExpFlags = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'flags').get);
  const isPrototypeOf = uncurry(Object.prototype.isPrototypeOf);
  const NativePromise = Promise;
  const NativeWeakMap = WeakMap;
  const NativeWeakSet = WeakSet;

  // What kind of object it is, with its parts. Anything else is taken by its own enumerable members.
  const classify = (value) => {
    if (value instanceof NativeDate) return ['Date', timeOf(value)];
    if (value instanceof Map) return ['Map', [...mapEntries(value)]];
    if (value instanceof Set) return ['Set', [...setValues(value)]];
    if (value instanceof RegExp) return ['RegExp', regExpSource(value), regExpFlags(value)];
    if (value instanceof Error) return ['Error', StringOf(value.name), StringOf(value.message)];
    if (value instanceof TypedArray) return ['TypedArray', typedName(value), Array.from(value, Number)];
    if (value instanceof ArrayBuffer) return ['TypedArray', 'ArrayBuffer', Array.from(new Uint8Array(value))];
    if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt) {
      return ['Primitive', value.valueOf()];
    }
    if (value instanceof NativePromise) return ['Closed', '#<Promise>'];
    if (value instanceof NativeWeakMap) return ['Closed', '#<WeakMap>'];
    if (value instanceof NativeWeakSet) return ['Closed', '#<WeakSet>'];
    if (isPrototypeOf(iteratorPrototype, value)) return ['Closed', `#<${value[Symbol.toStringTag] ?? 'Object'}>`];
    return undefined;
  };
  const print = (value) => {
    const kept = value || value === 0 || value === false ? value : '';
    return joinText([kept], '');
  };

  // ---- Nothing leaks.

  const seal = () => {
    // Assigning to an object's own `name` or `toString` must go on working when the inherited one is frozen.
    const allowOverride = (prototype) => {
      for (const key of ownKeys(prototype)) {
        const descriptor = getOwnPropertyDescriptor(prototype, key);
        if (!descriptor.configurable || !('value' in descriptor)) continue;
        const { value, enumerable } = descriptor;
        defineProperty(prototype, key, {
          get() { return value; },
          set(replacement) {
            if (this === prototype) throw new TypeErrorOf(`Cannot assign to read only property '${StringOf(key)}'`);
            defineProperty(this, key, { value: replacement, writable: true, enumerable: true, configurable: true });
          },
          enumerable,
          configurable: false,
        });
      }
    };
    for (const prototype of [Object.prototype, Error.prototype, TypeError.prototype, SyntaxError.prototype,
      EvalError.prototype, RangeError.prototype, ReferenceError.prototype, URIError.prototype]) {
      allowOverride(prototype);
    }
    const generator = function* () {};
    const asyncGenerator = async function* () {};
    const asyncFunction = async function () {};
    for (const fn of [generator, asyncGenerator, asyncFunction, function () {}]) delete getPrototypeOf(fn).constructor;
    const seen = new Set();
    const harden = (value) => {
      const pending = [value];
      while (pending.length > 0) {
        const next = pending.pop();
        if ((typeof next !== 'object' || next === null) && typeof next !== 'function') continue;
        if (seen.has(next) || next === base || next === globalThis) continue;
        seen.add(next);
        freeze(next);
        pending.push(getPrototypeOf(next));
        for (const key of ownKeys(next)) {
          const descriptor = getOwnPropertyDescriptor(next, key);
          pending.push(descriptor.value, descriptor.get, descriptor.set);
        }
      }
    };
    const roots = { ...allowed, ...intlRoots, TokenParser, RunDate, RegExp, BoundedRegExp, Math, isNaN, isFinite, guard, zonePrototype, lazyHandler, namedHandler, filledHandler, writtenHandler };
    for (const key of ownKeys(roots)) harden(roots[key]);
    for (const root of [generator(), asyncGenerator(), asyncFunction, generator, asyncGenerator, iteratorPrototype,
      getPrototypeOf(new Map().entries()), getPrototypeOf(new Set().values()), getPrototypeOf(''[Symbol.iterator]()),
      getPrototypeOf('a'.matchAll(/a/g)), NativePromise, (function () {}).prototype ?? null]) {
      if (root !== null) harden(root === generator || root === asyncGenerator || root === asyncFunction ? getPrototypeOf(root) : root);
    }
    for (const name of ownKeys(globalThis)) {
      if (!['isNaN', 'isFinite', 'NaN', 'undefined', 'RegExp', 'Math', 'Infinity', 'globalThis'].includes(name)) {
        delete globalThis[name];
      }
    }
    defineProperty(globalThis, 'Date', { value: RunDate });
    freeze(globalThis);
  };
  if (isOwn) {
    hide(globalThis, 'Date', RunDate);
    hide(globalThis, 'Intl', Intl);
  } else {
    seal();
  }

  return {
    threwNull: () => threwNull, locatorValue,
    begin, luxon, asNative, hide, wordsOf, hexOf,
    base, index: INDEX, guard, fail, classify, print, lazyHandler, namedHandler, filledHandler, writtenHandler,
    dateTime: luxonPrototypes[0], duration: luxonPrototypes[1], interval: luxonPrototypes[2],
    text: (value) => StringOf(value),
    wellFormed: (value) => toWellFormed(value),
    date: (millis) => new NativeDate(millis),
    regExp: (source, flags) => new RegExp(source, flags),
    map: (entries) => new Map(entries),
    set: (values) => new Set(values),
    error: (name, message) => fail(name, message),
    symbol: (description) => Symbol(description),
    bigint: (digits) => BigInt(digits),
    typed: (name, values) => new allowed[name](values),
    objectPrototype: Object.prototype,
  };
})

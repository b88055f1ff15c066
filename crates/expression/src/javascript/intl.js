// `Intl`. What its classes give is computed by the host; here are the classes themselves. Evaluated before the prelude,
// which calls it with the host's functions and its own tools.
(function (host, tools) {
  'use strict';
  const { asNative, hide, apply, create, defineProperty, iteratorPrototype } = tools;
  const { isArray } = Array;
  const { trunc } = Math;
  // The globals go when the prelude is done.
  const { iterator: iteratorKey } = Symbol;
  const StringOf = String;
  const NumberOf = Number;
  const TypeErrorOf = TypeError;
  const InternalErrorOf = InternalError;
  const classOf = tools.uncurry(Object.prototype.toString);
  const Intl = create(Object.prototype, { [Symbol.toStringTag]: { value: 'Intl', configurable: true } });

  // What V8 calls a receiver that is none.
  const receiverText = (value) => {
    if (typeof value !== 'object' || value === null) return StringOf(value);
    const kind = classOf(value);
    if (kind !== '[object Object]') return kind;
    const maker = value.constructor;
    return `#<${typeof maker === 'function' && maker.name ? maker.name : 'Object'}>`;
  };
  const stateOf = (states, self, method) => {
    const found = states.get(self);
    if (found === undefined) {
      throw new TypeErrorOf(`Method ${method} called on incompatible receiver ${receiverText(self)}`);
    }
    return found;
  };
  const method = (holder, name, length, work) => {
    asNative(work, typeof name === 'symbol' ? '[Symbol.iterator]' : name);
    defineProperty(work, 'length', { value: length, configurable: true });
    hide(holder, name, work);
  };
  const tagged = (holder, name) =>
    defineProperty(holder, Symbol.toStringTag, { value: name, configurable: true });
  const requireNew = (target, name) => {
    if (target === undefined) throw new TypeErrorOf(`Constructor Intl.${name} requires 'new'`);
  };
  const prototypeFor = (target, Class) => (target === undefined ? Class : target).prototype;

  // ---- Locales: an argument of locales as the host knows it, where `Intl.Locale` objects are their tags.

  const tags = new WeakMap();
  const tagsOf = (locales) => {
    if (typeof locales !== 'object' || locales === null) return locales;
    const own = tags.get(locales);
    if (own !== undefined) return own;
    const tagOf = (element) =>
      (typeof element === 'object' && element !== null ? tags.get(element) ?? StringOf(element) : element);
    if (isArray(locales)) return locales.map(tagOf);
    const list = [];
    const length = trunc(NumberOf(locales.length)) || 0;
    for (let at = 0; at < length; at += 1) if (at in locales) list[list.length] = tagOf(locales[at]);
    return list;
  };

  const Locale = function (tag, options) {
    requireNew(new.target, 'Locale');
    if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) {
      throw new TypeErrorOf("First argument to Intl.Locale constructor can't be empty or missing");
    }
    if (options === null) throw new TypeErrorOf('Intl.Locale called on null or undefined');
    const self = create(prototypeFor(new.target, Locale));
    tags.set(self, host.intl('Locale', 'make', tags.get(tag) ?? StringOf(tag), options));
    return self;
  };
  asNative(Locale, 'Locale');
  defineProperty(Locale, 'length', { value: 1, configurable: true });
  const ask = (self, name, args) => host.intl('Locale', name, stateOf(tags, self, `Intl.Locale.prototype.${name}`), undefined, args);
  method(Locale.prototype, 'toString', 0, function () {
    return stateOf(tags, this, 'Intl.Locale.prototype.toString');
  });
  for (const name of ['maximize', 'minimize']) {
    method(Locale.prototype, name, 0, function () { return new Locale(ask(this, name)); });
  }
  const lists = ['calendars', 'collations', 'hourCycles', 'numberingSystems', 'textInfo', 'timeZones', 'weekInfo'];
  for (const name of ['language', 'script', 'region', 'baseName', 'calendar', 'caseFirst', 'collation',
    'firstDayOfWeek', 'hourCycle', 'numeric', 'numberingSystem', ...lists]) {
    defineProperty(Locale.prototype, name, {
      get: asNative(function () { return ask(this, name); }, `get ${name}`),
      configurable: true,
    });
  }
  for (const name of ['Calendars', 'Collations', 'HourCycles', 'NumberingSystems', 'TimeZones', 'TextInfo', 'WeekInfo']) {
    method(Locale.prototype, `get${name}`, 0, function () { return ask(this, `get${name}`); });
  }
  tagged(Locale.prototype, 'Intl.Locale');

  // ---- Classes that the host knows by what they were made with.

  // Durations are read like any object, those of luxon, too.
  const durationOf = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const own = {};
    for (const unit of ['days', 'hours', 'microseconds', 'milliseconds', 'minutes', 'months', 'nanoseconds', 'seconds',
      'weeks', 'years']) {
      const amount = value[unit];
      if (amount !== undefined) own[unit] = +amount;
    }
    return own;
  };
  // Any iterable will do for a list.
  const listOf = (list) =>
    (typeof list === 'object' && list !== null && typeof list[iteratorKey] === 'function' ? [...list] : list);
  const intlClass = (name, own, { callable = false, length = 0 } = {}) => {
    const states = new WeakMap();
    const Class = function (locales, options) {
      if (!callable) requireNew(new.target, name);
      const self = create(prototypeFor(new.target, Class));
      const kept = tagsOf(locales);
      // What the caller changes later does not count.
      const settings = typeof options === 'object' && options !== null ? { ...options } : options;
      host.intl(name, 'check', kept, settings);
      states.set(self, { locales: kept, options: settings });
      return self;
    };
    asNative(Class, name);
    defineProperty(Class, 'length', { value: length, configurable: true });
    method(Class, 'supportedLocalesOf', 1, (locales, options) => host.intl(name, 'supportedLocalesOf', tagsOf(locales), options));
    for (const [member, count] of own) {
      const path = `Intl.${name}.prototype.${member}`;
      const read = { DisplayNames: StringOf, DurationFormat: durationOf, ListFormat: listOf }[name];
      const run = (state, args) => {
        const own = read === undefined ? args : [read(args[0])];
        return host.intl(name, member, state.locales, state.options, ...own);
      };
      if (name !== 'Segmenter' && count === undefined) {
        defineProperty(Class.prototype, member, {
          get: asNative(function () {
            const state = stateOf(states, this, `get ${path}`);
            state.bound ??= defineProperty(
              asNative((...args) => run(state, args), ''), 'length', { value: name === 'Collator' ? 2 : 1, configurable: true },
            );
            return state.bound;
          }, `get ${member}`),
          configurable: true,
        });
      } else {
        method(Class.prototype, member, count, function (...args) { return run(stateOf(states, this, path), args); });
      }
    }
    tagged(Class.prototype, `Intl.${name}`);
    hide(Intl, name, Class);
    return states;
  };
  const spans = [['formatRange', 2], ['formatRangeToParts', 2]];
  method(Intl, 'getCanonicalLocales', 1, (locales) => host.intl('', 'getCanonicalLocales', tagsOf(locales)));
  method(Intl, 'supportedValuesOf', 1, (key) => host.intl('', 'supportedValuesOf', undefined, undefined, StringOf(key)));
  const resolved = ['resolvedOptions', 0];
  intlClass('DateTimeFormat', [resolved, ['formatToParts', 1], ['format'], ...spans], { callable: true });
  intlClass('NumberFormat', [resolved, ['formatToParts', 1], ['format'], ...spans], { callable: true });
  intlClass('Collator', [resolved, ['compare']], { callable: true });
  intlClass('PluralRules', [resolved, ['select', 1], ['selectRange', 2]]);
  intlClass('RelativeTimeFormat', [resolved, ['format', 2], ['formatToParts', 2]]);
  intlClass('ListFormat', [resolved, ['format', 1], ['formatToParts', 1]]);
  hide(Intl, 'Locale', Locale);
  intlClass('DisplayNames', [resolved, ['of', 1]], { length: 2 });
  const segmenters = intlClass('Segmenter', [resolved]);
  intlClass('DurationFormat', [resolved, ['format', 1], ['formatToParts', 1]]);

  // ---- Segments: the host gives where they end, and whether they are words.

  const segmented = new WeakMap();
  // The ends of more would fill the host's memory.
  const MOST_CHARACTERS = 2e6;
  const ends = (state) => {
    if (state.text.length > MOST_CHARACTERS) throw new InternalErrorOf('out of memory');
    state.ends ??= [...host.intl('Segmenter', 'segment', state.locales, state.options, state.text)];
    return state.ends;
  };
  const segmentAt = (state, at) => {
    const list = ends(state);
    const step = state.step;
    const start = at === 0 ? 0 : list[(at - 1) * step];
    const data = { segment: state.text.slice(start, list[at * step]), index: start, input: state.text };
    if (step === 2) data.isWordLike = list[at * step + 1] === 1;
    return data;
  };
  const segmentsPrototype = {};
  method(segmentsPrototype, 'containing', 1, function (index) {
    const state = stateOf(segmented, this, '%SegmentsPrototype%.containing');
    const place = trunc(NumberOf(index)) || 0;
    if (place < 0 || place >= state.text.length) return undefined;
    const list = ends(state);
    let low = 0;
    let high = list.length / state.step - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle * state.step] > place) high = middle;
      else low = middle + 1;
    }
    return segmentAt(state, low);
  });
  const iterators = new WeakMap();
  const segmentIteratorPrototype = create(iteratorPrototype);
  method(segmentsPrototype, iteratorKey, 0, function () {
    const iterator = create(segmentIteratorPrototype);
    iterators.set(iterator, { state: stateOf(segmented, this, '%SegmentsPrototype%[Symbol.iterator]'), at: 0 });
    return iterator;
  });
  method(segmentIteratorPrototype, 'next', 0, function () {
    const own = stateOf(iterators, this, '%SegmentIterator.prototype%.next');
    const { state, at } = own;
    if (at * state.step >= ends(state).length) return { value: undefined, done: true };
    own.at = at + 1;
    return { value: segmentAt(state, at), done: false };
  });
  tagged(segmentIteratorPrototype, 'Segmenter String Iterator');
  method(Intl.Segmenter.prototype, 'segment', 1, function (text) {
    const { locales, options } = stateOf(segmenters, this, 'Intl.Segmenter.prototype.segment');
    const segments = create(segmentsPrototype);
    const step = options?.granularity !== undefined && StringOf(options.granularity) === 'word' ? 2 : 1;
    segmented.set(segments, { locales, options, text: StringOf(text), step });
    return segments;
  });

  return { Intl, tagsOf, roots: { segmentsPrototype, segmentIteratorPrototype } };
})

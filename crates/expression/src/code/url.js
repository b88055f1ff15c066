// `URL` and `URLSearchParams`. `host` parses URLs.
(function (host, tools) {
  'use strict';

  const { value } = tools;
  const NativeTypeError = TypeError;
  const textOf = String;
  const decode = (text) => host.decodeQuery(text);
  const encode = (text) => host.encodeQuery(textOf(text));

  class URLSearchParams {
    #pairs = [];
    #changed = () => {};
    constructor(given, changed) {
      if (changed !== undefined) this.#changed = changed;
      if (given === undefined || given === null) return;
      if (typeof given === 'object') {
        if (typeof given[Symbol.iterator] === 'function') {
          for (const [name, own] of given) this.#pairs.push([textOf(name), textOf(own)]);
        } else {
          for (const name of Object.keys(given)) this.#pairs.push([name, textOf(given[name])]);
        }
        return;
      }
      const text = textOf(given).replace(/^\?/, '');
      for (const part of text.split('&')) {
        if (part === '') continue;
        const at = part.indexOf('=');
        this.#pairs.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
      }
    }
    get size() { return this.#pairs.length; }
    append(name, own) { this.#pairs.push([textOf(name), textOf(own)]); this.#changed(); }
    delete(name, own) {
      this.#pairs = this.#pairs.filter(([known, value]) => known !== textOf(name) || (own !== undefined && value !== textOf(own)));
      this.#changed();
    }
    get(name) { return this.#pairs.find(([known]) => known === textOf(name))?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter(([known]) => known === textOf(name)).map(([, own]) => own); }
    has(name, own) { return this.#pairs.some(([known, value]) => known === textOf(name) && (own === undefined || value === textOf(own))); }
    set(name, own) {
      const first = this.#pairs.findIndex(([known]) => known === textOf(name));
      if (first < 0) {
        this.append(name, own);
        return;
      }
      this.#pairs = this.#pairs.filter(([known], at) => at <= first || known !== textOf(name));
      this.#pairs[first] = [textOf(name), textOf(own)];
      this.#changed();
    }
    sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#changed(); }
    forEach(work, self) { for (const [name, own] of this.#pairs) work.call(self, own, name, this); }
    *entries() { for (const pair of this.#pairs) yield [...pair]; }
    *keys() { for (const [name] of this.#pairs) yield name; }
    *values() { for (const [, own] of this.#pairs) yield own; }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#pairs.map(([name, own]) => `${encode(name)}=${encode(own)}`).join('&'); }
  }

  class URL {
    #parts;
    #params;
    constructor(text, base) {
      const parts = host.parseUrl(textOf(text), base === undefined ? undefined : textOf(base));
      if (parts === undefined) {
        const error = new NativeTypeError('Invalid URL');
        error.code = 'ERR_INVALID_URL';
        error.input = textOf(text);
        throw error;
      }
      this.#parts = parts;
    }
    static canParse(text, base) { return host.parseUrl(textOf(text), base === undefined ? undefined : textOf(base)) !== undefined; }
    static parse(text, base) { return URL.canParse(text, base) ? new URL(text, base) : null; }
    get searchParams() {
      this.#params ??= new URLSearchParams(this.#parts.search, () => this.#set('search', this.#params.toString()));
      return this.#params;
    }
    #set(name, own) { this.#parts = host.setUrl(this.#parts.href, name, textOf(own)) ?? this.#parts; }
    static {
      const names = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
      for (const name of names) {
        Object.defineProperty(URL.prototype, name, {
          get() { return this.#parts[name]; },
          set(own) {
            if (name === 'href') {
              this.#parts = new URL(own).#parts;
            } else {
              this.#set(name, own);
            }
            if (name === 'href' || name === 'search') this.#params = undefined;
          },
          enumerable: true,
          configurable: true,
        });
      }
    }
    get origin() { return this.#parts.origin; }
    toString() { return this.#parts.href; }
    toJSON() { return this.#parts.href; }
  }
  value('URL', URL);
  value('URLSearchParams', URLSearchParams);
  return { URL, URLSearchParams };
})

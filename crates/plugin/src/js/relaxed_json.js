// JSON as people write it for JavaScript: names without quotes, texts in other quotes, comments, commas at the end. Gives the
// value, or `undefined` where it is not even that; nothing is run.
(function () {
  'use strict';

  const SPACE = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
  const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
  const NUMBER = /[-+]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|Infinity|NaN)/y;
  const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };
  const WORDS = { true: true, false: false, null: null, undefined };

  return (text) => {
    let at = 0;
    const fail = () => { throw new SyntaxError('no value'); };
    const take = (pattern) => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found === null) return undefined;
      at = pattern.lastIndex;
      return found[0];
    };
    const skip = () => take(SPACE);
    const eat = (char) => {
      skip();
      if (text[at] !== char) return false;
      at += 1;
      return true;
    };
    const quoted = (quote) => {
      let made = '';
      for (at += 1; text[at] !== quote; at += 1) {
        if (at >= text.length || (quote === '`' && text.startsWith('${', at))) fail();
        if (text[at] !== '\\') {
          made += text[at];
          continue;
        }
        at += 1;
        const code = /^(?:u([\da-fA-F]{4})|x([\da-fA-F]{2}))/.exec(text.slice(at, at + 5));
        if (code !== null) {
          made += String.fromCharCode(Number.parseInt(code[1] ?? code[2], 16));
          at += code[0].length - 1;
        } else if (text[at] !== '\n') made += ESCAPES[text[at]] ?? text[at] ?? fail();
      }
      at += 1;
      return made;
    };
    const value = (depth) => {
      if (depth > 200) fail();
      skip();
      const char = text[at];
      if (char === '{') {
        at += 1;
        const made = {};
        while (!eat('}')) {
          skip();
          const name = ['"', "'"].includes(text[at]) ? quoted(text[at]) : take(NAME) ?? take(NUMBER) ?? fail();
          if (!eat(':')) fail();
          const own = value(depth + 1);
          Object.defineProperty(made, name, { value: own, writable: true, enumerable: true, configurable: true });
          if (!eat(',')) {
            if (!eat('}')) fail();
            break;
          }
        }
        return made;
      }
      if (char === '[') {
        at += 1;
        const made = [];
        while (!eat(']')) {
          made.push(value(depth + 1));
          if (!eat(',')) {
            if (!eat(']')) fail();
            break;
          }
        }
        return made;
      }
      if (char === '"' || char === "'" || char === '`') return quoted(char);
      const number = take(NUMBER);
      if (number !== undefined) return Number(number);
      const word = take(NAME);
      if (word === undefined || !Object.hasOwn(WORDS, word)) fail();
      return WORDS[word];
    };
    try {
      const made = value(0);
      skip();
      return at === text.length ? { value: made } : undefined;
    } catch {
      return undefined;
    }
  };
})

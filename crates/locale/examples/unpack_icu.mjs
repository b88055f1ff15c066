// Unpacks what ICU knows of calendars from the Node.js that runs this: its resource bundles are in the program.
//
//     node crates/locale/examples/unpack_icu.mjs FOLDER
//
// writes FOLDER/icu/LOCALE.json, beside the packages of CLDR that generate_cldr reads. The calendars of CLDR's JSON
// edition are of other releases, or have no patterns; those in Node.js are of the release that it runs with.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (!folder) throw new Error('usage: unpack_icu.mjs FOLDER');

/** The files of the data package that is linked into the program. */
function packageFiles(program) {
  for (let at = program.indexOf('CmnD'); at >= 0; at = program.indexOf('CmnD', at + 1)) {
    const start = at - 12;
    if (program.readUInt16LE(start + 2) !== 0x27da) continue;
    const base = start + program.readUInt16LE(start);
    const count = program.readUInt32LE(base);
    const files = new Map();
    for (let index = 0; index < count; index += 1) {
      const name = base + program.readUInt32LE(base + 4 + 8 * index);
      const text = program.toString('latin1', name, program.indexOf(0, name));
      files.set(text.slice(text.indexOf('/') + 1), base + program.readUInt32LE(base + 8 + 8 * index));
    }
    return files;
  }
  throw new Error('this Node.js has no data of ICU linked in');
}

/** A resource bundle; keys and texts may be those of the pool that its folder shares. */
class Bundle {
  constructor(program, start, pool) {
    this.bytes = program;
    this.root = start + program.readUInt16LE(start);
    const index = (number) => program.readUInt32LE(this.root + 4 + 4 * number);
    this.indexes = index(0) & 0xff;
    const attributes = this.indexes > 5 ? index(5) : 0;
    this.keysTop = this.root + 4 * index(1);
    this.localKeys = index(1) > 1 + this.indexes ? 4 * index(1) : 0;
    this.poolTexts = (index(0) >>> 8) | ((attributes & 0xf000) << 12);
    this.poolTexts16 = attributes >>> 16;
    this.pool = attributes & 4 ? pool : undefined;
    this.keysBase = this.root + 4 + 4 * this.indexes;
  }

  value() {
    return this.read(this.bytes.readUInt32LE(this.root));
  }

  word(offset, index) {
    return this.bytes.readUInt32LE(this.root + 4 * (offset + index));
  }

  half(index) {
    return this.bytes.readUInt16LE(this.keysTop + 2 * index);
  }

  text(at) {
    return this.bytes.toString('latin1', at, this.bytes.indexOf(0, at));
  }

  key16(offset) {
    return this.text(offset < this.localKeys ? this.root + offset : this.pool.keysBase + offset - this.localKeys);
  }

  key32(offset) {
    return offset < 2 ** 31 ? this.text(this.root + offset) : this.text(this.pool.keysBase + offset - 2 ** 31);
  }

  longText(offset) {
    if (offset === 0) return '';
    const start = this.root + 4 * offset;
    return this.bytes.toString('utf16le', start + 4, start + 4 + 2 * this.bytes.readUInt32LE(start));
  }

  shortText(offset) {
    const [owner, index] = offset < this.poolTexts ? [this.pool, offset] : [this, offset - this.poolTexts];
    const units = (from, length) => {
      const start = owner.keysTop + 2 * from;
      return owner.bytes.toString('utf16le', start, start + 2 * length);
    };
    const first = owner.half(index);
    if ((first & 0xfc00) === 0xdc00) {
      if (first < 0xdfef) return units(index + 1, first & 0x3ff);
      if (first < 0xdfff) return units(index + 2, ((first - 0xdfef) << 16) | owner.half(index + 1));
      return units(index + 3, (owner.half(index + 1) << 16) | owner.half(index + 2));
    }
    let end = index;
    while (owner.half(end) !== 0) end += 1;
    return units(index, end - index);
  }

  text16(offset) {
    return this.shortText(offset < this.poolTexts16 ? offset : offset - this.poolTexts16 + this.poolTexts);
  }

  read(resource) {
    const [type, offset] = [resource >>> 28, resource & 0xfffffff];
    const range = (count) => Array.from({ length: count }, (_, index) => index);
    switch (type) {
      case 0:
        return this.longText(offset);
      case 3:
        return { '@alias': this.longText(offset) };
      case 6:
        return this.shortText(offset);
      case 7:
        return (offset << 4) >> 4;
      case 2: {
        if (offset === 0) return {};
        const start = this.root + 4 * offset;
        const count = this.bytes.readUInt16LE(start);
        const values = start + 2 * (count + 1 + ((count + 1) % 2));
        return Object.fromEntries(range(count).map((index) => [
          this.key16(this.bytes.readUInt16LE(start + 2 + 2 * index)),
          this.read(this.bytes.readUInt32LE(values + 4 * index)),
        ]));
      }
      case 4: {
        const count = this.word(offset, 0);
        return Object.fromEntries(range(count).map((index) => [
          this.key32(this.word(offset, 1 + index)),
          this.read(this.word(offset, 1 + count + index)),
        ]));
      }
      case 5: {
        const count = this.half(offset);
        return Object.fromEntries(range(count).map((index) => [
          this.key16(this.half(offset + 1 + index)),
          this.text16(this.half(offset + 1 + count + index)),
        ]));
      }
      case 8:
        return offset === 0 ? [] : range(this.word(offset, 0)).map((index) => this.read(this.word(offset, 1 + index)));
      case 9:
        return range(this.half(offset)).map((index) => this.text16(this.half(offset + 1 + index)));
      case 14:
        return range(this.word(offset, 0)).map((index) => this.word(offset, 1 + index) | 0);
      default:
        return null;
    }
  }
}

const program = readFileSync(process.execPath);
const files = packageFiles(program);
const bundle = (name, pool) => new Bundle(program, files.get(name), pool);
const out = join(folder, 'icu');
mkdirSync(out, { recursive: true });
const pool = bundle('pool.res');
const locales = [...files.keys()].filter((name) => /^[a-z]{2,3}(_\w+)?\.res$/.test(name) || name === 'root.res');
for (const name of locales) {
  const main = bundle(name, pool).value();
  const kept = Object.fromEntries(['%%ALIAS', '%%Parent', 'calendar'].filter((key) => key in main).map((key) => [key, main[key]]));
  writeFileSync(join(out, name.replace('.res', '.json').replaceAll('_', '-')), JSON.stringify(kept));
}
const { calendarData } = bundle('supplementalData.res', pool).value();
writeFileSync(join(out, 'supplement.json'), JSON.stringify({ calendarData }));
console.log(`${locales.length} locales of ICU ${process.versions.icu}`);

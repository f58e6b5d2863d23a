/**
 * Reads one op of a Jepsen history straight from its bytes into the builder's draft row. It knows the fields of an op and the
 * values that millions of ops have (whole numbers, nil, keywords, strings, vectors of two of them, micro-ops); for anything
 * else, and for anything malformed, it gives up and EdnReader has the last word. So it must never accept what that would
 * refuse or read differently: nothing outside ASCII, no escapes, no number past 15 digits, no field twice.
 */
import type { HistoryBuilder } from "./builder.js";
import { FAIL, INFO, INVOKE, NEMESIS, NONE, OK } from "./columns.js";
import { DIRECT, MICRO_OPS, NO_LIST, NULL_WORD } from "./micro-ops.js";
import { FNV_PRIME, FNV_START } from "./strings.js";
import { NULL_VALUE } from "./values.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const CLOSE_MAP = 0x7d;

/** Not what was expected: instead of a position. */
const MISS = -1;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const FIELDS = ["type", "f", "value", "process", "time", "index", "error", "node", "via"].map(bytesOf);
const TYPES: readonly (readonly [Uint8Array, number])[] = [
  [bytesOf("invoke"), INVOKE],
  [bytesOf("ok"), OK],
  [bytesOf("fail"), FAIL],
  [bytesOf("info"), INFO],
];
const KINDS = MICRO_OPS.map(bytesOf);
const NEMESIS_WORD = bytesOf("nemesis");
const NIL = bytesOf("nil");
const TRUE = bytesOf("true");
const FALSE = bytesOf("false");

/** May a token end before this byte? Beyond the end of what there is (undefined): nobody knows yet. */
function ends(byte: number): boolean {
  return (
    byte === SPACE ||
    byte === COMMA ||
    byte === CLOSE_LIST ||
    byte === CLOSE_MAP ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x09
  );
}

/** Are bytes[start, end) this word? */
function is(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

/** The position of the next byte that is neither white space nor a comma. */
function skip(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] as number) <= SPACE || bytes[at] === COMMA) at++;
  return at;
}

/** The end of a token of printable ASCII, or MISS. */
function tokenEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; !ends(bytes[at] as number); at++) {
    const byte = bytes[at] as number;
    // What else would end it is an opener, a quote or a comment: rare, and the reader's affair. So is all but ASCII.
    if (!(byte > SPACE && byte < 0x7f) || byte === 0x28 || byte === 0x29 || byte === OPEN_LIST) return MISS;
    if (byte === 0x7b || byte === QUOTE || byte === 0x3b) return MISS;
  }
  return at > start ? at : MISS;
}

export class EdnScanner {
  /** What the last reading function read, beside the position that it returned. */
  private read = 0;
  /** The last element as a word of MicroPool, or the size of the last list. */
  private microWord = 0;
  /** The fields of the op before, in its order: most ops of a history have the same ones. */
  private readonly order = new Int32Array(FIELDS.length);

  constructor(private readonly row: HistoryBuilder) {}

  /**
   * Reads the map whose opening brace is at `start` into the draft row.
   * @returns the position after its closing brace, or -1 where it is not of the kind this scanner knows.
   */
  scan(bytes: Uint8Array, start: number): number {
    this.row.begin();
    let seen = 0;
    let at = skip(bytes, start + 1);
    for (let i = 0; bytes[at] !== CLOSE_MAP; i++) {
      const field = bytes[at] === COLON ? this.name(bytes, at + 1, i) : MISS;
      // A field given twice: the reader takes the last.
      if (field === MISS || (seen & (1 << field)) !== 0) return MISS;
      seen |= 1 << field;
      at = this.field(bytes, skip(bytes, this.read), field);
      if (at === MISS) return MISS;
      at = skip(bytes, at);
    }
    // The reader's words for an op without a type are the better ones.
    return (seen & 1) === 0 ? MISS : at + 1;
  }

  /** The number of the field named at `start`, the i-th of its op, or MISS; `read` is the position after its name. */
  private name(bytes: Uint8Array, start: number, i: number): number {
    const usual = this.order[i] as number;
    if (i < FIELDS.length && this.isName(bytes, start, FIELDS[usual] as Uint8Array)) return usual;
    for (let field = 0; field < FIELDS.length; field++) {
      if (!this.isName(bytes, start, FIELDS[field] as Uint8Array)) continue;
      if (i < FIELDS.length) this.order[i] = field;
      return field;
    }
    return MISS;
  }

  private isName(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
    this.read = start + name.length;
    return is(bytes, start, this.read, name) && ends(bytes[this.read] as number);
  }

  /** Reads a field's value into the draft row; the position after it. */
  private field(bytes: Uint8Array, at: number, field: number): number {
    const { row } = this;
    let next: number;
    switch (field) {
      case 0:
        return this.type(bytes, at);
      case 1:
        next = this.text(bytes, at);
        row.f = this.read;
        return next;
      case 2:
        next = bytes[at] === OPEN_LIST ? this.list(bytes, at) : this.scalar(bytes, at);
        row.value = this.read;
        return next;
      case 3:
        return this.process(bytes, at);
      case 4:
        next = this.wholeNumber(bytes, at);
        row.time = this.read;
        return next;
      case 5:
        next = this.wholeNumber(bytes, at);
        row.index = this.read;
        return next;
      case 6:
        next = this.textOrNil(bytes, at);
        row.error = this.read;
        return next;
      case 7:
        next = this.textOrNil(bytes, at);
        row.node = this.read;
        return next;
      default:
        next = this.textOrNil(bytes, at);
        row.via = this.read;
        return next;
    }
  }

  private type(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== COLON) return MISS;
    const end = tokenEnd(bytes, at + 1);
    for (const [word, type] of TYPES) {
      if (!is(bytes, at + 1, end, word)) continue;
      this.row.type = type;
      return end;
    }
    return MISS;
  }

  private process(bytes: Uint8Array, at: number): number {
    if (bytes[at] === COLON) {
      const end = tokenEnd(bytes, at + 1);
      this.row.process = NEMESIS;
      return is(bytes, at + 1, end, NEMESIS_WORD) ? end : MISS;
    }
    const next = this.wholeNumber(bytes, at);
    if (this.read > 0x7fffffff) return MISS;
    this.row.process = this.read;
    return next;
  }

  private textOrNil(bytes: Uint8Array, at: number): number {
    this.read = NONE;
    return bytes[at] === COLON || bytes[at] === QUOTE ? this.text(bytes, at) : this.word(bytes, at, NIL);
  }

  /** A keyword or a string; `read` is its string id. */
  private text(bytes: Uint8Array, at: number): number {
    return bytes[at] === COLON ? this.keyword(bytes, at) : this.string(bytes, at);
  }

  private keyword(bytes: Uint8Array, at: number): number {
    const end = tokenEnd(bytes, at + 1);
    if (end !== MISS) this.read = this.row.tables.strings.internBytes(bytes, at + 1, end);
    return end;
  }

  /** A string without escapes. */
  private string(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== QUOTE) return MISS;
    let at = start + 1;
    let hash = FNV_START;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || !(byte >= SPACE && byte < 0x7f)) return MISS;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      at++;
    }
    this.read = this.row.tables.strings.internHashed(bytes, start + 1, at, hash);
    // `"a"b` is two forms.
    return ends(bytes[at + 1] as number) ? at + 1 : MISS;
  }

  /** nil, true or false. */
  private word(bytes: Uint8Array, at: number, word: Uint8Array): number {
    const end = at + word.length;
    return is(bytes, at, end, word) && ends(bytes[end] as number) ? end : MISS;
  }

  /** nil, a boolean, a whole number, a keyword or a string; `read` is its value id. */
  private scalar(bytes: Uint8Array, at: number): number {
    const { values } = this.row.tables;
    let next: number;
    switch (bytes[at]) {
      case COLON:
      case QUOTE:
        next = this.text(bytes, at);
        if (next !== MISS) this.read = values.internString(this.read);
        return next;
      case 0x6e:
        this.read = NULL_VALUE;
        return this.word(bytes, at, NIL);
      case 0x74:
        this.read = values.internBoolean(true);
        return this.word(bytes, at, TRUE);
      case 0x66:
        this.read = values.internBoolean(false);
        return this.word(bytes, at, FALSE);
      case MINUS:
        next = this.wholeNumber(bytes, at + 1);
        if (next !== MISS) this.read = values.internNumber(-this.read);
        return next;
      default:
        next = this.wholeNumber(bytes, at);
        if (next !== MISS) this.read = values.internNumber(this.read);
        return next;
    }
  }

  /** Digits; `read` is the number. */
  private wholeNumber(bytes: Uint8Array, start: number): number {
    let at = start;
    let number = 0;
    let digit = (bytes[at] as number) - ZERO;
    while (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    this.read = number;
    // Past 15 digits two neighbours may be one double. A fraction, an exponent or an N is for the reader.
    return at === start || at - start > 15 || !ends(bytes[at] as number) ? MISS : at;
  }

  /** A vector of two scalars or of micro-ops; `read` is its value id. */
  private list(bytes: Uint8Array, start: number): number {
    const at = skip(bytes, start + 1);
    return bytes[at] === OPEN_LIST ? this.micros(bytes, at) : this.pair(bytes, at);
  }

  /** Two scalars and the closing bracket, or a scalar and such a pair: a cas of jepsen.independent, `[key [from to]]`. */
  private pair(bytes: Uint8Array, start: number, nested = false): number {
    let at = this.scalar(bytes, start);
    if (at === MISS) return MISS;
    const first = this.read;
    at = skip(bytes, at);
    const inner = !nested && bytes[at] === OPEN_LIST;
    at = inner ? this.pair(bytes, skip(bytes, at + 1), true) : this.scalar(bytes, at);
    if (at === MISS) return MISS;
    at = skip(bytes, at);
    if (bytes[at] !== CLOSE_LIST) return MISS;
    const { values } = this.row.tables;
    this.read = inner ? values.internTuple(first, this.read) : values.internPair(first, this.read);
    return at + 1;
  }

  /** Micro-ops from the first one's bracket to the end of the vector that holds them. */
  private micros(bytes: Uint8Array, start: number): number {
    const { values } = this.row.tables;
    const pool = values.micros;
    const from = pool.begin();
    let at = start;
    while (bytes[at] === OPEN_LIST) {
      at = this.micro(bytes, skip(bytes, at + 1));
      if (at === MISS) break;
      at = skip(bytes, at);
    }
    if (at !== MISS && bytes[at] === CLOSE_LIST) {
      this.read = values.addMicros(from);
      return at + 1;
    }
    pool.length = from;
    return MISS;
  }

  /** What is inside a micro-op, and its closing bracket. */
  private micro(bytes: Uint8Array, start: number): number {
    const { micros } = this.row.tables.values;
    if (bytes[start] !== COLON) return MISS;
    let at = tokenEnd(bytes, start + 1);
    const kind = KINDS.findIndex((word) => is(bytes, start + 1, at, word));
    if (at === MISS || kind === -1) return MISS;
    at = this.element(bytes, skip(bytes, at));
    if (at === MISS) return MISS;
    const key = micros.keys.of(this.microWord);
    at = skip(bytes, at);
    if (bytes[at] === OPEN_LIST) {
      at = this.elements(bytes, skip(bytes, at + 1), key);
      if (at !== MISS) micros.push(kind, key, micros.lists.list, this.microWord);
    } else {
      at = this.element(bytes, at);
      if (at !== MISS) micros.push(kind, key, this.microWord, NO_LIST);
    }
    if (at === MISS) return MISS;
    at = skip(bytes, at);
    return bytes[at] === CLOSE_LIST ? at + 1 : MISS;
  }

  /** The elements of a list that was read of `key`, and its closing bracket: `microWord` is its size. */
  private elements(bytes: Uint8Array, start: number, key: number): number {
    const { lists } = this.row.tables.values.micros;
    lists.open(key);
    let at = start;
    while (bytes[at] !== CLOSE_LIST) {
      at = this.element(bytes, at);
      // A nil in a list is for the reader: nobody appends one.
      if (at === MISS || this.microWord === NULL_WORD) return MISS;
      lists.put(this.microWord);
      at = skip(bytes, at);
    }
    this.microWord = lists.close();
    return at + 1;
  }

  /** A scalar; `microWord` stands for it. */
  private element(bytes: Uint8Array, start: number): number {
    let at = this.wholeNumber(bytes, start);
    if (at !== MISS && this.read < DIRECT) {
      this.microWord = this.read;
      return at;
    }
    // -0 is 0, which would have to stand for itself.
    if (bytes[start] === MINUS && bytes[start + 1] === ZERO) return MISS;
    at = this.scalar(bytes, start);
    this.microWord = this.read === NULL_VALUE ? NULL_WORD : DIRECT + this.read;
    return at;
  }
}

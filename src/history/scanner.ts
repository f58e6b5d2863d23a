/**
 * Reads one JSON line of a history straight from its bytes into the builder's draft row. It knows the fields of an op and
 * the values that millions of ops have (whole numbers, null, strings, lists of two of them, micro-ops); for anything else, and for
 * anything malformed, it gives up and JSON.parse has the last word. So it must never accept what JSON.parse would refuse or
 * read differently: no leading zeros, no control characters, no escapes, no number past 15 digits, no field twice.
 *
 * The bytes and the cursor are handed from function to function instead of being kept in fields: that is three times as fast.
 */
import type { HistoryBuilder } from "./builder.js";
import { FAIL, INFO, INVOKE, NEMESIS, NONE, OK } from "./columns.js";
import { MicroScanner } from "./micro-scanner.js";
import { FNV_PRIME, FNV_START } from "./strings.js";
import { NULL_VALUE } from "./values.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const CLOSE_MAP = 0x7d;

/** Not what was expected: instead of a position. */
const MISS = -1;

/** The fields by number, in the order of `formatOp`. */
const NAMES = ["index", "time", "process", "type", "f", "key", "value", "error", "node", "via"];
const FIRST = NAMES.map((name) => bytesOf(`{"${name}":`));
const NEXT = NAMES.map((name) => bytesOf(`,"${name}":`));
/** As Python's json.dumps writes them. */
const NEXT_SPACED = NAMES.map((name) => bytesOf(`, "${name}":`));

const INVOKE_WORD = bytesOf('"invoke"');
const OK_WORD = bytesOf('"ok"');
const FAIL_WORD = bytesOf('"fail"');
const INFO_WORD = bytesOf('"info"');
const NEMESIS_WORD = bytesOf('"nemesis"');
const NULL_WORD = bytesOf("null");
const TRUE_WORD = bytesOf("true");
const FALSE_WORD = bytesOf("false");

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The position after `word`, or MISS. Bytes past the end of the line are a newline or undefined, which no word has. */
function literal(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return MISS;
  return at + word.length;
}

// The same for the names of a usual line, byte by byte: without the loop it is more than twice as fast, and these are half of
// all bytes of a history.
function indexFirst(b: Uint8Array, at: number): number {
  return b[at] === 0x7b &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x69 &&
    b[at + 3] === 0x6e &&
    b[at + 4] === 0x64 &&
    b[at + 5] === 0x65 &&
    b[at + 6] === 0x78 &&
    b[at + 7] === 0x22 &&
    b[at + 8] === 0x3a
    ? at + 9
    : MISS;
}

function timeNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x74 &&
    b[at + 3] === 0x69 &&
    b[at + 4] === 0x6d &&
    b[at + 5] === 0x65 &&
    b[at + 6] === 0x22 &&
    b[at + 7] === 0x3a
    ? at + 8
    : MISS;
}

function processNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x70 &&
    b[at + 3] === 0x72 &&
    b[at + 4] === 0x6f &&
    b[at + 5] === 0x63 &&
    b[at + 6] === 0x65 &&
    b[at + 7] === 0x73 &&
    b[at + 8] === 0x73 &&
    b[at + 9] === 0x22 &&
    b[at + 10] === 0x3a
    ? at + 11
    : MISS;
}

function typeNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x74 &&
    b[at + 3] === 0x79 &&
    b[at + 4] === 0x70 &&
    b[at + 5] === 0x65 &&
    b[at + 6] === 0x22 &&
    b[at + 7] === 0x3a
    ? at + 8
    : MISS;
}

function fNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c && b[at + 1] === 0x22 && b[at + 2] === 0x66 && b[at + 3] === 0x22 && b[at + 4] === 0x3a
    ? at + 5
    : MISS;
}

function keyNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x6b &&
    b[at + 3] === 0x65 &&
    b[at + 4] === 0x79 &&
    b[at + 5] === 0x22 &&
    b[at + 6] === 0x3a
    ? at + 7
    : MISS;
}

function valueNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x76 &&
    b[at + 3] === 0x61 &&
    b[at + 4] === 0x6c &&
    b[at + 5] === 0x75 &&
    b[at + 6] === 0x65 &&
    b[at + 7] === 0x22 &&
    b[at + 8] === 0x3a
    ? at + 9
    : MISS;
}

function nodeNext(b: Uint8Array, at: number): number {
  return b[at] === 0x2c &&
    b[at + 1] === 0x22 &&
    b[at + 2] === 0x6e &&
    b[at + 3] === 0x6f &&
    b[at + 4] === 0x64 &&
    b[at + 5] === 0x65 &&
    b[at + 6] === 0x22 &&
    b[at + 7] === 0x3a
    ? at + 8
    : MISS;
}

/** The scanner of one file's lines. */
export class LineScanner {
  /** What the last reading function read, beside the position that it returned. */
  read = 0;
  private readonly micros: MicroScanner;

  constructor(private readonly row: HistoryBuilder) {
    this.micros = new MicroScanner(this, row.tables.values.micros);
  }

  /**
   * Reads the line that begins at `start` into the draft row.
   * @returns the position after its closing brace, or -1 where it is not of the kind this scanner knows.
   */
  scan(bytes: Uint8Array, start: number): number {
    this.row.begin();
    const end = this.usual(bytes, start);
    if (end !== MISS) return end;
    this.row.begin();
    return this.anyOrder(bytes, start);
  }

  /** A line as `formatOp` writes it: unrolled, because constants are what the compiler is good at. */
  private usual(bytes: Uint8Array, start: number): number {
    const { row } = this;
    let at = indexFirst(bytes, start);
    if (at === MISS) return MISS;
    at = this.wholeNumber(bytes, at);
    row.index = this.read;
    if (at === MISS) return MISS;
    at = timeNext(bytes, at);
    if (at === MISS) return MISS;
    at = this.wholeNumber(bytes, at);
    row.time = this.read;
    if (at === MISS) return MISS;
    at = processNext(bytes, at);
    if (at === MISS) return MISS;
    at = this.process(bytes, at);
    if (at === MISS) return MISS;
    at = typeNext(bytes, at);
    if (at === MISS) return MISS;
    at = this.type(bytes, at);
    if (at === MISS) return MISS;
    at = fNext(bytes, at);
    if (at === MISS) return MISS;
    at = this.string(bytes, at);
    row.f = this.read;
    if (at === MISS) return MISS;
    const key = keyNext(bytes, at);
    if (key !== MISS) at = this.key(bytes, key);
    if (at === MISS) return MISS;
    at = valueNext(bytes, at);
    if (at === MISS) return MISS;
    at = bytes[at] === OPEN_LIST ? this.list(bytes, at) : this.scalar(bytes, at);
    row.value = this.read;
    if (at === MISS) return MISS;
    if (bytes[at] === CLOSE_MAP) return at + 1;
    const node = nodeNext(bytes, at);
    if (node !== MISS) {
      at = this.string(bytes, node);
      row.node = this.read;
      if (at === MISS) return MISS;
      if (bytes[at] === CLOSE_MAP) return at + 1;
    }
    for (let field = node === MISS ? 7 : 9; field < NAMES.length; field++) {
      const next = literal(bytes, at, NEXT[field] as Uint8Array);
      if (next === MISS) continue;
      at = this.field(bytes, next, field);
      if (at === MISS) return MISS;
    }
    return bytes[at] === CLOSE_MAP ? at + 1 : MISS;
  }

  /** A line with its fields in any order, and with spaces after colons and commas or without. */
  private anyOrder(bytes: Uint8Array, start: number): number {
    let at = start;
    let seen = 0;
    for (;;) {
      const field = this.name(bytes, at, seen === 0);
      // A field given twice: JSON.parse takes the last, so let it.
      if (field === MISS || (seen & (1 << field)) !== 0) return MISS;
      seen |= 1 << field;
      at = this.field(bytes, bytes[this.read] === SPACE ? this.read + 1 : this.read, field);
      if (at === MISS) return MISS;
      if (bytes[at] === CLOSE_MAP) return at + 1;
    }
  }

  /** The number of whichever field is next, or MISS; `read` is the position after its name. */
  private name(bytes: Uint8Array, at: number, first: boolean): number {
    for (const names of first ? [FIRST] : [NEXT, NEXT_SPACED]) {
      for (let field = 0; field < names.length; field++) {
        this.read = literal(bytes, at, names[field] as Uint8Array);
        if (this.read !== MISS) return field;
      }
    }
    return MISS;
  }

  /** Reads a field's value into the draft row; the position after it. */
  private field(bytes: Uint8Array, at: number, field: number): number {
    const { row } = this;
    let next: number;
    switch (field) {
      case 0:
        next = this.wholeNumber(bytes, at);
        row.index = this.read;
        return next;
      case 1:
        next = this.wholeNumber(bytes, at);
        row.time = this.read;
        return next;
      case 2:
        return this.process(bytes, at);
      case 3:
        return this.type(bytes, at);
      case 4:
        next = this.string(bytes, at);
        row.f = this.read;
        return next;
      case 5:
        return this.key(bytes, at);
      case 6:
        next = bytes[at] === OPEN_LIST ? this.list(bytes, at) : this.scalar(bytes, at);
        row.value = this.read;
        return next;
      case 7:
        next = this.string(bytes, at);
        row.error = this.read;
        return next;
      case 8:
        next = this.string(bytes, at);
        row.node = this.read;
        return next;
      default:
        next = this.string(bytes, at);
        row.via = this.read;
        return next;
    }
  }

  private process(bytes: Uint8Array, at: number): number {
    if (bytes[at] === QUOTE) {
      this.row.process = NEMESIS;
      return literal(bytes, at, NEMESIS_WORD);
    }
    const next = this.wholeNumber(bytes, at);
    if (this.read > 0x7fffffff) return MISS;
    this.row.process = this.read;
    return next;
  }

  private type(bytes: Uint8Array, at: number): number {
    const { row } = this;
    // Told apart by one byte, then looked at in full.
    switch (bytes[at + 3]) {
      case 0x76:
        row.type = INVOKE;
        return literal(bytes, at, INVOKE_WORD);
      case QUOTE:
        row.type = OK;
        return literal(bytes, at, OK_WORD);
      case 0x66:
        row.type = INFO;
        return literal(bytes, at, INFO_WORD);
      default:
        row.type = FAIL;
        return literal(bytes, at, FAIL_WORD);
    }
  }

  private key(bytes: Uint8Array, at: number): number {
    const { row } = this;
    if (bytes[at] === QUOTE) {
      const next = this.string(bytes, at);
      if (next !== MISS) row.key = row.tables.internStringKey(this.read);
      return next;
    }
    const next = this.integer(bytes, at);
    if (next !== MISS) row.key = row.tables.internKey(this.read);
    return next;
  }

  /** A list of two scalars or of micro-ops; `read` is its value id. */
  private list(bytes: Uint8Array, at: number): number {
    if (bytes[at + 1] !== OPEN_LIST) return this.pair(bytes, at);
    const { values } = this.row.tables;
    const from = values.micros.length;
    const next = this.micros.scan(bytes, at);
    if (next !== MISS) this.read = values.addMicros(from);
    return next;
  }

  /** A list of two scalars; `read` is its value id. */
  private pair(bytes: Uint8Array, at: number): number {
    let next = this.scalar(bytes, at + 1);
    if (next === MISS || bytes[next] !== COMMA) return MISS;
    const first = this.read;
    next++;
    next = this.scalar(bytes, bytes[next] === SPACE ? next + 1 : next);
    if (next === MISS || bytes[next] !== CLOSE_LIST) return MISS;
    this.read = this.row.tables.values.internPair(first, this.read);
    return next + 1;
  }

  /** null, a boolean, a whole number or a string; `read` is its value id. */
  scalar(bytes: Uint8Array, at: number): number {
    const { values } = this.row.tables;
    let next: number;
    switch (bytes[at]) {
      case QUOTE:
        next = this.string(bytes, at);
        if (next !== MISS) this.read = values.internString(this.read);
        return next;
      case 0x6e:
        this.read = NULL_VALUE;
        return literal(bytes, at, NULL_WORD);
      case 0x74:
        this.read = values.internBoolean(true);
        return literal(bytes, at, TRUE_WORD);
      case 0x66:
        this.read = values.internBoolean(false);
        return literal(bytes, at, FALSE_WORD);
      default:
        next = this.integer(bytes, at);
        if (next !== MISS) this.read = values.internNumber(this.read);
        return next;
    }
  }

  private integer(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== MINUS) return this.wholeNumber(bytes, at);
    const next = this.wholeNumber(bytes, at + 1);
    // -0 is not 0 to Object.is, but it is to everything that compares values here.
    this.read = this.read === 0 ? 0 : -this.read;
    return next;
  }

  private wholeNumber(bytes: Uint8Array, start: number): number {
    let at = start;
    let number = 0;
    let digit = (bytes[at] as number) - ZERO;
    while (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    this.read = number;
    const digits = at - start;
    // Past 15 digits two neighbours may be one double. A fraction or an exponent follows here as a stray byte.
    if (digits === 0 || digits > 15 || (digits > 1 && bytes[start] === ZERO)) return MISS;
    return at;
  }

  /** A string without escapes; `read` is its string id. */
  private string(bytes: Uint8Array, start: number): number {
    this.read = NONE;
    if (bytes[start] !== QUOTE) return MISS;
    let at = start + 1;
    let hash = FNV_START;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      // Also the end of the line (a newline) or of the chunk (undefined).
      if (byte === BACKSLASH || !(byte >= SPACE)) return MISS;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      at++;
    }
    this.read = this.row.tables.strings.internHashed(bytes, start + 1, at, hash);
    return at + 1;
  }
}

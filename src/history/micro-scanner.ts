/** Transactions in JSON lines: from their bytes to columns. */
import { APPEND, DIRECT, type MicroPool, NO_LIST, NULL_WORD, READ, WRITE } from "./micro-ops.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LETTER_A = 0x61;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_W = 0x77;
/** Not what was expected: instead of a position. */
const MISS = -1;

/** What reads null, numbers, strings and booleans for the scanner below. */
export interface ScalarReader {
  /** The id of the last scalar. */
  readonly read: number;
  /** The position after a scalar, or MISS. */
  scalar(bytes: Uint8Array, at: number): number;
}

/** Scans the micro-ops of one line after the other, from their bytes to columns; see LineScanner for the rules. */
export class MicroScanner {
  /** What the last reading function read. */
  private word = 0;

  constructor(
    private readonly scalars: ScalarReader,
    private readonly pool: MicroPool,
  ) {}

  /** Reads a list of micro-ops into the pool. The position after it, or MISS: then the pool is as it was. */
  scan(bytes: Uint8Array, start: number): number {
    const { pool } = this;
    const from = pool.begin();
    let at = start + 1;
    for (;;) {
      at = this.micro(bytes, at);
      if (at === MISS) break;
      if (bytes[at] === CLOSE_LIST) return at + 1;
      at = comma(bytes, at);
      if (at === MISS) break;
    }
    pool.length = from;
    return MISS;
  }

  private micro(bytes: Uint8Array, start: number): number {
    const { pool } = this;
    if (bytes[start] !== OPEN_LIST) return MISS;
    let at = this.kind(bytes, start + 1);
    if (at === MISS) return MISS;
    const kind = this.word;
    at = this.scalar(bytes, comma(bytes, at));
    if (at === MISS) return MISS;
    const key = pool.keys.of(this.word);
    at = comma(bytes, at);
    if (at === MISS) return MISS;
    if (bytes[at] === OPEN_LIST) {
      at = this.list(bytes, at, key);
      if (at !== MISS) pool.push(kind, key, pool.lists.list, this.word);
    } else {
      at = this.scalar(bytes, at);
      if (at !== MISS) pool.push(kind, key, this.word, NO_LIST);
    }
    return at !== MISS && bytes[at] === CLOSE_LIST ? at + 1 : MISS;
  }

  /** One of MICRO_OPS, in quotes: `word` is its index. Letter by letter: constants are what the compiler is good at. */
  private kind(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== QUOTE) return MISS;
    const first = bytes[start + 1];
    let at = start + 2;
    if (first === LETTER_R) this.word = READ;
    else if (first === LETTER_W) this.word = WRITE;
    else if (
      first === LETTER_A &&
      bytes[at] === 0x70 &&
      bytes[at + 1] === 0x70 &&
      bytes[at + 2] === 0x65 &&
      bytes[at + 3] === LETTER_N &&
      bytes[at + 4] === 0x64
    ) {
      this.word = APPEND;
      at += 5;
    } else return MISS;
    return bytes[at] === QUOTE ? at + 1 : MISS;
  }

  /** A list that was read of `key`: `word` is its size. */
  private list(bytes: Uint8Array, start: number, key: number): number {
    const { lists } = this.pool;
    lists.open(key);
    let at = start + 1;
    if (bytes[at] === CLOSE_LIST) at++;
    else {
      for (;;) {
        at = this.numbers(bytes, at);
        if (bytes[at - 1] === CLOSE_LIST) break;
        at = this.scalar(bytes, at);
        // A null in a list is for JSON.parse: nobody appends one.
        if (at === MISS || this.word === NULL_WORD) return MISS;
        lists.put(this.word);
        if (bytes[at] === CLOSE_LIST) {
          at++;
          break;
        }
        at = comma(bytes, at);
        if (at === MISS) return MISS;
      }
    }
    this.word = lists.close();
    return at;
  }

  /**
   * Reads elements as long as they are small whole numbers: nearly all of a long history is that, so no more is done for each
   * than has to be, which is what `ListPool.put` does. The position after the list, or of the first element that is something
   * else.
   */
  private numbers(bytes: Uint8Array, start: number): number {
    const { lists } = this.pool;
    let { elements, known, at: next, limit } = lists;
    let at = start;
    for (;;) {
      const first = at;
      let number = (bytes[at] as number) - ZERO;
      // No leading zero, and no more digits than surely stay below DIRECT; `scalar` knows the rest.
      if (!(number >= 1 && number <= 9)) break;
      let digit = (bytes[++at] as number) - ZERO;
      while (digit >= 0 && digit <= 9) {
        number = number * 10 + digit;
        digit = (bytes[++at] as number) - ZERO;
      }
      const closed = digit === CLOSE_LIST - ZERO;
      if (at - first > 9 || (!closed && digit !== COMMA - ZERO)) {
        at = first;
        break;
      }
      if (next < known && elements[next] === number) next++;
      else if (next >= known && next < limit) elements[next++] = number;
      else {
        lists.at = next;
        lists.put(number);
        ({ elements, known, at: next, limit } = lists);
      }
      at++;
      if (closed) break;
      if (bytes[at] === SPACE) at++;
    }
    lists.at = next;
    return at;
  }

  /** A scalar; `word` stands for it. */
  private scalar(bytes: Uint8Array, start: number): number {
    let at = start;
    let number = 0;
    let digit = (bytes[at] as number) - ZERO;
    while (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    // No leading zero; a fraction or an exponent follows as a stray byte, which no caller takes.
    if (at > start && number < DIRECT && at - start <= 10 && (at - start === 1 || bytes[start] !== ZERO)) {
      this.word = number;
      return at;
    }
    // -0 is 0, which would have to stand for itself.
    if (start === MISS || (bytes[start] === MINUS && bytes[start + 1] === ZERO)) return MISS;
    const next = this.scalars.scalar(bytes, start);
    this.word = bytes[start] === LETTER_N ? NULL_WORD : DIRECT + this.scalars.read;
    return next;
  }
}

/** The position after a comma and at most one space, or MISS. */
function comma(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== COMMA) return MISS;
  return bytes[at + 1] === SPACE ? at + 2 : at + 1;
}

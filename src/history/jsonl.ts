/**
 * Histories as JSON lines: the format of history.jsonl. Written one op a line, with the fields in a fixed order so that two
 * equal runs are equal byte by byte; read in chunks, into columns, in time and memory linear in the file.
 */
import { UsageError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { HistoryBuilder, malformed } from "./builder.js";
import type { ColumnarHistory } from "./columns.js";
import { LineScanner } from "./scanner.js";

/** What a reader of histories gives back. */
export interface ParsedHistory {
  readonly history: ColumnarHistory;
  /** The number of the last line where it was cut off in the middle (and so left out): the writer was killed. */
  readonly truncatedLine?: number;
}

/** Takes a file in chunks of any size. */
export interface HistoryParser {
  /** @throws UsageError with the line number at the first malformed line. */
  push(chunk: Uint8Array): void;
  /** Ends the file. */
  finish(): ParsedHistory;
}

const NEWLINE = 0x0a;
const decoder = new TextDecoder();

/** One line of history.jsonl, without the newline. Fields in the order index, time, process, type, f, key, value, error, node, via. */
export function formatOp(op: Op): string {
  const { index, time, process, type, f, key, value, error, node, via } = op;
  let line = `{"index":${index},"time":${time},"process":${process === "nemesis" ? '"nemesis"' : process}`;
  line += `,"type":"${type}","f":${quoted(f)}`;
  if (key !== undefined) line += `,"key":${json(key)}`;
  line += `,"value":${json(value)}`;
  if (error !== undefined) line += `,"error":${quoted(error)}`;
  if (node !== undefined) line += `,"node":${quoted(node)}`;
  if (via !== undefined) line += `,"via":${quoted(via)}`;
  return `${line}}`;
}

/** Numbers and null, which most values are, without a call of JSON.stringify. */
function json(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return JSON.stringify(value) ?? "null";
}

/** The few words that every op repeats (its f, its nodes), as JSON. */
const WORDS = new Map<string, string>();
const WORDS_MAX = 200;

function quoted(word: string): string {
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  const text = JSON.stringify(word);
  if (WORDS.size < WORDS_MAX) WORDS.set(word, text);
  return text;
}

/** All lines of a history, each ended by a newline. */
export function formatHistory(ops: Iterable<Op>): string {
  let text = "";
  for (const op of ops) text += `${formatOp(op)}\n`;
  return text;
}

/** Reads a whole history.jsonl. @throws UsageError with the line number at the first malformed line. */
export function parseHistory(source: Uint8Array | string): ParsedHistory {
  const parser = createHistoryParser();
  parser.push(typeof source === "string" ? new TextEncoder().encode(source) : source);
  return parser.finish();
}

/** A reader that is fed chunks, so that the file need not be in memory as a whole. `lines`: how many to make room for. */
export function createHistoryParser(lines = 0): HistoryParser {
  return new JsonlParser(lines);
}

class JsonlParser implements HistoryParser {
  private readonly builder = new HistoryBuilder();
  private readonly scanner = new LineScanner(this.builder);
  /** The beginning of a line whose end is in a later chunk. */
  private rest: Uint8Array[] = [];
  private lines = 0;

  constructor(private readonly expectedLines: number) {
    this.builder.reserve(expectedLines);
  }

  push(source: Uint8Array): void {
    // A plain view: a Buffer is a class of its own to the compiler, and two classes in the scanner make it slower.
    const chunk = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    let start = 0;
    if (this.rest.length > 0) {
      const newline = chunk.indexOf(NEWLINE);
      if (newline === -1) {
        this.rest.push(new Uint8Array(chunk));
        return;
      }
      start = newline + 1;
      this.rest.push(chunk.subarray(0, start));
      const line = joined(this.rest);
      this.rest = [];
      this.wholeLines(line, 0, line.length);
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const first = this.lines === 0;
    if (end > start) this.wholeLines(chunk, start, end);
    if (first && this.lines > 0) this.builder.tables.values.reserveMicros(this.expectedLines / this.lines);
    // A copy, since the caller may reuse its buffer. Not `slice`: a Buffer's would share the memory.
    const rest = Math.max(start, end);
    if (rest < chunk.length) this.rest.push(new Uint8Array(chunk.subarray(rest)));
  }

  finish(): ParsedHistory {
    const line = joined(this.rest);
    this.rest = [];
    let truncatedLine: number | undefined;
    if (line.length > 0) {
      if (isWhole(line)) this.otherLine(line, 0, line.length);
      else truncatedLine = this.lines + 1;
    }
    return { history: this.builder.finish(), ...(truncatedLine === undefined ? {} : { truncatedLine }) };
  }

  /** Lines, bytes[start, end), each with its newline. */
  private wholeLines(bytes: Uint8Array, start: number, end: number): void {
    const { scanner, builder } = this;
    let at = start;
    while (at < end) {
      // The scanner finds the line's end by itself: looking for the newline first would cost another pass over the file.
      const next = scanner.scan(bytes, at);
      if (next !== -1 && bytes[next] === NEWLINE) {
        builder.commit(++this.lines);
        at = next + 1;
      } else {
        const newline = bytes.indexOf(NEWLINE, at);
        this.otherLine(bytes, at, newline);
        at = newline + 1;
      }
    }
  }

  /** A line that the scanner does not know, bytes[start, end) without its newline. */
  private otherLine(bytes: Uint8Array, start: number, end: number): void {
    const number = ++this.lines;
    let text = decoder.decode(bytes.subarray(start, end));
    // The decoder drops a byte order mark by itself. NULs are what a power cut leaves at the end of a file.
    text = text.replaceAll("\0", "").trim();
    if (text === "") return;
    this.builder.draft(parseLine(text, number), number);
    this.builder.commit(number);
  }
}

/** Is an unterminated last line whole all the same? */
function isWhole(line: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(line));
    return true;
  } catch {
    return false;
  }
}

function parseLine(text: string, number: number): Record<string, unknown> {
  let op: unknown;
  try {
    op = JSON.parse(exactIntegers(text));
  } catch {
    const hint = text.startsWith("{:") || text.startsWith("[{:") ? " (it looks like EDN)" : "";
    throw malformed(number, `not a JSON object${hint}: ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`);
  }
  if (typeof op !== "object" || op === null || Array.isArray(op)) {
    throw malformed(number, "not a JSON object; a history has one op a line");
  }
  return op as Record<string, unknown>;
}

/**
 * Whole numbers that a double cannot hold become strings of the same digits. Otherwise 9007199254740993 and
 * 9007199254740992 would be one value: a stale read of one would pass as a read of the other.
 * Digits inside strings are left alone; times (a field of numbers) only lose ns that no clock has.
 */
function exactIntegers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"(?:\s*:\s*(?=-?\d))?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, replaceUnsafe);
}

function replaceUnsafe(token: string, offset: number, whole: string): string {
  if (!/^-?\d{16,}$/.test(token) || Number.isSafeInteger(Number(token))) return token;
  return /"time"\s*:\s*$/.test(whole.slice(0, offset)) ? token : `"${token}"`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Is this file EDN rather than JSON lines? Told from its first bytes. @throws UsageError where it is neither. */
export function looksLikeEdn(bytes: Uint8Array): boolean {
  const head = decoder
    .decode(bytes.subarray(0, 512))
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (head === "" || /^\{\s*"/.test(head)) return false;
  if (/^\[\s*\{\s*"[^"]*"\s*:/.test(head))
    throw new UsageError("this is a JSON array; a history is JSON lines: an op a line");
  if (/^[([;#]|^\{\s*:/.test(head)) return true;
  throw new UsageError("this is no history: neither JSON lines nor EDN");
}

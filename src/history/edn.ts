/**
 * Jepsen's histories (history.edn) in and out: bare maps one after another, or one vector or list of maps, as they come.
 * See README "EDN" of Jepsen and jepsen.history for the shapes.
 */
import { type EDNVal, toEDNString } from "edn-data";
import { UsageError } from "../core/errors.js";
import type { Key, Op } from "../core/op.js";
import { HistoryBuilder, malformed, show } from "./builder.js";
import { type ColumnarHistory, INVOKE, NEMESIS, NONE } from "./columns.js";
import { EdnError, EdnReader, UnexpectedEnd } from "./edn-reader.js";
import { EdnScanner } from "./edn-scanner.js";
import type { HistoryParser, ParsedHistory } from "./jsonl.js";
import { NULL_VALUE, valueKey } from "./values.js";

export interface EdnOptions {
  /**
   * Are values the `[key value]` tuples of jepsen.independent? By default they are taken for such where nothing else can
   * be meant: every client op has a list of two, and some read was invoked with one, or some cas holds a pair in a pair.
   */
  readonly independent?: boolean;
}

/**
 * Jepsen's workers take an op's time before they queue up to write it, so that its histories run backwards by some
 * microseconds here and there (knossos' rethink-fail-smaller.edn: 98), and by as long as the machine stood still in between. The
 * order of the file is what counts; two files in one would run backwards by as much as a run takes.
 */
const TIME_SLACK_NS = 1e9;

/** Reads a history in EDN. @throws UsageError with the line number at the first malformed op. */
export function parseEdnHistory(source: Uint8Array | string, options: EdnOptions = {}): ParsedHistory {
  const parser = createEdnParser(options);
  parser.push(typeof source === "string" ? new TextEncoder().encode(source) : source);
  return parser.finish();
}

/** A reader that is fed chunks, so that the file need not be in memory as a whole. */
export function createEdnParser(options: EdnOptions = {}): HistoryParser {
  return new EdnParser(options);
}

// Not without the byte order mark: EdnReader skips it, and then there are as many characters as there should be.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const NOTHING = new Uint8Array(0);
const NEWLINE = 0x0a;
const OPEN_MAP = 0x7b;

class EdnParser implements HistoryParser {
  private readonly builder = new HistoryBuilder(TIME_SLACK_NS);
  private readonly scanner = new EdnScanner(this.builder);
  /** What has come and is not read yet; the next form begins at `at` or later. */
  private bytes: Uint8Array = NOTHING;
  private at = 0;
  /** The line of `counted`, a position in `bytes`. */
  private line = 1;
  private counted = 0;
  /** What closes the vector or list around the ops; "" where they stand alone. */
  private wrapped = "";

  constructor(private readonly options: EdnOptions) {}

  push(chunk: Uint8Array): void {
    const rest = this.bytes.length - this.at;
    // A copy in any case, since the caller may reuse its buffer. A plain array: a Buffer is a class of its own to the compiler.
    const bytes = new Uint8Array(rest + chunk.length);
    this.lineAt(this.at);
    bytes.set(this.bytes.subarray(this.at));
    bytes.set(chunk, rest);
    this.bytes = bytes;
    this.at = 0;
    this.counted = 0;
    this.forms(false);
  }

  finish(): ParsedHistory {
    let truncatedLine: number | undefined;
    if (!this.forms(true) || this.wrapped !== "") {
      let end = this.bytes.length;
      while (end > this.at && (this.bytes[end - 1] as number) <= 0x20) end--;
      truncatedLine = this.lineAt(end);
    }
    const whole = this.builder.finish();
    const split = this.options.independent ?? looksIndependent(whole);
    const history = split ? splitTuples(whole) : whole;
    return { history, ...(truncatedLine === undefined ? {} : { truncatedLine }) };
  }

  /** Reads all forms that are there; false where the last one is not there as a whole. `last`: nothing more will come. */
  private forms(last: boolean): boolean {
    const { bytes, scanner, builder } = this;
    for (;;) {
      const start = afterSpace(bytes, this.at);
      // `at` stays behind the last form: should nothing more come, that is the place to speak of.
      if (start === bytes.length) return true;
      const open = afterTag(bytes, start);
      const next = bytes[open] === OPEN_MAP ? scanner.scan(bytes, open) : -1;
      if (next !== -1) {
        builder.commit(this.lineAt(start));
        this.at = next;
      } else if (bytes[open] !== OPEN_MAP || !this.otherMap(start, open)) {
        const found = this.otherForm(start, last);
        if (found !== "read") return found === "none";
      }
    }
  }

  /** A map that the scanner does not know, where its end is easily found. */
  private otherMap(start: number, open: number): boolean {
    const end = formEnd(this.bytes, open);
    if (end === -1) return false;
    const reader = new EdnReader(decoder.decode(this.bytes.subarray(start, end)));
    let form: unknown;
    try {
      form = reader.value();
    } catch {
      // Then what is wrong is told by `otherForm`, or it is right after all: then the end was not the end.
      return false;
    }
    if (reader.at !== reader.text.length) return false;
    addOp(this.builder, form, this.lineAt(start));
    this.at = end;
    return true;
  }

  /** Whatever the scanner does not know, as EdnReader reads it. */
  private otherForm(start: number, last: boolean): "read" | "none" | "torn" {
    const text = decoder.decode(this.bytes.subarray(start));
    const reader = new EdnReader(text);
    try {
      if (!reader.more()) {
        // Comments and discarded forms. Who knows how they go on.
        return last ? "none" : "torn";
      }
      const from = reader.at;
      const char = reader.peek();
      if (this.wrapped === "" && (char === "[" || char === "(")) {
        this.wrapped = char === "[" ? "]" : ")";
        reader.at++;
      } else if (this.wrapped !== "" && char === this.wrapped) {
        this.wrapped = "";
        reader.at++;
      } else {
        const form = reader.value();
        // `12` at the end of a chunk may be the beginning of 123.
        if (!last && reader.at === text.length && !/[)\]}]$/.test(text)) return "torn";
        addOp(this.builder, form, this.lineAt(start + bytesBefore(this.bytes.subarray(start), text, from)));
      }
      this.at = start + bytesBefore(this.bytes.subarray(start), text, reader.at);
      return "read";
    } catch (error) {
      if (error instanceof UnexpectedEnd) return "torn";
      if (!(error instanceof EdnError)) throw error;
      const at = start + bytesBefore(this.bytes.subarray(start), text, error.at);
      throw malformed(this.lineAt(at), `not EDN: ${error.message}`);
    }
  }

  /** The line of a position; positions grow. */
  private lineAt(position: number): number {
    const { bytes } = this;
    for (; this.counted < position; this.counted++) if (bytes[this.counted] === NEWLINE) this.line++;
    return this.line;
  }
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && ((bytes[at] as number) <= 0x20 || bytes[at] === 0x2c)) at++;
  return at;
}

/** The position after the tag of a tagged map, `#jepsen.history.Op{…}`; of anything else, where it starts. */
function afterTag(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== 0x23) return start;
  let at = start + 1;
  while (((bytes[at] as number) | 0x20) >= 0x61 && ((bytes[at] as number) | 0x20) <= 0x7a) at++;
  if (at === start + 1) return start;
  while (bytes[at] === 0x2e || (((bytes[at] as number) | 0x20) >= 0x61 && ((bytes[at] as number) | 0x20) <= 0x7a)) at++;
  return bytes[at] === OPEN_MAP ? at : start;
}

/** Where the map that opens at `start` seems to end, by its brackets and strings; -1 where that cannot be told. */
function formEnd(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x28:
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x29:
      case 0x5d:
      case 0x7d:
        if (--depth === 0) return at + 1;
        break;
      case 0x22:
        for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
        break;
      case 0x5c:
        // A character: \( opens nothing.
        at++;
        break;
      case 0x3b:
        return -1;
    }
  }
  return -1;
}

/**
 * How many bytes the first characters of their text come from. By counting ASCII, which UTF-8 decodes to itself whatever is
 * around it, while broken bytes become U+FFFD in ways of their own.
 */
function bytesBefore(bytes: Uint8Array, text: string, characters: number): number {
  let plain = 0;
  for (let i = 0; i < characters; i++) if (text.charCodeAt(i) < 0x80) plain++;
  let at = 0;
  while (plain > 0) if ((bytes[at++] as number) < 0x80) plain--;
  const other = characters > 0 && text.charCodeAt(characters - 1) >= 0x80;
  if (other) while ((bytes[at] as number) >= 0x80) at++;
  return at;
}

function addOp(builder: HistoryBuilder, form: unknown, line: number): void {
  if (typeof form !== "object" || form === null || Array.isArray(form)) {
    throw malformed(line, `an op is a map, not ${show(form)}`);
  }
  const map = form as Record<string, unknown>;
  const { index, time } = map;
  builder.draft({ ...map, index: given(index), time: rounded(given(time)) }, line);
  builder.commit(line);
}

/** jepsen.history prints -1 where an op has no index or no time. */
function given(number: unknown): unknown {
  return number === -1 ? undefined : number;
}

/** Nanoseconds since 1970 are more than a double can hold, and so the reader's text; nobody asks for the last few. */
function rounded(time: unknown): unknown {
  return typeof time === "string" && /^\d{16,19}$/.test(time) ? Number(time) : time;
}

function isKey(value: unknown): value is Key {
  return typeof value === "string" || typeof value === "number";
}

/** Of any key, which may be a vector, a map or a boolean as well. */
function isTuple(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2 && (value[0] ?? null) !== null;
}

/**
 * See `EdnOptions.independent`. A plain cas `[1 2]` is a list of two as well, so the reads and nested pairs must tell; two
 * micro-ops of a transaction are nested pairs, too, whose key would be no text and no number.
 */
function looksIndependent(history: ColumnarHistory): boolean {
  const { values: table, strings } = history.tables;
  const txn = strings.find("txn");
  let certain = false;
  for (let i = 0; i < history.length; i++) {
    if (history.processes[i] === NEMESIS) continue;
    if (history.keys[i] !== NONE) return false;
    const id = history.values[i] as number;
    // A completion may have lost its tuple (nil after a crash); an invocation may not.
    if (id === NULL_VALUE && history.types[i] !== INVOKE) continue;
    if (history.fs[i] === txn) return false;
    if (table.isTuple(id) && table.first(id) !== NULL_VALUE) {
      const second = table.second(id);
      const nested = table.isPair(second) && isKey(table.get(table.first(id)));
      if (nested || (history.types[i] === INVOKE && second === NULL_VALUE)) certain = true;
      continue;
    }
    const value = history.value(id);
    if (!isTuple(value)) return false;
    if ((isKey(value[0]) && Array.isArray(value[1])) || (history.types[i] === INVOKE && value[1] === null))
      certain = true;
  }
  return certain;
}

/** The same history, in the same tables, with the tuples `[key value]` taken apart. */
function splitTuples(history: ColumnarHistory): ColumnarHistory {
  const { tables } = history;
  const { values: table } = tables;
  const row = new HistoryBuilder(0, tables);
  row.reserve(history.length);
  for (let i = 0; i < history.length; i++) {
    const id = history.values[i] as number;
    row.begin();
    row.index = history.index(i);
    if (history.timed) row.time = history.times[i] as number;
    row.process = history.processes[i] as number;
    row.type = history.types[i] as number;
    row.f = history.fs[i] as number;
    row.key = history.keys[i] as number;
    row.value = id;
    row.error = history.errors[i] as number;
    row.node = history.nodes[i] as number;
    row.via = history.vias[i] as number;
    const where = `op ${row.index}`;
    if (row.process !== NEMESIS && (id !== NULL_VALUE || row.type === INVOKE)) {
      const value = table.isTuple(id) ? undefined : history.value(id);
      const key = value === undefined ? table.get(table.first(id)) : isTuple(value) ? value[0] : null;
      if (key === null) {
        throw new UsageError(`${where}: its value is no [key value] tuple: ${JSON.stringify(history.value(id))}`);
      }
      row.key = tables.internKey(isKey(key) ? key : valueKey(key));
      row.value = value === undefined ? table.second(id) : table.intern((value as readonly unknown[])[1]);
    }
    row.commit(where);
  }
  return row.finish();
}

/** One op as a map in EDN, as Jepsen writes it; an op with a key gets the value `[key value]` of jepsen.independent. */
export function formatEdnOp(op: Op): string {
  const value = op.key === undefined ? ednOf(op.value, op.f) : [op.key, ednOf(op.value, op.f)];
  const entries: [EDNVal, EDNVal][] = [
    [keyword("index"), op.index],
    [keyword("time"), op.time],
    [keyword("type"), keyword(op.type)],
    [keyword("process"), op.process === "nemesis" ? keyword("nemesis") : op.process],
    [keyword("f"), keyword(op.f)],
    [keyword("value"), value],
  ];
  for (const field of ["error", "node", "via"] as const) {
    const text = op[field];
    if (text !== undefined) entries.push([keyword(field), text]);
  }
  return toEDNString({ map: entries });
}

/** A history in EDN, a map a line. */
export function formatEdn(ops: Iterable<Op>): string {
  let text = "";
  for (const op of ops) text += `${formatEdnOp(op)}\n`;
  return text;
}

function keyword(name: string): EDNVal {
  return { key: name };
}

/** Plain data as EDN. The f of a transaction's micro-ops are keywords: [:append 1 2]. */
function ednOf(value: unknown, f: string, depth = 0): EDNVal {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) {
    const micro = f === "txn" && depth === 1 && typeof value[0] === "string";
    return value.map((item, i) => (micro && i === 0 ? keyword(item as string) : ednOf(item, f, depth + 1)));
  }
  return {
    map: Object.entries(value).map(([key, held]): [EDNVal, EDNVal] => [keyword(key), ednOf(held, f, depth + 1)]),
  };
}

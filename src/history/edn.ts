/**
 * Jepsen's histories (history.edn) in and out: bare maps one after another, or one vector or list of maps, as they come.
 * See README "EDN" of Jepsen and jepsen.history for the shapes.
 */
import { type EDNVal, toEDNString } from "edn-data";
import { UsageError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { HistoryBuilder, malformed } from "./builder.js";
import { type ColumnarHistory, INVOKE, NEMESIS, NONE } from "./columns.js";
import { EdnError, EdnReader, UnexpectedEnd } from "./edn-reader.js";
import type { ParsedHistory } from "./jsonl.js";

export interface EdnOptions {
  /**
   * Are values the `[key value]` tuples of jepsen.independent? By default they are taken for such where nothing else can
   * be meant: every client op has a list of two, and some read was invoked with one, or some cas holds a pair in a pair.
   */
  readonly independent?: boolean;
}

/**
 * Jepsen's workers take an op's time before they queue up to write it, so that its histories run backwards by some
 * microseconds here and there (knossos' rethink-fail-smaller.edn: 98). The order of the file is what counts.
 */
const TIME_SLACK_NS = 10e6;

/** Reads a history in EDN. @throws UsageError with the line number at the first malformed op. */
export function parseEdnHistory(source: Uint8Array | string, options: EdnOptions = {}): ParsedHistory {
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  const builder = new HistoryBuilder(TIME_SLACK_NS);
  const reader = new EdnReader(text);
  const lines = new LineCounter(text);
  let truncatedLine: number | undefined;
  try {
    readOps(reader, (form, at) => addOp(builder, form, lines.at(at)));
  } catch (error) {
    if (error instanceof EdnError) throw malformed(lines.at(error.at), `not EDN: ${error.message}`);
    if (!(error instanceof UnexpectedEnd)) throw error;
    truncatedLine = lines.last();
  }
  const whole = builder.finish();
  const split = options.independent ?? looksIndependent(whole);
  const history = split ? splitTuples(whole) : whole;
  return { history, ...(truncatedLine === undefined ? {} : { truncatedLine }) };
}

/** Hands over each op's form and where it began. Vectors and lists at the top are unwrapped. */
function readOps(reader: EdnReader, take: (form: unknown, at: number) => void): void {
  let wrapped = "";
  while (reader.more()) {
    const at = reader.at;
    const char = reader.peek();
    if (wrapped === "" && (char === "[" || char === "(")) {
      wrapped = char === "[" ? "]" : ")";
      reader.at++;
    } else if (wrapped !== "" && char === wrapped) {
      wrapped = "";
      reader.at++;
    } else take(reader.value(), at);
  }
  if (wrapped !== "") throw new UnexpectedEnd();
}

function addOp(builder: HistoryBuilder, form: unknown, line: number): void {
  if (typeof form !== "object" || form === null || Array.isArray(form)) {
    throw malformed(line, `an op is a map, not ${JSON.stringify(form)}`);
  }
  const map = form as Record<string, unknown>;
  builder.draft({ ...map, error: errorText(map.error) }, line);
  builder.commit(line);
}

/** Jepsen's errors are keywords, strings, or vectors like [:timeout "…"]; here an error is a text. */
function errorText(error: unknown): string | undefined {
  if (error === undefined || error === null) return undefined;
  return typeof error === "string" ? error : JSON.stringify(error);
}

/** Line numbers of growing positions, in one pass. */
class LineCounter {
  private line = 1;
  private counted = 0;

  constructor(private readonly text: string) {}

  at(position: number): number {
    for (; this.counted < position; this.counted++) if (this.text.charCodeAt(this.counted) === 0x0a) this.line++;
    return this.line;
  }

  last(): number {
    return this.at(this.text.trimEnd().length);
  }
}

function isTuple(value: unknown): value is [string | number, unknown] {
  return Array.isArray(value) && value.length === 2 && (typeof value[0] === "string" || typeof value[0] === "number");
}

/** See `EdnOptions.independent`. A plain cas `[1 2]` is a list of two as well, so the reads and nested pairs must tell. */
function looksIndependent(history: ColumnarHistory): boolean {
  let certain = false;
  for (let i = 0; i < history.length; i++) {
    if (history.processes[i] === NEMESIS) continue;
    if (history.keys[i] !== NONE) return false;
    const value = history.value(history.values[i] as number);
    // A completion may have lost its tuple (nil after a crash); an invocation may not.
    if (value === null && history.types[i] !== INVOKE) continue;
    if (!isTuple(value)) return false;
    const f = history.string(history.fs[i] as number);
    if (f === "txn") return false;
    if (Array.isArray(value[1]) || (history.types[i] === INVOKE && value[1] === null)) certain = true;
  }
  return certain;
}

/** The same history with the tuples `[key value]` taken apart. */
function splitTuples(history: ColumnarHistory): ColumnarHistory {
  const builder = new HistoryBuilder();
  for (const op of history) {
    const where = `op ${op.index}`;
    const { value } = op;
    const untupled = { ...op, time: history.timed ? op.time : undefined };
    if (op.process === "nemesis" || (value === null && op.type !== "invoke")) builder.draft(untupled, where);
    else if (isTuple(value)) builder.draft({ ...untupled, key: value[0], value: value[1] }, where);
    else throw new UsageError(`${where}: its value is no [key value] tuple: ${JSON.stringify(value)}`);
    builder.commit(where);
  }
  return builder.finish();
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

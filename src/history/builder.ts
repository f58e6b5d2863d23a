/**
 * Builds a history op by op and refuses what no history can be: a completion without its invocation, two open ops of one
 * process, times that run backwards. Readers fill a draft row in place (no object per line) and commit it.
 */
import { UsageError } from "../core/errors.js";
import type { History } from "../core/history.js";
import type { Op } from "../core/op.js";
import { ColumnarHistory, INVOKE, NEMESIS, NONE, OP_TYPES, Tables } from "./columns.js";
import { grown } from "./strings.js";
import { NULL_VALUE } from "./values.js";

/** Process numbers below this are looked up in a plain array. */
const DIRECT_PROCESSES = 1 << 22;

/** The draft row's process and type before they are set. */
export const UNSET = -2;

/** No history needs values nested this deep, and whatever walks through them has a stack to run out of. */
const DEEPEST = 500;

/** Begins error messages: a line's number, a text, or what makes one when it is needed. */
export type Where = number | { toString(): string };

/** What a reader may leave out: `f` and `time` always, `process` if all lines leave it out. */
export class HistoryBuilder {
  length = 0;
  // The draft row: filled by a reader after `begin`, written by `commit`.
  index = NONE;
  time = NONE;
  process = UNSET;
  type = UNSET;
  f = NONE;
  key = NONE;
  /** NONE: not given, so the invocation's (null for an invocation). */
  value = NONE;
  error = NONE;
  node = NONE;
  via = NONE;

  private types = new Uint8Array(1024);
  private processes = new Int32Array(1024);
  private times = new Float64Array(1024);
  private fs = new Int32Array(1024);
  private keys = new Int32Array(1024);
  private values = new Int32Array(1024);
  private errors = new Int32Array(1024);
  private nodes = new Int32Array(1024);
  private vias = new Int32Array(1024);
  private pairs = new Int32Array(1024);
  private indexes: Float64Array | undefined;
  private lastTime = 0;
  private timed = true;
  private anonymous = false;
  /** Process -> position of its open invocation + 1. */
  private open = new Int32Array(1024);
  private readonly openFar = new Map<number, number>();

  /**
   * `timeSlackNs`: times that run backwards by no more than this are taken for the time before them. `tables`: what the ids of
   * the rows are in.
   */
  constructor(
    private readonly timeSlackNs = 0,
    readonly tables = new Tables(),
  ) {}

  /** Clears the draft row. */
  begin(): void {
    this.index = NONE;
    this.time = NONE;
    this.process = UNSET;
    this.type = UNSET;
    this.f = NONE;
    this.key = NONE;
    this.value = NONE;
    this.error = NONE;
    this.node = NONE;
    this.via = NONE;
  }

  /** Fills the draft row from an op (or something that looks like one). `where` begins error messages: "line 12". */
  draft(op: Partial<Record<keyof Op, unknown>>, where: Where): void {
    this.begin();
    this.index = this.wholeNumber(op.index, "index", where);
    const time = op.time ?? undefined;
    if (time !== undefined) {
      if (typeof time !== "number" || !(time >= 0)) throw malformed(where, `time is ${show(time)}, not a number of ns`);
      this.time = time;
    }
    this.process = op.process === "nemesis" ? NEMESIS : this.wholeNumber(op.process, "process", where, UNSET);
    this.type = OP_TYPES.indexOf(op.type as never);
    if (this.type === -1) throw malformed(where, `type is ${show(op.type)}, not one of ${OP_TYPES.join(", ")}`);
    this.f = this.text(op.f, "f", where);
    this.error = this.text(errorText(op.error), "error", where);
    this.node = this.text(op.node, "node", where);
    this.via = this.text(op.via, "via", where);
    if (op.key !== undefined && op.key !== null) {
      if (typeof op.key !== "string" && typeof op.key !== "number") {
        throw malformed(where, `key is ${show(op.key)}, not a string or a number`);
      }
      this.key = this.tables.internKey(op.key);
    }
    if (isDeeper(op.value, DEEPEST)) throw malformed(where, `its value is nested more than ${DEEPEST} deep`);
    if (op.value !== undefined) this.value = this.tables.values.intern(op.value);
  }

  /**
   * Adds the draft row. `where` is the line number or a text that begins error messages.
   * @throws UsageError where the row cannot follow what came before it.
   */
  commit(where: Where): void {
    const position = this.length;
    if (position === this.types.length) this.resize(this.types.length * 2);
    if (this.type === UNSET) throw malformed(where, "an op has no type (invoke, ok, fail or info)");
    if (this.time === NONE) {
      this.time = this.lastTime;
      this.timed = false;
    }
    if (this.time < this.lastTime) {
      if (this.lastTime - this.time > this.timeSlackNs) {
        throw malformed(where, `time runs backwards: ${this.time} ns after ${this.lastTime} ns`);
      }
      this.time = this.lastTime;
    }
    if (this.process === UNSET) {
      // One anonymous process: unambiguous as long as its ops do not overlap, which pairing will check.
      if (position > 0 && !this.anonymous) throw malformed(where, "an op has no process, but ops before it have one");
      this.anonymous = true;
      this.process = 0;
    } else if (this.anonymous && this.process !== NEMESIS) {
      throw malformed(where, `an op has process ${this.process}, but ops before it have none`);
    }
    const pair = this.pairUp(position, where);
    if (this.value === NONE) this.value = pair === NONE ? NULL_VALUE : (this.values[pair] as number);
    if (pair !== NONE && this.key !== this.keys[pair] && this.process !== NEMESIS) this.inheritKey(pair, where);
    if (this.f === NONE) this.f = this.guessF(pair, where);
    this.types[position] = this.type;
    this.processes[position] = this.process;
    this.times[position] = this.time;
    this.fs[position] = this.f;
    this.keys[position] = this.key;
    this.values[position] = this.value;
    this.errors[position] = this.error;
    this.nodes[position] = this.node;
    this.vias[position] = this.via;
    this.pairs[position] = pair;
    if (this.indexes !== undefined) this.indexes[position] = this.index === NONE ? position : this.index;
    else if (this.index !== NONE && this.index !== position) this.startIndexes(position);
    this.lastTime = this.time;
    this.length = position + 1;
  }

  /** The history so far. The builder must not be used after. */
  finish(): ColumnarHistory {
    const { length } = this;
    const columns = {
      types: this.types.subarray(0, length),
      processes: this.processes.subarray(0, length),
      times: this.times.subarray(0, length),
      fs: this.fs.subarray(0, length),
      keys: this.keys.subarray(0, length),
      values: this.values.subarray(0, length),
      errors: this.errors.subarray(0, length),
      nodes: this.nodes.subarray(0, length),
      vias: this.vias.subarray(0, length),
      pairs: this.pairs.subarray(0, length),
    };
    return new ColumnarHistory(length, columns, this.tables, this.indexes?.subarray(0, length), this.timed);
  }

  /** Finds the other half of the draft row and links both. */
  private pairUp(position: number, where: Where): number {
    const { process } = this;
    const open = this.openOf(process);
    if (this.type === INVOKE) {
      if (open !== 0 && process !== NEMESIS) {
        throw malformed(where, `process ${process} invokes an op while its op at position ${open - 1} is still open`);
      }
      this.setOpen(process, position + 1);
      return NONE;
    }
    if (open === 0) {
      // Jepsen's nemesis logs two infos per fault, and others whatever they like: nothing follows from their shape.
      if (process === NEMESIS) return NONE;
      throw malformed(where, `process ${process} completes an op (${OP_TYPES[this.type]}) that it never invoked`);
    }
    if (this.f !== NONE && this.fs[open - 1] !== this.f && process !== NEMESIS) {
      const invoked = this.tables.strings.get(this.fs[open - 1] as number);
      const completed = this.tables.strings.get(this.f);
      throw malformed(where, `process ${process} completes "${completed}", but what it invoked was "${invoked}"`);
    }
    this.setOpen(process, 0);
    this.pairs[open - 1] = position;
    return open - 1;
  }

  /** A completion may leave its key out, but not change it. */
  private inheritKey(pair: number, where: Where): void {
    const invoked = this.keys[pair] as number;
    if (this.key !== NONE) {
      const [from, to] = [
        invoked === NONE ? "none" : show(this.tables.keys[invoked]),
        show(this.tables.keys[this.key]),
      ];
      throw malformed(where, `process ${this.process} completes key ${to}, but what it invoked had key ${from}`);
    }
    this.key = invoked;
  }

  /** The f of a row that names none: its invocation's; or "txn" where the value is a list of micro-ops. */
  private guessF(pair: number, where: Where): number {
    if (pair !== NONE) return this.fs[pair] as number;
    const value = this.tables.values.get(this.value);
    const micros = Array.isArray(value) && value.length > 0 && value.every((m) => Array.isArray(m) && m.length >= 2);
    if (!micros) throw malformed(where, "an op has no f (read, write, …)");
    return this.tables.strings.intern("txn");
  }

  private openOf(process: number): number {
    if (process + 1 >= DIRECT_PROCESSES) return this.openFar.get(process) ?? 0;
    if (process + 1 >= this.open.length) this.open = grown(this.open, 2 ** (32 - Math.clz32(process + 1)));
    return this.open[process + 1] as number;
  }

  private setOpen(process: number, entry: number): void {
    if (process + 1 < DIRECT_PROCESSES) this.open[process + 1] = entry;
    else if (entry === 0) this.openFar.delete(process);
    else this.openFar.set(process, entry);
  }

  private startIndexes(position: number): void {
    this.indexes = new Float64Array(this.types.length);
    for (let i = 0; i < position; i++) this.indexes[i] = i;
    this.indexes[position] = this.index;
  }

  /** Makes room for this many rows at once: growing by and by copies each row about once more. */
  reserve(rows: number): void {
    if (rows > this.types.length) this.resize(rows);
  }

  private resize(size: number): void {
    this.types = grown(this.types, size);
    this.processes = grown(this.processes, size);
    this.times = grown(this.times, size);
    this.fs = grown(this.fs, size);
    this.keys = grown(this.keys, size);
    this.values = grown(this.values, size);
    this.errors = grown(this.errors, size);
    this.nodes = grown(this.nodes, size);
    this.vias = grown(this.vias, size);
    this.pairs = grown(this.pairs, size);
    if (this.indexes !== undefined) this.indexes = grown(this.indexes, size);
  }

  private wholeNumber(value: unknown, field: string, where: Where, missing: number = NONE): number {
    if (value === undefined || value === null) return missing;
    const limit = field === "process" ? 0x7fffffff : Number.MAX_SAFE_INTEGER;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= limit) return value;
    throw malformed(where, `${field} is ${show(value)}, not a whole number from 0 to ${limit}`);
  }

  private text(value: unknown, field: string, where: Where): number {
    if (value === undefined || value === null) return NONE;
    if (typeof value !== "string") throw malformed(where, `${field} is ${show(value)}, not a string`);
    return this.tables.strings.intern(value);
  }
}

/** A line that no history can contain. */
export function malformed(where: Where, what: string): UsageError {
  return new UsageError(`${typeof where === "number" ? `line ${where}` : where}: ${what}`);
}

/** A value in a message, cut short: it may be a whole history that stands one level too deep. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * The history of these ops.
 * @throws UsageError where they are no well-formed history; it names the position.
 */
export function historyOf(ops: Iterable<Op>): ColumnarHistory {
  const builder = new HistoryBuilder();
  let position = 0;
  const where = { toString: () => `op ${position}` };
  for (const op of ops) {
    builder.draft(op, where);
    builder.commit(where);
    position++;
  }
  return builder.finish();
}

/** The same history in columns; itself where it is in columns already. */
export function columnar(history: History): ColumnarHistory {
  return history instanceof ColumnarHistory ? history : historyOf(history);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  const items = Array.isArray(value) ? value : Object.values(value);
  for (const item of items) if (typeof item === "object" && isDeeper(item, depth - 1)) return true;
  return false;
}

/** Jepsen's errors are keywords, strings, or vectors like [:timeout "…"]; here an error is a text. */
function errorText(error: unknown): string | undefined {
  if (error === undefined || error === null) return undefined;
  return typeof error === "string" ? error : JSON.stringify(error);
}

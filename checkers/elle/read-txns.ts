/** Reads the transactions of any history into columns, checking on the way that they are transactions of the model asked for. */
import type { History } from "../../src/core/history.js";
import { ListPool, MICRO_OPS, NULL_WORD } from "../../src/history/index.js";
import { KeyIds, ValueIds } from "./interner.js";
import { MopColumns } from "./mop-columns.js";
import { type OpSource, sourceOf } from "./op-source.js";
import { INFO, NEVER, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import type { TxnModel } from "./types.js";

/** The history is not one of transactions of this model; the message says where and why. Checkers answer "unknown". */
export class NotTransactions extends Error {
  override readonly name = "NotTransactions";
}

const EMPTY: readonly unknown[] = [];
const READ_WORD = MICRO_OPS.indexOf("r");

/** Reads `history` as transactions. `initial` is the registers' initial value besides null. */
export function readTxns(history: History, model: TxnModel, initial: unknown = null): TxnHistory {
  return new Reader(history, model, initial).read();
}

class Reader {
  private readonly source: OpSource;
  private count = 0;
  // Each with room for as many as there are ops: memory that is never written to costs nothing, and growing copies all.
  private readonly type: Uint8Array;
  private readonly invoke: Int32Array;
  private readonly complete: Int32Array;
  private readonly at: Int32Array;
  private readonly process: Int32Array;
  private readonly mopStart: Int32Array;
  /** Position of an ok completion -> its transaction + 1. */
  private readonly doneAt: Int32Array;
  private readonly mops: MopColumns;
  /** The history's own, as long as `borrowed`. */
  private pool: ListPool;
  private borrowed: boolean;
  private readonly keys: KeyIds;
  private readonly values: ValueIds;
  private readonly lists: boolean;
  private readonly write: string;
  private readonly writeWord: number;
  private readonly initialId: number;

  constructor(
    private readonly history: History,
    private readonly model: TxnModel,
    initial: unknown,
  ) {
    this.source = sourceOf(history);
    const { length, table } = this.source;
    this.type = new Uint8Array(length);
    this.invoke = new Int32Array(length);
    this.complete = new Int32Array(length);
    this.at = new Int32Array(length);
    this.process = new Int32Array(length);
    this.mopStart = new Int32Array(length + 1);
    this.doneAt = new Int32Array(length);
    this.mops = new MopColumns(table?.micros.count ?? 0);
    this.values = new ValueIds(table);
    this.keys = new KeyIds(this.values);
    this.borrowed = table !== undefined;
    this.pool = table?.micros.lists ?? new ListPool();
    this.lists = model === "list-append";
    this.write = this.lists ? "append" : "w";
    this.writeWord = MICRO_OPS.indexOf(this.write);
    this.initialId = initial === null || initial === undefined ? NIL : this.values.intern(initial);
  }

  read(): TxnHistory {
    const { source, history, values, doneAt, mops } = this;
    const completions = new Int32Array(source.length);
    let completed = 0;
    for (let position = 0; position < source.length; position++) {
      if (source.invokes(position)) this.visit(position);
      else if (doneAt[position] !== 0) completions[completed++] = (doneAt[position] as number) - 1;
    }
    const { count } = this;
    this.mopStart[count] = mops.length;
    return {
      history,
      count,
      type: this.type.subarray(0, count),
      invoke: this.invoke.subarray(0, count),
      complete: this.complete.subarray(0, count),
      at: this.at.subarray(0, count),
      process: this.process.subarray(0, count),
      completions: completions.subarray(0, completed),
      mopStart: this.mopStart.subarray(0, count + 1),
      mopKind: mops.kind.subarray(0, mops.length),
      mopKey: mops.key.subarray(0, mops.length),
      mopValue: mops.value.subarray(0, mops.length),
      mopSize: mops.size.subarray(0, mops.length),
      elements: this.pool.elements,
      listStart: this.pool.start,
      keys: this.keys.keys,
      value: (id) => values.get(id),
    };
  }

  private visit(position: number): void {
    const { source } = this;
    const pair = source.pair(position);
    const type = pair < 0 ? INFO : source.outcome(pair);
    const at = pair < 0 ? position : pair;
    // A completion may leave its value out; then all that is known is what was asked for.
    const answered = pair >= 0 && source.answers(position, pair);
    const told = answered ? pair : position;
    const words = source.table?.microsFrom(source.valueId(told)) ?? -1;
    const value = words < 0 ? source.value(told) : EMPTY;
    if (!Array.isArray(value)) throw this.strange(at, "its value is not a list of micro-ops");
    const t = this.count++;
    this.type[t] = type;
    if (type === OK) this.doneAt[pair] = t + 1;
    this.invoke[t] = position;
    this.complete[t] = type === OK ? pair : NEVER;
    this.at[t] = at;
    this.process[t] = source.process(position);
    this.mopStart[t] = this.mops.length;
    if (words >= 0)
      this.packed(at, words, source.table?.microsEnd(source.valueId(told)) as number, type === OK, answered);
    else for (let i = 0; i < value.length; i++) this.microOp(at, value[i], type === OK, answered);
  }

  private words(): Int32Array {
    return this.source.table?.micros.words as Int32Array;
  }

  /** The same as microOp, for micro-ops that the history holds as words: those are ids already. */
  private packed(at: number, from: number, end: number, ok: boolean, answered: boolean): void {
    const { mops, keys, lists } = this;
    const words = this.words();
    for (let w = from; w < end; w += 3) {
      const kind = words[w] as number;
      const key = keys.ofValue(words[w + 1] as number);
      const value = words[w + 2] as number;
      const listed = value < NULL_WORD;
      if (kind === this.writeWord && value > NULL_WORD) mops.push(WRITE, key, this.writable(at, value), 0);
      else if (kind !== READ_WORD || (value > NULL_WORD ? lists : listed && !lists)) {
        const told = listed ? this.list(w + 3, value) : value === NULL_WORD ? null : this.values.get(value);
        this.told(at, MICRO_OPS[kind], key, told, ok, answered);
      } else if (!lists) mops.push(READ, key, this.readable(value === NULL_WORD ? NIL : value, ok && answered), 0);
      else if (listed) mops.push(READ, key, ok ? (words[w + 3] as number) : UNKNOWN, ok ? -2 - value : 0);
      else this.told(at, "r", key, null, ok, answered);
      if (listed) w++;
    }
  }

  private list(at: number, size: number): unknown[] {
    const held = this.source.table?.micros.lists as ListPool;
    return Array.from(held.view(this.words()[at] as number, -2 - size), (id) => this.values.get(id));
  }

  private microOp(at: number, mop: unknown, ok: boolean, answered: boolean): void {
    if (!Array.isArray(mop) || mop.length < 2) throw this.strange(at, `${JSON.stringify(mop)} is no micro-op`);
    this.told(at, mop[0], this.keys.intern(mop[1]), mop[2], ok, answered);
  }

  /** A micro-op as JSON has it, but for its key. */
  private told(at: number, f: unknown, key: number, value: unknown, ok: boolean, answered: boolean): void {
    const nothing = value === null || value === undefined;
    if (f === "r" && this.lists) this.listRead(at, key, value, ok, answered);
    else if (f === "r") {
      this.mops.push(READ, key, this.readable(nothing ? NIL : this.values.intern(value), ok && answered), 0);
    } else if (f !== this.write) throw this.strange(at, `${JSON.stringify(f)} is no micro-op of ${this.model}`);
    else if (nothing) throw this.strange(at, "it writes null, the initial value");
    else this.mops.push(WRITE, key, this.writable(at, this.values.intern(value)), 0);
  }

  private writable(at: number, id: number): number {
    if (!this.lists && id === this.initialId) throw this.strange(at, "it writes the initial value");
    return id;
  }

  /** What a register read says. That of an unfinished transaction may be no more than the question. */
  private readable(id: number, known: boolean): number {
    return !known ? UNKNOWN : id === this.initialId ? NIL : id;
  }

  private listRead(at: number, key: number, value: unknown, ok: boolean, answered: boolean): void {
    // What a transaction of unknown outcome read binds nobody: had it been aborted, it may have read anything.
    // A missing key reads as null: empty, if the transaction is known to have read it.
    const known = ok && (answered || (value !== null && value !== undefined));
    if (!known) {
      this.mops.push(READ, key, UNKNOWN, 0);
      return;
    }
    const list = value ?? EMPTY;
    if (!Array.isArray(list)) throw this.strange(at, `it read ${JSON.stringify(value)}, which is no list`);
    // The history's own lists are not this reader's to add to.
    if (this.borrowed) this.pool = this.pool.copy();
    this.borrowed = false;
    const { pool } = this;
    pool.open(key);
    for (const element of list) pool.put(this.values.intern(element));
    const size = pool.close();
    this.mops.push(READ, key, pool.list, size);
  }

  private strange(at: number, why: string): NotTransactions {
    const { process, f } = this.history.op(at);
    return new NotTransactions(`op ${at} (process ${process}, f ${f}) is no ${this.model} transaction: ${why}`);
  }
}

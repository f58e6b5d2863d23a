/** Reads the transactions of any history into columns, checking on the way that they are transactions of the model asked for. */
import type { History } from "../../src/core/history.js";
import { ColumnarHistory, ListPool, MICRO_OPS, type MicroPool, NO_LIST, NULL_WORD } from "../../src/history/index.js";
import { heldTxns } from "./held-txns.js";
import { KeyIds, ValueIds } from "./interner.js";
import { MopColumns } from "./mop-columns.js";
import { type OpSource, sourceOf } from "./op-source.js";
import { INFO, lastBefore, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { TxnRows } from "./txn-rows.js";
import type { TxnModel } from "./types.js";

/** The history is not one of transactions of this model; the message says where and why. Checkers answer "unknown". */
export class NotTransactions extends Error {
  override readonly name = "NotTransactions";
}

const EMPTY: readonly unknown[] = [];
const READ_WORD = MICRO_OPS.indexOf("r");

/** Reads `history` as transactions. `initial` is the registers' initial value besides null. */
export function readTxns(history: History, model: TxnModel, initial: unknown = null): TxnHistory {
  // Another initial value has to be looked for.
  const plain = history instanceof ColumnarHistory && (initial === null || initial === undefined);
  const held = plain ? heldTxns(history, model) : undefined;
  return held ?? new Reader(history, model, initial).read();
}

class Reader {
  private readonly source: OpSource;
  private readonly rows: TxnRows;
  private readonly mopStart: Int32Array;
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
    this.rows = new TxnRows(length, length);
    this.mopStart = new Int32Array(length + 1);
    this.mops = new MopColumns(table?.micros.length ?? 0);
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
    const { source, history, values, mops } = this;
    for (let position = 0; position < source.length; position++) if (source.invokes(position)) this.visit(position);
    const columns = this.rows.columns();
    const { count } = columns;
    this.mopStart[count] = mops.length;
    const mopStart = this.mopStart.subarray(0, count);
    return {
      history,
      ...columns,
      at: (t) => Math.max(columns.invoke[t] as number, source.pair(columns.invoke[t] as number)),
      process: (t) => source.process(columns.invoke[t] as number),
      mopStart,
      mopEnd: this.mopStart.subarray(1, count + 1),
      mopKind: mops.kind.subarray(0, mops.length),
      mopKey: mops.key.subarray(0, mops.length),
      mopValue: mops.value.subarray(0, mops.length),
      mopSize: mops.size.subarray(0, mops.length),
      elements: this.pool.elements,
      listStart: this.pool.start,
      keys: this.keys.keys,
      value: (id) => values.get(id),
      ownerOf: (m) => lastBefore(m, count, (t) => mopStart[t] as number),
    };
  }

  private visit(position: number): void {
    const { source } = this;
    const pair = source.pair(position);
    const type = pair < 0 ? INFO : source.outcome(pair);
    const at = pair < 0 ? position : pair;
    // A completion may leave its value out; then all that is known is what was asked for. One that is not ok may have any
    // value. Counterexample to reading it: [append x 1] ends as info with [], and yet x is read as [1].
    const answered = type === OK && source.answers(position, pair);
    const told = answered || (type !== OK && pair >= 0 && this.isBare(position)) ? pair : position;
    const packed = source.table?.microsFrom(source.valueId(told)) ?? -1;
    const value = packed < 0 ? source.value(told) : EMPTY;
    if (!Array.isArray(value)) throw this.strange(at, "its value is not a list of micro-ops");
    const t = this.rows.add(position, pair, type);
    this.mopStart[t] = this.mops.length;
    if (packed < 0) for (const mop of value) this.microOp(at, mop, type === OK, answered);
    else this.packed(at, packed, source.table?.microsEnd(source.valueId(told)) as number, type === OK, answered);
  }

  /** Is an invocation recorded without its transaction? Then its completion has to say what was asked for. */
  private isBare(position: number): boolean {
    const { source } = this;
    const held = source.table?.microsFrom(source.valueId(position)) ?? -1;
    return held < 0 && !Array.isArray(source.value(position));
  }

  /** The same as microOp, for micro-ops that the history holds in columns: their words are ids already. */
  private packed(at: number, from: number, end: number, ok: boolean, answered: boolean): void {
    const { mops, keys, lists } = this;
    const held = this.source.table?.micros as MicroPool;
    for (let i = from; i < end; i++) {
      const kind = held.kind[i] as number;
      const key = keys.ofValue(held.keys.keys[held.key[i] as number] as number);
      const value = held.value[i] as number;
      const size = held.size[i] as number;
      const listed = size !== NO_LIST;
      if (kind === this.writeWord && !listed && value !== NULL_WORD) {
        mops.push(WRITE, key, this.writable(at, value), 0);
      } else if (kind === READ_WORD && !listed && !lists) {
        mops.push(READ, key, this.readable(value === NULL_WORD ? NIL : value, ok && answered), 0);
      } else if (kind === READ_WORD && listed && lists) {
        mops.push(READ, key, ok ? value : UNKNOWN, ok ? size : 0);
      } else {
        const list = (): unknown[] => Array.from(held.lists.view(value, size), (id) => this.values.get(id));
        const json = listed ? list() : value === NULL_WORD ? null : this.values.get(value);
        this.told(at, MICRO_OPS[kind], key, json, ok, answered);
      }
    }
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

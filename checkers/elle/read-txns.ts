/** Reads the transactions of any history into columns, checking on the way that they are transactions of the model asked for. */
import type { History } from "../../src/core/history.js";
import { MICRO_OPS, NULL_WORD } from "../../src/history/index.js";
import { Int32List } from "./int32-list.js";
import { KeyIds, ValueIds } from "./interner.js";
import { type OpSource, sourceOf } from "./op-source.js";
import { INFO, NEVER, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import type { TxnModel } from "./types.js";

/** The history is not one of transactions of this model; the message says where and why. Checkers answer "unknown". */
export class NotTransactions extends Error {
  override readonly name = "NotTransactions";
}

const EMPTY: readonly unknown[] = [];

/** Reads `history` as transactions. `initial` is the registers' initial value besides null. */
export function readTxns(history: History, model: TxnModel, initial: unknown = null): TxnHistory {
  return new Reader(history, model, initial).read();
}

class Reader {
  private readonly source: OpSource;
  private readonly type = new Int32List();
  private readonly invoke = new Int32List();
  private readonly complete = new Int32List();
  private readonly at = new Int32List();
  private readonly process = new Int32List();
  private readonly completions = new Int32List();
  /** Position of an ok completion -> its transaction + 1. */
  private readonly doneAt: Int32Array;
  private readonly mopStart = new Int32List();
  private readonly mopKind = new Int32List();
  private readonly mopKey = new Int32List();
  private readonly mopValue = new Int32List();
  private readonly mopSize = new Int32List();
  private readonly elements = new Int32List();
  /** Are lists of the history's own words, in `elements` or until that has any? */
  private borrowed: boolean;
  private readonly keys: KeyIds;
  private readonly values: ValueIds;
  private readonly lists: boolean;
  private readonly write: string;
  private readonly initialId: number;

  constructor(
    private readonly history: History,
    private readonly model: TxnModel,
    initial: unknown,
  ) {
    this.source = sourceOf(history);
    this.doneAt = new Int32Array(this.source.length);
    this.values = new ValueIds(this.source.table);
    this.keys = new KeyIds(this.values);
    this.borrowed = (this.source.table?.micros.length ?? 0) > 0;
    this.lists = model === "list-append";
    this.write = this.lists ? "append" : "w";
    this.initialId = initial === null || initial === undefined ? NIL : this.values.intern(initial);
  }

  read(): TxnHistory {
    const { source, history, values } = this;
    for (let position = 0; position < source.length; position++) {
      if (source.invokes(position)) this.visit(position);
      else if (this.doneAt[position] !== 0) this.completions.push((this.doneAt[position] as number) - 1);
    }
    this.mopStart.push(this.mopKind.length);
    return {
      history,
      count: this.type.length,
      type: Uint8Array.from(this.type.view()),
      invoke: this.invoke.view(),
      complete: this.complete.view(),
      at: this.at.view(),
      process: this.process.view(),
      completions: this.completions.view(),
      mopStart: this.mopStart.view(),
      mopKind: Uint8Array.from(this.mopKind.view()),
      mopKey: this.mopKey.view(),
      mopValue: this.mopValue.view(),
      mopSize: this.mopSize.view(),
      elements: this.borrowed ? this.words().subarray() : this.elements.view(),
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
    this.type.push(type);
    if (type === OK) this.doneAt[pair] = this.type.length;
    this.invoke.push(position);
    this.complete.push(type === OK ? pair : NEVER);
    this.at.push(at);
    this.process.push(source.process(position));
    this.mopStart.push(this.mopKind.length);
    if (words >= 0)
      this.packed(at, words, source.table?.microsEnd(source.valueId(told)) as number, type === OK, answered);
    else for (let i = 0; i < value.length; i++) this.microOp(at, value[i], type === OK, answered);
  }

  private words(): Int32Array {
    return this.source.table?.micros.words as Int32Array;
  }

  /** The same as microOp, for micro-ops that the history holds as words: those are ids already. */
  private packed(at: number, from: number, end: number, ok: boolean, answered: boolean): void {
    const words = this.words();
    for (let w = from; w < end; ) {
      const kind = MICRO_OPS[words[w] as number] as string;
      const value = words[w + 2] as number;
      const size = value < NULL_WORD ? -2 - value : 0;
      this.mopKey.push(this.keys.ofValue(words[w + 1] as number));
      w += 3;
      if (kind === "r") this.mopKind.push(READ);
      else this.startWrite(at, kind, value === NULL_WORD);
      if (kind !== "r" && value < NULL_WORD) this.pushWrite(at, this.values.intern(this.list(w, size)));
      else if (kind !== "r") this.pushWrite(at, value);
      else if (!this.lists) {
        const id = value < NULL_WORD ? this.values.intern(this.list(w, size)) : value === NULL_WORD ? NIL : value;
        this.pushRegister(id, ok && answered);
      } else if (value > NULL_WORD) {
        throw this.strange(at, `it read ${JSON.stringify(this.values.get(value))}, which is no list`);
      } else {
        // Its elements lie in the words, of which `elements` is a copy or the thing itself.
        this.mopValue.push(ok && (answered || value !== NULL_WORD) ? w : UNKNOWN);
        this.mopSize.push(ok ? size : 0);
      }
      w += size;
    }
  }

  private list(from: number, size: number): unknown[] {
    return Array.from(this.words().subarray(from, from + size), (id) => this.values.get(id));
  }

  /** Checks that a micro-op is a write of the model that writes something. */
  private startWrite(at: number, kind: unknown, nothing: boolean): void {
    if (kind !== this.write) throw this.strange(at, `${JSON.stringify(kind)} is no micro-op of ${this.model}`);
    if (nothing) throw this.strange(at, "it writes null, the initial value");
    this.mopKind.push(WRITE);
  }

  private pushWrite(at: number, id: number): void {
    if (!this.lists && id === this.initialId) throw this.strange(at, "it writes the initial value");
    this.mopValue.push(id);
    this.mopSize.push(0);
  }

  private pushRegister(id: number, known: boolean): void {
    // What an unfinished transaction says it read may be no more than the question.
    this.mopValue.push(!known ? UNKNOWN : id === this.initialId ? NIL : id);
    this.mopSize.push(0);
  }

  private microOp(at: number, mop: unknown, ok: boolean, answered: boolean): void {
    if (!Array.isArray(mop) || mop.length < 2) throw this.strange(at, `${JSON.stringify(mop)} is no micro-op`);
    const f: unknown = mop[0];
    const value: unknown = mop[2];
    this.mopKey.push(this.keys.intern(mop[1]));
    if (f === "r") {
      this.mopKind.push(READ);
      if (this.lists) this.listRead(at, value, ok, answered);
      else this.pushRegister(value === null || value === undefined ? NIL : this.values.intern(value), ok && answered);
    } else {
      const nothing = value === null || value === undefined;
      this.startWrite(at, f, nothing);
      this.pushWrite(at, this.values.intern(value));
    }
  }

  private listRead(at: number, value: unknown, ok: boolean, answered: boolean): void {
    // What a transaction of unknown outcome read binds nobody: had it been aborted, it may have read anything.
    // A missing key reads as null: empty, if the transaction is known to have read it.
    if (!ok || value === null || value === undefined) {
      this.mopValue.push(ok && answered ? this.elements.length : UNKNOWN);
      this.mopSize.push(0);
      return;
    }
    if (!Array.isArray(value)) throw this.strange(at, `it read ${JSON.stringify(value)}, which is no list`);
    if (this.borrowed) {
      // A line that the scanner left to JSON.parse: from here on a copy of the words, at the same places, which may grow.
      this.borrowed = false;
      this.elements.assign(this.words().subarray(0, this.source.table?.micros.length));
    }
    this.mopValue.push(this.elements.length);
    this.mopSize.push(value.length);
    for (let i = 0; i < value.length; i++) this.elements.push(this.values.intern(value[i]));
  }

  private strange(at: number, why: string): NotTransactions {
    const { process, f } = this.history.op(at);
    return new NotTransactions(`op ${at} (process ${process}, f ${f}) is no ${this.model} transaction: ${why}`);
  }
}

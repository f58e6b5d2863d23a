/** Reads the transactions of any history into columns, checking on the way that they are transactions of the model asked for. */
import type { History } from "../../src/core/history.js";
import type { Op } from "../../src/core/op.js";
import { Int32List } from "./int32-list.js";
import { ValueIds } from "./interner.js";
import { FAIL, INFO, NEVER, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import type { TxnModel } from "./types.js";

/** The history is not one of transactions of this model; the message says where and why. Checkers answer "unknown". */
export class NotTransactions extends Error {
  override readonly name = "NotTransactions";
}

/** Reads `history` as transactions. `initial` is the registers' initial value besides null. */
export function readTxns(history: History, model: TxnModel, initial: unknown = null): TxnHistory {
  const reader = new Reader(history, model, initial);
  for (let position = 0; position < history.length; position++) reader.visit(position);
  return reader.finish();
}

class Reader {
  private readonly type = new Int32List();
  private readonly invoke = new Int32List();
  private readonly complete = new Int32List();
  private readonly at = new Int32List();
  private readonly process = new Int32List();
  private readonly mopStart = new Int32List();
  private readonly mopKind = new Int32List();
  private readonly mopKey = new Int32List();
  private readonly mopValue = new Int32List();
  private readonly mopSize = new Int32List();
  private readonly elements = new Int32List();
  private readonly keyIds = new ValueIds();
  private readonly denseKeys = new Map<number, number>();
  private readonly keys: unknown[] = [];
  private readonly values = new ValueIds();
  private readonly lists: boolean;
  private readonly initialId: number;

  constructor(
    private readonly history: History,
    private readonly model: TxnModel,
    initial: unknown,
  ) {
    this.lists = model === "list-append";
    this.initialId = initial === null || initial === undefined ? NIL : this.values.intern(initial);
  }

  visit(position: number): void {
    const invocation = this.history.op(position);
    if (invocation.type !== "invoke" || invocation.process === "nemesis") return;
    const pair = this.history.pair(position);
    const completion = pair < 0 ? undefined : this.history.op(pair);
    const type = completion?.type === "ok" ? OK : completion?.type === "fail" ? FAIL : INFO;
    // A completion may leave its value out; then all that is known is what was asked for.
    const op = completion !== undefined && Array.isArray(completion.value) ? completion : invocation;
    const at = pair < 0 ? position : pair;
    if (!Array.isArray(op.value)) throw this.strange(op, at, "its value is not a list of micro-ops");
    this.type.push(type);
    this.invoke.push(position);
    this.complete.push(type === OK ? pair : NEVER);
    this.at.push(at);
    this.process.push(invocation.process);
    this.mopStart.push(this.mopKind.length);
    for (const mop of op.value) this.microOp(op, at, mop, type === OK && op === completion);
  }

  finish(): TxnHistory {
    const { keys, values } = this;
    this.mopStart.push(this.mopKind.length);
    return {
      history: this.history,
      count: this.type.length,
      type: Uint8Array.from(this.type.view()),
      invoke: this.invoke.view(),
      complete: this.complete.view(),
      at: this.at.view(),
      process: this.process.view(),
      mopStart: this.mopStart.view(),
      mopKind: Uint8Array.from(this.mopKind.view()),
      mopKey: this.mopKey.view(),
      mopValue: this.mopValue.view(),
      mopSize: this.mopSize.view(),
      elements: this.elements.view(),
      keys,
      value: (id) => values.get(id),
    };
  }

  private microOp(op: Op, at: number, mop: unknown, ok: boolean): void {
    if (!Array.isArray(mop) || mop.length < 2) throw this.strange(op, at, `${JSON.stringify(mop)} is no micro-op`);
    const [f, key, value] = mop as unknown[];
    this.mopKey.push(this.keyId(key));
    if (f === "r") {
      this.mopKind.push(READ);
      if (this.lists) this.listRead(op, at, value, ok);
      else this.registerRead(value, ok);
    } else if (f === (this.lists ? "append" : "w")) {
      if (value === null || value === undefined) throw this.strange(op, at, "it writes null, the initial value");
      const id = this.values.intern(value);
      if (!this.lists && id === this.initialId) throw this.strange(op, at, "it writes the initial value");
      this.mopKind.push(WRITE);
      this.mopValue.push(id);
      this.mopSize.push(0);
    } else {
      throw this.strange(op, at, `${JSON.stringify(f)} is no micro-op of ${this.model}`);
    }
  }

  private listRead(op: Op, at: number, value: unknown, ok: boolean): void {
    if (value === null || value === undefined) {
      // A missing key reads as null: empty, if the transaction is known to have read it.
      this.mopValue.push(ok ? this.elements.length : UNKNOWN);
      this.mopSize.push(0);
      return;
    }
    if (!Array.isArray(value)) throw this.strange(op, at, `it read ${JSON.stringify(value)}, which is no list`);
    this.mopValue.push(this.elements.length);
    this.mopSize.push(value.length);
    for (const element of value) this.elements.push(this.values.intern(element));
  }

  private registerRead(value: unknown, ok: boolean): void {
    // What an unfinished transaction says it read may be no more than the question.
    const id = value === null || value === undefined ? NIL : this.values.intern(value);
    this.mopValue.push(!ok ? UNKNOWN : id === this.initialId ? NIL : id);
    this.mopSize.push(0);
  }

  private keyId(key: unknown): number {
    const raw = key === null || key === undefined ? -1 : this.keyIds.intern(key);
    const known = this.denseKeys.get(raw);
    if (known !== undefined) return known;
    this.denseKeys.set(raw, this.keys.length);
    return this.keys.push(key) - 1;
  }

  private strange(op: Op, at: number, why: string): NotTransactions {
    return new NotTransactions(`op ${at} (process ${op.process}, f ${op.f}) is no ${this.model} transaction: ${why}`);
  }
}

/** What a history says of each transaction but for its micro-ops, in columns; see TxnHistory for what is in them. */
import { NEVER, OK, type TxnHistory } from "./txn-history.js";

type Row = "type" | "invoke" | "complete" | "completions";

export class TxnRows {
  count = 0;
  private readonly type: Uint8Array;
  private readonly invoke: Int32Array;
  private readonly complete: Int32Array;
  /** Position of an ok completion -> its transaction + 1. */
  private readonly doneAt: Int32Array;

  /** `room`: how many transactions there will be at most (what is never used costs nothing); `length`: of the history. */
  constructor(room: number, length: number) {
    this.type = new Uint8Array(room);
    this.invoke = new Int32Array(room);
    this.complete = new Int32Array(room);
    this.doneAt = new Int32Array(length);
  }

  /** Adds the transaction invoked at `position`, after those invoked before; `pair`: its completion's, or below 0. */
  add(position: number, pair: number, outcome: number): number {
    const t = this.count++;
    this.type[t] = outcome;
    this.invoke[t] = position;
    if (outcome === OK) {
      this.complete[t] = pair;
      this.doneAt[pair] = t + 1;
    } else this.complete[t] = NEVER;
    return t;
  }

  columns(): Pick<TxnHistory, Row | "count"> {
    const { count, doneAt } = this;
    const completions = new Int32Array(count);
    let completed = 0;
    for (let position = 0; position < doneAt.length; position++) {
      const done = doneAt[position] as number;
      if (done !== 0) completions[completed++] = done - 1;
    }
    return {
      count,
      type: this.type.subarray(0, count),
      invoke: this.invoke.subarray(0, count),
      complete: this.complete.subarray(0, count),
      completions: completions.subarray(0, completed),
    };
  }
}

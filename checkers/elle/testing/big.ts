/**
 * Large valid histories straight into columns: a serial store with clients that overlap, keys that come and go as in Jepsen's
 * generator. For benches and for tests that need more than a handful of transactions.
 */
import type { History } from "../../../src/core/history.js";
import type { Op } from "../../../src/core/op.js";
import { type Rng, rng } from "../../../src/core/rng.js";
import { ListPool } from "../../../src/history/index.js";
import { Int32List } from "../int32-list.js";
import { FAIL, INFO, lastBefore, NEVER, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "../txn-history.js";
import type { TxnModel } from "../types.js";

export interface BigOptions {
  readonly model: TxnModel;
  readonly txns: number;
  readonly clients: number;
  readonly seed: number;
  /** In a thousand; default 10 of each. */
  readonly info?: number;
  readonly fail?: number;
  /** Keys in use at a time; default 10, each half as likely as the one before. */
  readonly keys?: number;
  /** Default 32. */
  readonly writesPerKey?: number;
  /** Micro-ops a transaction; default 7. */
  readonly maxLength?: number;
  /**
   * Reads to spoil, as fractions of the history: the first fitting read after each shows the version `back` (default 1)
   * before the one it saw.
   */
  readonly spoil?: readonly number[];
  readonly back?: number;
}

/** A history that is strictly serializable unless spoilt. Reads and writes are equally likely. */
export function bigHistory(options: BigOptions): TxnHistory {
  return new Store(options).run();
}

class Store {
  private readonly random: Rng;
  private readonly invoke = new Int32List();
  private readonly complete: Int32Array;
  private readonly at: Int32Array;
  private readonly type: Uint8Array;
  private readonly process = new Int32List();
  private readonly completions = new Int32List();
  private readonly mopStart = new Int32List();
  private readonly mopKind = new Int32List();
  private readonly mopKey = new Int32List();
  private readonly mopValue: Int32List = new Int32List();
  private readonly mopSize: Int32List = new Int32List();
  private readonly lists = new ListPool();
  private readonly active: number[];
  private readonly keys: number[] = [];
  private readonly written: number[] = [];
  private readonly state: number[][] = [];
  private readonly spoil: number[];
  private position = 0;

  constructor(private readonly options: BigOptions) {
    this.random = rng(options.seed, "big");
    this.complete = new Int32Array(options.txns).fill(NEVER);
    this.at = new Int32Array(options.txns);
    this.type = new Uint8Array(options.txns).fill(INFO);
    this.active = Array.from({ length: options.keys ?? 10 }, () => this.freshKey());
    this.spoil = [...(options.spoil ?? [])].sort((a, b) => a - b).map((part) => Math.floor(part * options.txns));
  }

  run(): TxnHistory {
    const { txns, clients, info = 10, fail = 10 } = this.options;
    // Phase of each client: -1 idle, else its transaction * 2 + (1 when applied).
    const doing = new Int32Array(clients).fill(-1);
    const names = Array.from({ length: clients }, (_, i) => i);
    let next = 0;
    while (next < txns) {
      const c = this.random.below(clients);
      const now = doing[c] as number;
      if (now < 0) {
        this.begin(next, names[c] as number);
        doing[c] = next++ * 2;
      } else if (now % 2 === 0) {
        this.apply(now >> 1, this.random.below(1000) < fail);
        doing[c] = now + 1;
      } else {
        this.finish(now >> 1, this.random.below(1000) < info);
        if (this.type[now >> 1] === INFO) names[c] = (names[c] as number) + clients;
        doing[c] = -1;
      }
    }
    return this.columns();
  }

  /** Decides what the transaction does; what it reads is known when it is applied. Micro-ops lie in order of invocation. */
  private begin(t: number, process: number): void {
    this.invoke.push(this.position);
    this.at[t] = this.position++;
    this.process.push(process);
    this.mopStart.push(this.mopKind.length);
    const length = 1 + this.random.below(this.options.maxLength ?? 7);
    for (let i = 0; i < length; i++) {
      const read = this.random.below(2) === 0;
      const slot = Math.min(this.active.length - 1, Math.clz32(this.random.uint32() | 1));
      let key = this.active[slot] as number;
      if (!read && (this.written[key] as number) >= (this.options.writesPerKey ?? 32)) {
        key = this.freshKey();
        this.active[slot] = key;
      }
      this.mopKind.push(read ? READ : WRITE);
      this.mopKey.push(key);
      if (!read) this.written[key] = (this.written[key] as number) + 1;
      this.mopValue.push(read ? UNKNOWN : (this.written[key] as number));
      this.mopSize.push(0);
    }
  }

  private apply(t: number, fails: boolean): void {
    if (fails) {
      this.type[t] = FAIL;
      return;
    }
    const values = this.mopValue.view();
    const sizes = this.mopSize.view();
    const end = t + 1 < this.mopStart.length ? this.mopStart.get(t + 1) : this.mopKind.length;
    for (let m = this.mopStart.get(t); m < end; m++) {
      const state = this.state[this.mopKey.get(m)] as number[];
      if (this.mopKind.get(m) === WRITE) {
        state.push(values[m] as number);
        continue;
      }
      let size = state.length;
      const back = this.options.back ?? 1;
      if (this.spoil.length > 0 && t > (this.spoil[0] as number) && size > back + 1 && m === this.mopStart.get(t)) {
        this.spoil.shift();
        size -= back;
      }
      if (this.options.model === "rw-register") {
        values[m] = state[size - 1] ?? NIL;
        continue;
      }
      this.lists.open(this.mopKey.get(m));
      for (let i = 0; i < size; i++) this.lists.put(state[i] as number);
      sizes[m] = this.lists.close();
      values[m] = this.lists.list;
    }
  }

  private finish(t: number, unknown: boolean): void {
    this.at[t] = this.position;
    if (this.type[t] !== FAIL && !unknown) {
      this.type[t] = OK;
      this.complete[t] = this.position;
      this.completions.push(t);
    }
    this.position++;
    if (this.type[t] !== OK) {
      const values = this.mopValue.view();
      const sizes = this.mopSize.view();
      const end = t + 1 < this.mopStart.length ? this.mopStart.get(t + 1) : this.mopKind.length;
      for (let m = this.mopStart.get(t); m < end; m++) {
        if (this.mopKind.get(m) !== READ) continue;
        values[m] = UNKNOWN;
        sizes[m] = 0;
      }
    }
  }

  private freshKey(): number {
    this.written.push(0);
    this.state.push([]);
    return this.keys.push(this.keys.length) - 1;
  }

  private columns(): TxnHistory {
    const { txns } = this.options;
    // Those still running when the history ends have not told what they read.
    for (let t = 0; t < txns; t++) if (this.type[t] === INFO && this.at[t] === this.invoke.get(t)) this.forget(t);
    this.mopStart.push(this.mopKind.length);
    const starts = this.mopStart.view();
    const columns = {
      count: txns,
      type: this.type,
      invoke: this.invoke.view(),
      complete: this.complete,
      at: (t: number) => this.at[t] as number,
      process: (t: number) => this.process.get(t),
      completions: this.completions.view(),
      mopStart: starts.subarray(0, txns),
      mopEnd: starts.subarray(1, txns + 1),
      mopKind: Uint8Array.from(this.mopKind.view()),
      mopKey: this.mopKey.view(),
      mopValue: this.mopValue.view(),
      mopSize: this.mopSize.view(),
      elements: this.lists.elements,
      listStart: this.lists.start,
      keys: this.keys,
      value: (id: number) => id,
      ownerOf: (m: number) => lastBefore(m, txns, (t) => starts[t] as number),
    };
    return { ...columns, history: new Ops(columns, this.options.model, this.position) };
  }

  private forget(t: number): void {
    const values = this.mopValue.view();
    const sizes = this.mopSize.view();
    const end = t + 1 < this.mopStart.length ? this.mopStart.get(t + 1) : this.mopKind.length;
    for (let m = this.mopStart.get(t); m < end; m++) {
      if (this.mopKind.get(m) !== READ) continue;
      values[m] = UNKNOWN;
      sizes[m] = 0;
    }
  }
}

/** The same history as ops, built when asked for. */
class Ops implements History {
  private readonly owner: Int32Array;

  constructor(
    private readonly columns: Omit<TxnHistory, "history">,
    private readonly model: TxnModel,
    readonly length: number,
  ) {
    this.owner = new Int32Array(length);
    for (let t = 0; t < columns.count; t++) {
      this.owner[columns.invoke[t] as number] = t;
      this.owner[columns.at(t)] = t;
    }
  }

  op(position: number): Op {
    const t = this.owner[position] as number;
    const { columns } = this;
    const invocation = columns.invoke[t] === position;
    const type = invocation ? "invoke" : ((["ok", "info", "fail"] as const)[columns.type[t] as number] as "ok");
    const value: unknown[] = [];
    for (let m = columns.mopStart[t] as number; m < (columns.mopEnd[t] as number); m++) {
      value.push(this.mop(m, type === "ok"));
    }
    return { index: position, time: position * 1000, process: columns.process(t), type, f: "txn", value };
  }

  pair(position: number): number {
    const t = this.owner[position] as number;
    const { invoke, at } = this.columns;
    if (invoke[t] === at(t)) return -1;
    return invoke[t] === position ? at(t) : (invoke[t] as number);
  }

  *[Symbol.iterator](): Iterator<Op> {
    for (let i = 0; i < this.length; i++) yield this.op(i);
  }

  private mop(m: number, known: boolean): unknown[] {
    const { mopKind, mopKey, mopValue, mopSize, elements, listStart } = this.columns;
    const value = mopValue[m] as number;
    if (mopKind[m] === WRITE) return [this.model === "list-append" ? "append" : "w", mopKey[m], value];
    if (!known || value === UNKNOWN || value === NIL) return ["r", mopKey[m], null];
    if (this.model === "rw-register") return ["r", mopKey[m], value];
    const from = listStart[value] as number;
    return ["r", mopKey[m], Array.from(elements.subarray(from, from + (mopSize[m] as number)))];
  }
}

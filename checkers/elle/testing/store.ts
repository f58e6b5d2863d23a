/**
 * A small store of known isolation, and clients that run random transactions on it: whatever a checker finds in its histories
 * must be something that the isolation allows.
 */
import type { Op, OpType } from "../../../src/core/op.js";
import { type Rng, rng } from "../../../src/core/rng.js";
import type { TxnModel } from "../types.js";

export const ISOLATIONS = [
  "read-uncommitted",
  "read-committed",
  "snapshot-isolation",
  "repeatable-read",
  "serializable",
  "strict-serializable",
] as const;
export type Isolation = (typeof ISOLATIONS)[number];

export interface StoreOptions {
  readonly isolation: Isolation;
  readonly model: TxnModel;
  readonly seed: number;
  readonly txns: number;
  readonly clients?: number;
}

type Mop = [f: string, key: number, value: unknown];

/** All versions that a key had, oldest first; a register's version is its last element. */
type Lists = Map<number, readonly number[]>;

interface Txn {
  readonly process: number;
  readonly mops: Mop[];
  /** How many micro-ops are done. */
  step: number;
  /** Committed state when it began. */
  readonly snapshot: Lists;
  /** What it wrote and has not installed. */
  readonly own: Map<number, number[]>;
  readonly locks: Map<number, "shared" | "exclusive">;
  /** Read-only transactions of a serializable store may read the past. */
  readonly stale: boolean;
  state: "running" | "committed" | "aborted";
}

/** The ops of a run. */
export function storeHistory(options: StoreOptions): Op[] {
  return new Store(options).run();
}

class Store {
  private readonly random: Rng;
  private readonly ops: Op[] = [];
  private committed: Lists = new Map();
  /** Committed states so far, for readers of the past. */
  private readonly past: Lists[] = [new Map()];
  private readonly active = new Map<number, Txn>();
  private next = 0;
  private processes = 0;

  constructor(private readonly options: StoreOptions) {
    this.random = rng(options.seed, "store", options.isolation);
  }

  run(): Op[] {
    const { txns, clients = 5 } = this.options;
    const names = Array.from({ length: clients }, () => this.processes++);
    let begun = 0;
    while (begun < txns || this.active.size > 0) {
      const c = this.random.below(clients);
      const txn = this.active.get(c);
      if (txn === undefined) {
        if (begun++ < txns) this.active.set(c, this.begin(names[c] as number));
      } else if (txn.state !== "running") {
        this.active.delete(c);
        if (this.finish(txn) === "info") names[c] = this.processes++;
      } else if (txn.step < txn.mops.length) this.act(txn);
      else this.commit(txn);
    }
    return this.ops;
  }

  private begin(process: number): Txn {
    const write = this.options.model === "list-append" ? "append" : "w";
    const mops = Array.from({ length: 1 + this.random.below(4) }, (): Mop => {
      // A few keys at a time, and new ones later: lists stay short.
      const key = Math.floor(this.ops.length / 60) * 3 + this.random.below(3);
      return this.random.chance(1, 2) ? ["r", key, null] : [write, key, this.next++];
    });
    this.emit(
      process,
      "invoke",
      mops.map((mop) => [...mop]),
    );
    const stale = this.options.isolation === "serializable" && mops.every(([f]) => f === "r");
    const snapshot = stale ? this.random.pick(this.past.slice(-4)) : this.committed;
    return { process, mops, step: 0, snapshot, own: new Map(), locks: new Map(), stale, state: "running" };
  }

  /** Performs the next micro-op. */
  private act(txn: Txn): void {
    const mop = txn.mops[txn.step++] as Mop;
    const [f, key] = mop;
    if (this.locking(txn) && !this.lock(txn, key, f === "r" ? "shared" : "exclusive")) {
      this.abort(txn);
      return;
    }
    if (f === "r") mop[2] = this.shown(this.sees(txn, key));
    else if (this.options.isolation === "read-uncommitted")
      this.committed = plus(this.committed, key, [mop[2] as number]);
    else txn.own.set(key, [...(txn.own.get(key) ?? []), mop[2] as number]);
  }

  private locking(txn: Txn): boolean {
    return this.options.isolation !== "snapshot-isolation" && !txn.stale;
  }

  /** What the transaction finds there. */
  private sees(txn: Txn, key: number): readonly number[] {
    const base = this.options.isolation === "snapshot-isolation" || txn.stale ? txn.snapshot : this.committed;
    return [...(base.get(key) ?? []), ...(txn.own.get(key) ?? [])];
  }

  private shown(list: readonly number[]): unknown {
    return this.options.model === "list-append" ? list : (list.at(-1) ?? null);
  }

  /** Locks without waiting: whoever finds a lock in the way aborts. Below repeatable read, reads take none. */
  private lock(txn: Txn, key: number, kind: "shared" | "exclusive"): boolean {
    if (kind === "shared" && this.options.isolation.startsWith("read-")) return true;
    for (const other of this.active.values()) {
      const held = other.state === "running" ? other.locks.get(key) : undefined;
      if (other !== txn && held !== undefined && (kind === "exclusive" || held === "exclusive")) return false;
    }
    if (txn.locks.get(key) !== "exclusive") txn.locks.set(key, kind);
    return true;
  }

  private commit(txn: Txn): void {
    const { isolation } = this.options;
    const changed = [...txn.own.keys()].some((key) => this.committed.get(key) !== txn.snapshot.get(key));
    if ((isolation === "snapshot-isolation" && changed) || this.random.chance(1, 20)) {
      this.abort(txn);
      return;
    }
    for (const [key, values] of txn.own) this.committed = plus(this.committed, key, values);
    this.past.push(this.committed);
    txn.state = "committed";
  }

  private abort(txn: Txn): void {
    txn.state = "aborted";
    if (this.options.isolation !== "read-uncommitted") return;
    // Undoes what it wrote in place: nobody else could write those keys meanwhile, but anybody could read them.
    for (const [f, key, value] of txn.mops.slice(0, txn.step)) {
      if (f === "r") continue;
      const rest = (this.committed.get(key) ?? []).filter((each) => each !== value);
      this.committed = new Map(this.committed).set(key, rest);
    }
  }

  private finish(txn: Txn): OpType {
    // Whoever saw a write of unknown outcome counts as proof that it happened. So nobody may have seen one that was undone.
    const seen = txn.state === "aborted" && this.options.isolation === "read-uncommitted";
    const type = this.random.chance(1, 12) && !seen ? "info" : txn.state === "committed" ? "ok" : "fail";
    const asked = txn.mops.map(([f, key, value]) => [f, key, f === "r" ? null : value]);
    this.emit(txn.process, type, type === "ok" ? txn.mops : asked);
    return type;
  }

  private emit(process: number, type: OpType, value: unknown): void {
    const index = this.ops.length;
    this.ops.push({ index, time: index * 1e6, process, type, f: "txn", value });
  }
}

function plus(lists: Lists, key: number, values: readonly number[]): Lists {
  return new Map(lists).set(key, [...(lists.get(key) ?? []), ...values]);
}

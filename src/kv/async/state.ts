/** The memory of one kv-async node, and the two things every part of it does: write to disk and read it back. */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import { CopyFilter } from "../copies.js";
import { apply, applyOnce, emptyMachine, fromImage, type Machine, type MachineImage, toImage } from "../machine.js";
import { Outbox } from "../outbox.js";
import { majority, type Reply } from "../protocol.js";
import type { DiskRecord, Entry, Position } from "./messages.js";
import type { AsyncOptions } from "./options.js";

/** What a primary knows of a replica. */
export interface Peer {
  /** When the primary sent the newest heartbeat that this replica answered; -1 before the first. */
  heardMs: number;
  /** The end of the replica's log, as it said last; undefined before it did. */
  acked: Position | undefined;
  /** Index of the newest entry sent, and when. */
  sent: number;
  sentMs: number;
  /** When everything was sent last; -1 before. */
  fullMs: number;
}

/** A client's request that was handed to the primary. */
export interface Forwarded {
  readonly id: number;
  readonly sinceMs: number;
}

/** Entries kept in memory for replicas that missed some; one further behind gets everything. */
const BACKLOG = 2000;
/** Lines on disk before they are replaced by a snapshot. */
const COMPACT_LINES = 5000;

export class AsyncState {
  readonly out = new Outbox();
  readonly others: readonly NodeId[];
  readonly majority: number;
  random: Rng = rng(0);
  /** Random number of this start: answers to an earlier start of this node are not ours. */
  run = 0;

  machine: Machine = emptyMachine();
  /** Entries after `base`, oldest first. */
  backlog: Entry[] = [];
  base: Position = { e: 0, i: 0 };
  last: Position = { e: 0, i: 0 };
  /** Entries that overtook the one before them, by index. */
  readonly early = new Map<number, Entry>();
  lines = 0;

  epoch = 1;
  primary: NodeId | null;
  /** The newest epoch in which this node voted. */
  voted = 0;
  /** The newest epoch it has heard of. */
  newest = 1;
  /** Replica: when a primary in good health was heard last (or when this node started, until it hears one). */
  heardMs = 0;
  /** Was one heard since this node started? Until then its own links may not be up either. */
  heard = false;
  tickMs = 0;
  campaign: { readonly epoch: number; readonly votes: Set<NodeId> } | undefined;
  /** When to stand for election, once the primary is silent; -1 = not decided yet. */
  standAtMs = -1;
  readonly peers = new Map<NodeId, Peer>();

  readonly forwarded = new Map<number, Forwarded>();
  nextForward = 1;
  readonly copies = new CopyFilter();

  constructor(
    readonly node: NodeId,
    readonly nodes: readonly NodeId[],
    readonly options: AsyncOptions,
  ) {
    this.others = nodes.filter((other) => other !== node);
    this.majority = majority(nodes.length);
    // The first node leads epoch 1 by agreement, so that a new cluster need not elect.
    this.primary = nodes[0] ?? null;
  }

  get isPrimary(): boolean {
    return this.primary === this.node;
  }

  /** Reads the disk and forgets whatever memory there was. */
  restore(disk: readonly string[], seed: number, nowMs: number): void {
    this.random = rng(seed, "async");
    this.run = this.random.uint32();
    this.heardMs = nowMs;
    this.tickMs = nowMs;
    this.lines = disk.length;
    for (const line of disk) {
      const record = JSON.parse(line) as DiskRecord;
      if (record.k === "entry") this.take({ e: record.e, i: record.i, r: record.r });
      else if (record.k === "snapshot") this.adopt(record.image, record.last);
      else [this.epoch, this.primary, this.voted] = [record.epoch, record.primary, record.voted];
    }
    this.newest = Math.max(this.epoch, this.voted);
    this.resetPeers();
  }

  resetPeers(): void {
    for (const other of this.others)
      this.peers.set(other, { heardMs: -1, acked: undefined, sent: 0, sentMs: 0, fullMs: -1 });
  }

  /** Appends an entry to the disk and executes it; durable after the next sync. */
  write(entry: Entry): Reply {
    this.out.append({ k: "entry", ...entry } satisfies DiskRecord);
    this.lines++;
    return this.take(entry);
  }

  /** Replaces machine and log by a primary's. */
  adopt(image: MachineImage, last: Position): void {
    this.machine = fromImage(image);
    this.base = last;
    this.last = last;
    this.backlog = [];
    this.early.clear();
  }

  /** Makes epoch, primary and vote durable before anything that follows. */
  saveMeta(): void {
    this.out.append(this.meta());
    this.lines++;
    this.out.sync();
  }

  /** Writes one snapshot in the place of everything. */
  saveAll(): void {
    const snapshot: DiskRecord = { k: "snapshot", last: this.last, image: toImage(this.machine) };
    this.out.replace([snapshot, this.meta()]);
    this.lines = 2;
  }

  compact(): void {
    if (this.lines > COMPACT_LINES + 2 * this.machine.cells.size) this.saveAll();
  }

  /** The epoch of the entry at an index, or undefined where the backlog no longer (or not yet) reaches. */
  epochAt(index: number): number | undefined {
    if (index === this.base.i) return this.base.e;
    return this.backlog[index - this.base.i - 1]?.e;
  }

  /** Does the primary hear a majority, itself included? Counted from when the heartbeats were sent, not answered. */
  hearsMajority(nowMs: number): boolean {
    const limit = this.options.primaryTimeoutMs;
    if (limit === 0) return true;
    let heard = 1;
    for (const peer of this.peers.values()) if (peer.heardMs >= 0 && nowMs - peer.heardMs < limit) heard++;
    return heard >= this.majority;
  }

  private meta(): DiskRecord {
    return { k: "meta", epoch: this.epoch, primary: this.primary, voted: this.voted };
  }

  private take(entry: Entry): Reply {
    this.backlog.push(entry);
    this.last = { e: entry.e, i: entry.i };
    if (this.backlog.length > 2 * BACKLOG) {
      const dropped = this.backlog.length - BACKLOG;
      const newBase = this.backlog[dropped - 1] as Entry;
      this.base = { e: newBase.e, i: newBase.i };
      this.backlog = this.backlog.slice(dropped);
    }
    // Planted bug: a message that arrives twice is executed twice.
    return this.options.bug === "async-no-dedup" ? apply(this.machine, entry.r) : applyOnce(this.machine, entry.r);
  }
}

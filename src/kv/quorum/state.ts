/** The memory of one kv-quorum node. */
import type { Key, NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import { CopyFilter } from "../copies.js";
import { Entropy } from "../entropy.js";
import { Outbox } from "../outbox.js";
import { majority } from "../protocol.js";
import { PARTITIONS } from "../tree.js";
import { type Issuer, lastWriteWins, type Versioning, vectorClocks } from "./cell.js";
import type { DiskRecord, Item } from "./messages.js";
import type { Operation } from "./operation.js";
import type { QuorumOptions } from "./options.js";
import { partitionOf, preference } from "./ring.js";
import { Store } from "./store.js";

/** A node not heard for this long is out of reach; ms. */
const SUSPECT_MS = 500;
/** Lines on disk beyond twice what is held before they are replaced. */
const COMPACT_LINES = 4000;

export class QuorumState {
  readonly out = new Outbox();
  readonly others: readonly NodeId[];
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly versioning: Versioning;
  readonly store: Store;
  readonly entropy: Entropy<Item>;
  readonly copies = new CopyFilter();
  readonly issuer: Issuer & { boot: number };
  random: Rng = rng(0);
  /** Random number of this start: answers to an earlier start of this node are not ours. */
  run = 0;
  wallMs = 0;

  /** Operations that this node coordinates, oldest first. */
  readonly operations = new Map<number, Operation>();
  nextOperation = 1;
  /** When each peer was heard last, and whether it said that it hears this node. */
  readonly heard = new Map<NodeId, { readonly atMs: number; readonly mutual: boolean }>();
  /** When hints were last offered to a node. */
  readonly offered = new Map<NodeId, number>();
  comparedMs = 0;
  beatMs = 0;
  lines = 0;

  constructor(
    readonly node: NodeId,
    readonly nodes: readonly NodeId[],
    readonly options: QuorumOptions,
  ) {
    this.others = nodes.filter((other) => other !== node);
    this.n = Math.min(options.n === 0 ? nodes.length : options.n, nodes.length);
    this.r = Math.min(options.r === 0 ? majority(this.n) : options.r, this.n);
    this.w = Math.min(options.w === 0 ? majority(this.n) : options.w, this.n);
    this.versioning = options.versions === "vector" ? vectorClocks : lastWriteWins;
    this.issuer = { node, boot: 0, issued: 0 };
    this.store = new Store(this.versioning, (record) => this.append(record), options.bug);
    this.entropy = new Entropy(
      this.store,
      this.others,
      (peer) => this.sharedWith(peer),
      (to, message) => this.out.send(to, message),
    );
  }

  append(record: DiskRecord): void {
    this.out.append(record);
    this.lines++;
  }

  /** Reads the disk, and counts this start. */
  restore(disk: readonly string[], seed: number, nowMs: number): void {
    this.random = rng(seed, "quorum");
    this.run = this.random.uint32();
    this.comparedMs = nowMs;
    this.lines = disk.length;
    for (const line of disk) {
      const record = JSON.parse(line) as DiskRecord;
      if (record.k === "boot") this.issuer.boot = record.n;
      else this.store.restore(record);
    }
    this.issuer.boot++;
    this.append({ k: "boot", n: this.issuer.boot });
    this.out.sync();
  }

  compact(): void {
    const records = COMPACT_LINES + 2 * this.store.size;
    if (this.lines <= records) return;
    const shorter: readonly DiskRecord[] = [{ k: "boot", n: this.issuer.boot }, ...this.store.records()];
    this.out.replace(shorter);
    this.lines = shorter.length;
  }

  /** The replicas of a key, the owner first. */
  replicasOf(key: Key): readonly NodeId[] {
    return preference(this.nodes, partitionOf(key)).slice(0, this.n);
  }

  /** Is the node in reach, both ways as far as known? */
  reaches(node: NodeId, nowMs: number): boolean {
    if (node === this.node) return true;
    const heard = this.heard.get(node);
    return heard?.mutual === true && nowMs - heard.atMs < SUSPECT_MS;
  }

  /** The peers heard lately, whether they hear this node or not. */
  hears(nowMs: number): readonly NodeId[] {
    return this.others.filter((other) => nowMs - (this.heard.get(other)?.atMs ?? -SUSPECT_MS) < SUSPECT_MS);
  }

  private sharedWith(peer: NodeId): readonly number[] {
    const all = Array.from({ length: PARTITIONS }, (_, p) => p);
    return all.filter((p) => {
      const replicas = preference(this.nodes, p).slice(0, this.n);
      return replicas.includes(this.node) && replicas.includes(peer);
    });
  }
}

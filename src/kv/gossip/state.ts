/** The memory of one kv-gossip node. */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import { CopyFilter } from "../copies.js";
import { Entropy } from "../entropy.js";
import { Outbox } from "../outbox.js";
import type { Issuer } from "../quorum/cell.js";
import { PARTITIONS } from "../tree.js";
import type { DiskRecord, Entry, News } from "./messages.js";
import type { GossipOptions } from "./options.js";
import { Store } from "./store.js";

/** Lines on disk beyond twice what is held before they are replaced. */
const COMPACT_LINES = 4000;
const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, p) => p);

export class GossipState {
  readonly out = new Outbox();
  readonly others: readonly NodeId[];
  readonly store: Store;
  readonly entropy: Entropy<News>;
  readonly copies = new CopyFilter();
  readonly issuer: Issuer & { boot: number };
  random: Rng = rng(0);
  /** News that is still being told, and how many more times. */
  readonly hot = new Map<string, number>();
  /** Peers heard since this node started. */
  readonly heard = new Set<NodeId>();
  comparedMs = 0;
  lines = 0;
  private restoring = false;

  constructor(
    readonly node: NodeId,
    readonly nodes: readonly NodeId[],
    readonly options: GossipOptions,
  ) {
    this.others = nodes.filter((other) => other !== node);
    this.issuer = { node, boot: 0, issued: 0 };
    this.store = new Store(options, (id, entry) => this.learned(id, entry));
    this.entropy = new Entropy(
      this.store,
      this.others,
      () => ALL_PARTITIONS,
      (to, message) => this.out.send(to, message),
    );
  }

  /** Reads the disk, and counts this start. */
  restore(disk: readonly string[], seed: number, nowMs: number): void {
    this.random = rng(seed, "gossip");
    this.comparedMs = nowMs;
    this.lines = disk.length;
    this.restoring = true;
    for (const line of disk) {
      const record = JSON.parse(line) as DiskRecord;
      if (record.k === "boot") this.issuer.boot = record.n;
      // How long the node was down it cannot know: leases count as run out until their next heartbeat is heard of.
      else this.store.put(record.entry, nowMs - this.options.ttlMs);
    }
    this.restoring = false;
    this.issuer.boot++;
    this.append({ k: "boot", n: this.issuer.boot });
    this.out.sync();
  }

  compact(): void {
    if (this.lines <= COMPACT_LINES + 2 * this.store.size) return;
    const entries = this.store.entries().map((entry): DiskRecord => ({ k: "entry", entry }));
    this.out.replace([{ k: "boot", n: this.issuer.boot } satisfies DiskRecord, ...entries]);
    this.lines = entries.length + 1;
  }

  private append(record: DiskRecord): void {
    this.out.append(record);
    this.lines++;
  }

  /** Something new, from a client or a peer: write it down and pass it on. */
  private learned(id: string, entry: Entry): void {
    if (this.restoring) return;
    this.append({ k: "entry", entry });
    this.hot.set(id, this.rounds());
  }

  /** Enough rounds to reach everybody with high probability: about log2 of the nodes, and two more. */
  private rounds(): number {
    return 34 - Math.clz32(this.nodes.length);
  }
}

/**
 * Packets between nodes: late, lost, doubled, out of order, or dropped by a cut. Without faults a link behaves like TCP
 * between two healthy hosts: in order, almost nothing lost. A cut drops packets where they arrive, as iptables does on a
 * real node; some of those arrive after the cut heals, as TCP sends them again.
 */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import type { Grudge, PacketFault } from "../../core/runtime.js";
import { cloneJson } from "./clone.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";
import { drawLatencyUs, type LatencyTable, latencyTable } from "./latency.js";
import type { NetworkOptions } from "./options.js";
import { refused, route } from "./topology.js";

const NO_FAULT: PacketFault = { lossPer10k: 0, duplicatePer10k: 0, reorderPer10k: 0, delayMs: 0 };
/** At most this many dropped packets a link are kept for sending again: a socket's buffer is finite. */
const HELD_MAX = 32;
/** A packet that strays is up to so much late. */
const STRAY_US = 1_000_000;

/** One direction between two nodes. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly path: readonly number[];
  readonly tables: readonly LatencyTable[];
  readonly random: Rng;
  /** Nothing sent in order arrives before this. */
  lastUs: number;
  cut: boolean;
  /** Packets dropped by the current cut, probes included. */
  dropped: number;
  /** Probes that arrived since the last change of the grudge. */
  probesArrived: number;
  held: unknown[];
}

export class Network {
  readonly links: readonly Link[];
  private fault: PacketFault = NO_FAULT;
  private readonly count: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly nodes: readonly NodeId[],
    private readonly options: NetworkOptions,
    seed: number,
  ) {
    this.count = nodes.length;
    this.links = nodes.flatMap((_, from) => nodes.map((__, to) => this.link(seed, from, to)));
  }

  private link(seed: number, from: number, to: number): Link {
    const path = route(this.options.topology, this.count, from, to);
    const tables = path.slice(1).map((hop, i) => {
      const name = `${this.nodes[path[i] as number]}>${this.nodes[hop]}`;
      return latencyTable(this.options.links[name] ?? this.options.latency);
    });
    const random = rng(seed, "link", from, to);
    return { from, to, path, tables, random, lastUs: 0, cut: false, dropped: 0, probesArrived: 0, held: [] };
  }

  at(from: number, to: number): Link {
    return this.links[from * this.count + to] as Link;
  }

  /** Sends a body on its way. It is copied now, so the sender may go on changing it, unless it is known never to change. */
  send(from: number, to: number, body: unknown, immutable: boolean): void {
    const link = this.at(from, to);
    const { options, fault } = this;
    const per10k = link.random.below(10_000);
    const lost = options.lossPer10k + fault.lossPer10k;
    if (per10k < lost) {
      this.note(link, body, "lost", false);
      return;
    }
    this.launch(link, immutable ? body : cloneJson(body), 0, false);
    if (per10k < lost + options.duplicatePer10k + fault.duplicatePer10k) {
      this.launch(link, immutable ? body : cloneJson(body), 0, true);
    }
  }

  private launch(link: Link, body: unknown, extraUs: number, copy: boolean): void {
    const trace = this.kernel.trace.enabled ? this.note(link, body, "pending", copy) : null;
    this.kernel.heap.push(this.arrivalUs(link, copy) + extraUs, EventKind.message, link.to, link.from, 0, body, trace);
  }

  private arrivalUs(link: Link, copy: boolean): number {
    let us = this.kernel.nowUs + this.fault.delayMs * 1000;
    for (const table of link.tables) us += drawLatencyUs(table, link.random);
    const { strayPer10k = 0 } = this.fault;
    // As after a few rounds of sending again with ever longer pauses.
    if (strayPer10k > 0 && link.random.below(10_000) < strayPer10k) return us + link.random.below(STRAY_US);
    const overtakes = copy || link.random.below(10_000) < this.options.reorderPer10k + this.fault.reorderPer10k;
    if (overtakes) return us + link.random.below(20_000);
    if (us < link.lastUs) return link.lastUs;
    link.lastUs = us;
    return us;
  }

  private note(link: Link, body: unknown, fate: "pending" | "lost", copy: boolean): unknown {
    const { trace, nowUs } = this.kernel;
    if (!trace.enabled) return null;
    const entry = trace.leave("message", nowUs, this.nodes[link.from] ?? "", this.nodes[link.to] ?? "", body, copy);
    if (fate === "lost") trace.end(entry, nowUs, "lost");
    return entry;
  }

  /** A message is at its receiver's door: true when the grudge lets it in. */
  admits(from: number, to: number, body: unknown, trace: unknown): boolean {
    const link = this.at(from, to);
    if (!link.cut) return true;
    link.dropped++;
    if (link.held.length < HELD_MAX && link.random.below(10_000) < this.options.revivePer10k) link.held.push(body);
    this.kernel.trace.end(trace, this.kernel.nowUs, "cut");
    return false;
  }

  /** Sends a packet of the harness itself; `probeArrives` tells what became of it. */
  probe(from: number, to: number): void {
    const link = this.at(from, to);
    const fault = this.fault.lossPer10k + this.options.lossPer10k;
    if (link.random.below(10_000) < fault) return;
    this.kernel.heap.push(this.arrivalUs(link, true), EventKind.probe, to, from, 0, null, null);
  }

  probeArrives(from: number, to: number): void {
    const link = this.at(from, to);
    if (link.cut) link.dropped++;
    else link.probesArrived++;
  }

  /** Replaces the packet fault of all links; undefined ends it. */
  setFault(fault: PacketFault | undefined): void {
    this.fault = fault ?? NO_FAULT;
  }

  /** Replaces the grudge on all nodes at once. Packets held by links that are free again set out anew. */
  setGrudge(grudge: Grudge): void {
    for (const link of this.links) {
      const cut = refused(link.path, this.nodes, grudge);
      if (!cut || !link.cut) link.dropped = 0;
      link.probesArrived = 0;
      link.cut = cut;
      if (cut) continue;
      const held = link.held;
      link.held = [];
      // TCP sends again after up to some hundred milliseconds; in order, since a connection keeps its order.
      for (const body of held) this.launch(link, body, link.random.below(200_000), true);
    }
  }
}

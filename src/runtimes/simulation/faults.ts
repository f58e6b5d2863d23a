/**
 * The faults of the simulation, each with evidence of the same kind as in Docker: a cut counts as proved when each cut link
 * was seen to drop packets, a heal when each link was seen to carry some. The probes that show it travel through the same
 * links as everything else, so a cut that does not cut is not proved.
 */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import type { Act, Clock, ClockSkew, Evidence, Grudge, PacketFault } from "../../core/runtime.js";
import type { CrashLoss } from "./disk.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";
import type { Link, Network } from "./network.js";
import type { SimNode } from "./node.js";
import type { Requests } from "./requests.js";

/** Probes a link, and the pause before each round looks for them. Lost ones (packet faults) are made up for by later rounds. */
const ROUNDS = 40;
const ROUND_MS = 25;

export class Faults {
  private readonly random: Rng;

  constructor(
    private readonly kernel: Kernel,
    private readonly clock: Clock,
    private readonly network: Network,
    private readonly requests: Requests,
    private readonly nodes: readonly SimNode[],
    seed: number,
  ) {
    this.random = rng(seed, "faults");
  }

  async cut(grudge: Grudge): Promise<Evidence> {
    const beganNs = await this.begin(5);
    this.network.setGrudge(copyOf(grudge));
    const wanted = this.pairs().filter((link) => this.named(link, grudge));
    const before = wanted.map((link) => link.dropped);
    this.kernel.trace.note("fault", this.kernel.nowUs, "client", `cut ${wanted.map((l) => this.arrow(l)).join(" ")}`);
    const unproved = await this.probe(wanted, (link, i) => link.dropped > (before[i] as number));
    const facts = wanted.map(
      (link, i) =>
        `${this.name(link.to)} dropped ${link.dropped - (before[i] as number)} packets from ${this.name(link.from)}`,
    );
    for (const link of unproved)
      facts.push(`no packet from ${this.name(link.from)} was dropped by ${this.name(link.to)}`);
    return this.evidence(beganNs, unproved.length === 0 && wanted.length > 0, facts);
  }

  async heal(): Promise<Evidence> {
    const beganNs = await this.begin(5);
    const dropped = this.pairs().reduce((sum, link) => sum + (link.cut ? link.dropped : 0), 0);
    this.network.setGrudge(new Map());
    this.kernel.trace.note("fault", this.kernel.nowUs, "client", "heal");
    const links = this.pairs();
    const unproved = await this.probe(links, (link) => link.probesArrived > 0);
    const facts = [
      `the cut had dropped ${dropped} packets`,
      `${links.length - unproved.length} of ${links.length} links carried a packet`,
      ...unproved.map((link) => `no packet from ${this.name(link.from)} reached ${this.name(link.to)}`),
    ];
    return this.evidence(beganNs, unproved.length === 0, facts);
  }

  async signal(node: SimNode, act: Act): Promise<Evidence> {
    const beganNs = await this.begin(5);
    const fact = this.act(node, act);
    this.kernel.trace.note("node", this.kernel.nowUs, node.id, fact);
    // Proved by looking a moment later, as in Docker: a process that dies at once after its start did not start.
    await this.clock.sleep(act === "start" ? 10 : 1);
    const facts = [fact];
    const proved = {
      kill: !node.up,
      start: node.up,
      pause: node.paused,
      resume: node.up && !node.paused,
    }[act];
    if (!proved) facts.push(`${node.id} is ${node.up ? (node.paused ? "paused" : "running") : "down"}`);
    return this.evidence(beganNs, proved, facts);
  }

  private act(node: SimNode, act: Act): string {
    switch (act) {
      case "kill":
        if (node.up) return this.kill(node);
        // It may be about to start: that start belongs to an incarnation that is over.
        node.incarnation++;
        return `${node.id} was down already`;
      case "start":
        if (node.up) return `${node.id} was running already`;
        this.kernel.schedule(
          1_000 + this.random.below(5_000),
          EventKind.boot,
          node.index,
          0,
          node.incarnation,
          null,
          null,
        );
        return `${node.id} started from its disk`;
      case "pause":
        if (!node.up) return `${node.id} is down and cannot be paused`;
        node.paused = true;
        return `${node.id} paused`;
      case "resume":
        if (!node.up) return `${node.id} is down and cannot be resumed`;
        if (node.paused) node.resume();
        return `${node.id} resumed`;
    }
  }

  private kill(node: SimNode): string {
    const open = node.die();
    const loss = node.disk.crash();
    this.requests.breakAll(node.index, open);
    return `${node.id} killed: ${lossText(loss)}, ${open.length} open requests broken`;
  }

  async skew(node: SimNode, skew: ClockSkew): Promise<Evidence> {
    const beganNs = await this.begin(1);
    const before = node.wallMs();
    node.clock.setSkew(skew, this.kernel.nowUs);
    const jumped = node.wallMs() - before;
    const fact = `the wall clock of ${node.id} jumped by ${jumped} ms and gains ${skew.driftPpm} ppm`;
    this.kernel.trace.note("node", this.kernel.nowUs, node.id, fact);
    return this.evidence(beganNs, true, [fact]);
  }

  async disturb(fault: PacketFault | undefined): Promise<Evidence> {
    const beganNs = await this.begin(1);
    this.network.setFault(fault);
    this.requests.fault = fault;
    const strays = fault?.strayPer10k === undefined ? "" : `, ${fault.strayPer10k} stray`;
    const fact =
      fault === undefined
        ? "packets travel undisturbed again"
        : `of 10,000 packets ${fault.lossPer10k} are lost, ${fault.duplicatePer10k} doubled, ${fault.reorderPer10k} overtake${strays}; each ${fault.delayMs} ms later`;
    this.kernel.trace.note("fault", this.kernel.nowUs, "client", fact);
    return this.evidence(beganNs, true, [fact]);
  }

  /** Faults take a moment to reach the nodes. */
  private async begin(maxMs: number): Promise<number> {
    const beganNs = this.kernel.nowNs;
    await this.clock.sleep(1 + this.random.below(maxMs));
    return beganNs;
  }

  /** Sends probes over links until each was `seen`, or the rounds are over; returns the links that were not. */
  private async probe(links: readonly Link[], seen: (link: Link, index: number) => boolean): Promise<readonly Link[]> {
    let open = links.map((link, i) => ({ link, i }));
    for (let round = 0; round < ROUNDS && open.length > 0; round++) {
      for (const { link } of open) this.network.probe(link.from, link.to);
      await this.clock.sleep(ROUND_MS);
      open = open.filter(({ link, i }) => !seen(link, i));
    }
    return open.map(({ link }) => link);
  }

  private pairs(): Link[] {
    return this.network.links.filter((link) => link.from !== link.to);
  }

  private named(link: Link, grudge: Grudge): boolean {
    return grudge.get(this.name(link.to))?.has(this.name(link.from)) === true;
  }

  private name(index: number): NodeId {
    return (this.nodes[index] as SimNode).id;
  }

  private arrow(link: Link): string {
    return `${this.name(link.from)}>${this.name(link.to)}`;
  }

  private evidence(beganNs: number, proved: boolean, facts: readonly string[]): Evidence {
    return { beganNs, completeNs: this.kernel.nowNs, proved, facts };
  }
}

function copyOf(grudge: Grudge): Grudge {
  return new Map([...grudge].map(([node, refuses]) => [node, new Set(refuses)]));
}

function lossText(loss: CrashLoss): string {
  if (loss.unsynced === 0) return "nothing unsynced on disk";
  return `${loss.kept} of ${loss.unsynced} unsynced lines survived${loss.torn ? ", the next one torn and dropped" : ""}`;
}

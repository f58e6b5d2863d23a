/**
 * A small deterministic cluster for the tests of the bundled nodes: seeded delays, losses, copies and cuts, crashes that
 * take the unsynced lines with them. Everything is synchronous: a test asks, runs some milliseconds, and looks.
 */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { deriveSeed, type Rng, rng } from "../../core/rng.js";
import { parseReply, parseStatus, type Reply, type Status } from "../protocol.js";

export interface HarnessOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Of 1,000 messages between nodes, how many are lost, and how many arrive twice. */
  readonly lossPer1k?: number;
  readonly duplicatePer1k?: number;
  /** A message takes 1 … delayMs ms, each its own: they overtake one another. Default 3. */
  readonly delayMs?: number;
  /** A sync takes 0 … syncMs ms. Default 2. */
  readonly syncMs?: number;
}

/** A request and what became of it. */
export interface Call {
  readonly node: NodeId;
  readonly body: unknown;
  readonly askedMs: number;
  reply: Reply | undefined;
  repliedMs: number;
}

interface HarnessNode {
  readonly id: NodeId;
  readonly program: Program<unknown>;
  state: unknown;
  up: boolean;
  paused: boolean;
  life: number;
  readonly timers: Map<string, number>;
  disk: string[];
  synced: number;
  queue: Effect[];
  syncing: boolean;
  inbox: ProgramEvent[];
  skewMs: number;
  readonly log: string[];
}

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Harness {
  nowMs = 0;
  readonly nodes: readonly NodeId[];
  readonly calls: Call[] = [];
  private readonly byId = new Map<NodeId, HarnessNode>();
  private readonly random: Rng;
  private readonly cuts = new Set<string>();
  private heap: Pending[] = [];
  private order = 0;

  constructor(
    private readonly options: HarnessOptions,
    program: (node: NodeId, nodes: readonly NodeId[]) => Program<unknown>,
  ) {
    this.random = rng(options.seed, "harness");
    this.nodes = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
    for (const id of this.nodes) {
      this.byId.set(id, {
        ...{ id, program: program(id, this.nodes), state: undefined, up: false, paused: false, life: 0 },
        ...{ timers: new Map(), disk: [], synced: 0, queue: [], syncing: false, inbox: [], skewMs: 0, log: [] },
      });
    }
    for (const id of this.nodes) this.start(id);
  }

  /** Lets `ms` pass. */
  run(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let next = this.heap[0]; next !== undefined && next.atMs <= untilMs; next = this.heap[0]) {
      this.heap.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }

  /** Runs until `done`, at most `limitMs`; tells whether it came to pass. */
  runUntil(done: () => boolean, limitMs: number): boolean {
    const untilMs = this.nowMs + limitMs;
    while (!done() && this.nowMs < untilMs) this.run(5);
    return done();
  }

  /** Sends a request; it is delivered at once, its reply is seen when the node gives it. */
  ask(node: NodeId, body: unknown): Call {
    const call: Call = { node, body, askedMs: this.nowMs, reply: undefined, repliedMs: -1 };
    const id = this.calls.push(call);
    this.deliver(this.node(node), { kind: "request", id, body: clone(body), wallMs: 0 });
    return call;
  }

  /** Asks and waits for the answer, at most `limitMs`. */
  get(node: NodeId, body: unknown, limitMs = 1000): Reply | undefined {
    const call = this.ask(node, body);
    this.runUntil(() => call.reply !== undefined, limitMs);
    return call.reply;
  }

  status(node: NodeId): Status | undefined {
    const reply = this.get(node, { f: "status" }, 50);
    return reply?.type === "ok" ? parseStatus(reply.value) : undefined;
  }

  /** Cuts the two groups from each other; `deaf`: only the second no longer hears the first. */
  cut(a: readonly NodeId[], b: readonly NodeId[], deaf = false): void {
    for (const from of a) {
      for (const to of b) {
        this.cuts.add(`${from}>${to}`);
        if (!deaf) this.cuts.add(`${to}>${from}`);
      }
    }
  }

  /** Cuts these nodes from all others. */
  isolate(...nodes: NodeId[]): void {
    const rest = this.nodes.filter((node) => !nodes.includes(node));
    this.cut(nodes, rest);
  }

  heal(): void {
    this.cuts.clear();
  }

  /** SIGKILL with the power going: of the unsynced lines a random prefix survives. */
  kill(id: NodeId): void {
    const node = this.node(id);
    node.up = false;
    node.paused = false;
    node.life++;
    node.state = undefined;
    const kept = this.random.below(node.disk.length - node.synced + 1);
    node.disk = node.disk.slice(0, node.synced + kept);
    node.synced = node.disk.length;
    node.queue = [];
    node.inbox = [];
    node.syncing = false;
    node.timers.clear();
  }

  start(id: NodeId): void {
    const node = this.node(id);
    if (node.up) return;
    node.up = true;
    node.life++;
    node.state = node.program.init();
    const seed = deriveSeed(this.options.seed, id, node.life);
    this.step(node, { kind: "start", disk: [...node.disk], seed, wallMs: 0 });
  }

  pause(id: NodeId): void {
    this.node(id).paused = true;
  }

  resume(id: NodeId): void {
    const node = this.node(id);
    node.paused = false;
    for (const event of node.inbox.splice(0)) this.step(node, event);
    this.drain(node);
  }

  /** Sets a node's wall clock wrong. */
  skew(id: NodeId, ms: number): void {
    this.node(id).skewMs = ms;
  }

  disk(id: NodeId): readonly string[] {
    return this.node(id).disk;
  }

  log(id: NodeId): readonly string[] {
    return this.node(id).log;
  }

  private node(id: NodeId): HarnessNode {
    const node = this.byId.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  private later(afterMs: number, run: () => void): void {
    const pending: Pending = { atMs: this.nowMs + afterMs, order: this.order++, run };
    let at = this.heap.length;
    while (at > 0 && (this.heap[at - 1] as Pending).atMs > pending.atMs) at--;
    this.heap.splice(at, 0, pending);
  }

  private deliver(node: HarnessNode, event: ProgramEvent): void {
    if (!node.up) return;
    if (node.paused) node.inbox.push(event);
    else this.step(node, event);
  }

  private step(node: HarnessNode, event: ProgramEvent): void {
    const wallMs = 1_700_000_000_000 + this.nowMs + node.skewMs;
    const [state, effects] = node.program.step(node.state, { ...event, wallMs }, this.nowMs);
    node.state = state;
    node.queue.push(...effects);
    this.drain(node);
  }

  private drain(node: HarnessNode): void {
    while (!node.syncing && !node.paused) {
      const effect = node.queue.shift();
      if (effect === undefined) return;
      this.carryOut(node, effect);
    }
  }

  private carryOut(node: HarnessNode, effect: Effect): void {
    const { life } = node;
    switch (effect.kind) {
      case "append":
        node.disk.push(effect.line);
        break;
      case "replace":
        node.disk = [...effect.lines];
        node.synced = node.disk.length;
        break;
      case "sync":
        this.sync(node);
        break;
      case "send":
        this.send(node.id, effect.to, effect.body);
        break;
      case "reply":
        this.answer(effect.id, effect.body);
        break;
      case "timer": {
        const due = this.nowMs + effect.afterMs;
        node.timers.set(effect.name, due);
        this.later(effect.afterMs, () => {
          if (node.life !== life || node.timers.get(effect.name) !== due) return;
          node.timers.delete(effect.name);
          this.deliver(node, { kind: "timer", name: effect.name, wallMs: 0 });
        });
        break;
      }
      case "log":
        node.log.push(`${this.nowMs} ${effect.line}`);
        break;
    }
  }

  private sync(node: HarnessNode): void {
    if (node.synced === node.disk.length) return;
    const { life } = node;
    node.syncing = true;
    this.later(this.random.below((this.options.syncMs ?? 2) + 1), () => {
      if (node.life !== life) return;
      node.synced = node.disk.length;
      node.syncing = false;
      this.drain(node);
    });
  }

  private send(from: NodeId, to: NodeId, body: unknown): void {
    const target = this.node(to);
    const draw = this.random.below(1000);
    const loss = this.options.lossPer1k ?? 0;
    if (draw < loss) return;
    const copies = draw < loss + (this.options.duplicatePer1k ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const copied = clone(body);
      this.later(1 + this.random.below(this.options.delayMs ?? 3), () => {
        if (!this.cuts.has(`${from}>${to}`)) this.deliver(target, { kind: "message", from, body: copied, wallMs: 0 });
      });
    }
  }

  private answer(id: number, body: unknown): void {
    const call = this.calls[id - 1];
    if (call === undefined || call.reply !== undefined) return;
    const reply = parseReply(clone(body));
    if (reply === undefined) throw new Error(`not a reply: ${JSON.stringify(body)}`);
    call.reply = reply;
    call.repliedMs = this.nowMs;
  }
}

function clone(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body));
}

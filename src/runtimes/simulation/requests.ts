/**
 * Clients' requests: one to one node, no retry, and an honest answer to the question whether the node may have seen it.
 * Clients stand outside the cluster's network, so cuts do not touch them.
 */
import { offAbort, onAbort } from "../../core/abort.js";
import { type Rng, rng } from "../../core/rng.js";
import { type PacketFault, RequestError } from "../../core/runtime.js";
import { cloneJson } from "./clone.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";
import { drawLatencyUs, type LatencyTable, latencyTable } from "./latency.js";
import type { SimNode } from "./node.js";
import type { NetworkOptions } from "./options.js";

/** A request under way. Its first ending counts: a reply, a broken connection, or the client's own deadline. */
export class PendingRequest {
  done = false;
  /** A second copy may still reach the node, whatever happened to the first. */
  doubled = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly resolve: (body: unknown) => void,
    private readonly reject: (error: RequestError) => void,
    private readonly signal: AbortSignal,
  ) {
    kernel.waiting++;
    onAbort(signal, this.aborted);
  }

  // The request may be on its way, in the node, or answered already: only "sent" is safe to say.
  private readonly aborted = (): void => {
    if (this.end()) this.reject(new RequestError("timeout", true));
  };

  private end(): boolean {
    if (this.done) return false;
    this.done = true;
    this.kernel.waiting--;
    offAbort(this.signal, this.aborted);
    return true;
  }

  succeed(body: unknown): void {
    if (!this.end()) return;
    this.kernel.woke = true;
    this.resolve(body);
  }

  fail(message: string, sent: boolean): void {
    if (!this.end()) return;
    this.kernel.woke = true;
    this.reject(new RequestError(message, sent));
  }
}

interface Delivered {
  readonly request: PendingRequest;
  readonly node: number;
}

export class Requests {
  fault: PacketFault | undefined;
  private readonly table: LatencyTable;
  private readonly random: readonly Rng[];
  private readonly delivered = new Map<number, Delivered>();
  private nextId = 1;

  constructor(
    private readonly kernel: Kernel,
    private readonly nodes: readonly SimNode[],
    private readonly options: NetworkOptions,
    seed: number,
  ) {
    this.table = latencyTable(options.clientLatency);
    this.random = nodes.map((node) => rng(seed, "client", node.index));
  }

  send(node: SimNode, body: unknown, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(new RequestError("timeout", false));
        return;
      }
      const request = new PendingRequest(this.kernel, resolve, reject, signal);
      const random = this.random[node.index] as Rng;
      const draw = random.below(10_000);
      const lost = this.options.clientLossPer10k + (this.fault?.lossPer10k ?? 0);
      const doubled = lost + this.options.clientDuplicatePer10k + (this.fault?.duplicatePer10k ?? 0);
      if (draw < lost) {
        const entry = this.note("request", node, body, false);
        this.kernel.trace.end(entry, this.kernel.nowUs, "lost");
        return;
      }
      this.launch(node, request, body, false);
      if (draw >= doubled) return;
      request.doubled = true;
      this.launch(node, request, body, true);
    });
  }

  private launch(node: SimNode, request: PendingRequest, body: unknown, copy: boolean): void {
    const delay = (copy ? (this.random[node.index] as Rng).below(50_000) : 0) + this.latencyUs(node.index);
    const envelope = { body: cloneJson(body), trace: this.note("request", node, body, copy) };
    this.kernel.schedule(delay, EventKind.request, node.index, 0, 0, request, envelope);
  }

  private latencyUs(node: number): number {
    return drawLatencyUs(this.table, this.random[node] as Rng) + (this.fault?.delayMs ?? 0) * 1000;
  }

  private note(kind: "request" | "reply", node: SimNode, body: unknown, copy: boolean): unknown {
    const { trace, nowUs } = this.kernel;
    if (!trace.enabled) return null;
    const copyOfBody = cloneJson(body);
    return kind === "request"
      ? trace.leave(kind, nowUs, "client", node.id, copyOfBody, copy)
      : trace.leave(kind, nowUs, node.id, "client", copyOfBody, copy);
  }

  /** A request is at its node's door. */
  arrive(node: SimNode, request: PendingRequest, envelope: unknown): void {
    const { body, trace } = envelope as { body: unknown; trace: unknown };
    const { kernel } = this;
    if (!node.up) {
      kernel.trace.end(trace, kernel.nowUs, "dead");
      // A refused connection proves that this copy was never seen, but the other one of a doubled request may be.
      kernel.schedule(this.latencyUs(node.index), EventKind.broken, 0, 0, request.doubled ? 1 : 0, request, null);
      return;
    }
    kernel.trace.end(trace, kernel.nowUs, "delivered");
    const id = this.nextId++;
    this.delivered.set(id, { request, node: node.index });
    node.open.add(id);
    node.deliver({ kind: "request", id, body, wallMs: node.wallMs() });
  }

  /** The program replied; the node has checked that the request was open. */
  reply(id: number, body: unknown, immutable: boolean): void {
    const open = this.delivered.get(id);
    if (open === undefined) return;
    this.delivered.delete(id);
    const node = this.nodes[open.node] as SimNode;
    const trace = this.note("reply", node, body, false);
    const { kernel } = this;
    const lost = this.options.clientLossPer10k + (this.fault?.lossPer10k ?? 0);
    if ((this.random[open.node] as Rng).below(10_000) < lost) {
      kernel.trace.end(trace, kernel.nowUs, "lost");
      return;
    }
    const envelope = { body: immutable ? body : cloneJson(body), trace };
    kernel.schedule(this.latencyUs(open.node), EventKind.reply, 0, open.node, 0, open.request, envelope);
  }

  /** A reply is at the client's door. */
  replyArrives(request: PendingRequest, envelope: unknown): void {
    const { body, trace } = envelope as { body: unknown; trace: unknown };
    this.kernel.trace.end(trace, this.kernel.nowUs, request.done ? "late" : "delivered");
    request.succeed(body);
  }

  /** The node's process ended: its connections break. */
  breakAll(node: number, open: readonly number[]): void {
    for (const id of open) {
      const delivered = this.delivered.get(id);
      this.delivered.delete(id);
      if (delivered === undefined) continue;
      this.kernel.schedule(this.latencyUs(node), EventKind.broken, 0, 0, 1, delivered.request, null);
    }
  }

  /** The cluster is gone: whatever was delivered ends now. */
  abandon(): void {
    for (const { request } of this.delivered.values()) request.fail("the simulation was stopped", true);
    this.delivered.clear();
  }
}

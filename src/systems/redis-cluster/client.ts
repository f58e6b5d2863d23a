/**
 * One Redis Cluster client, pinned to one node: it always asks that node first, and follows a redirect only where packets
 * of its node reach the target. A client that silently re-routed around a cut would hide what the cut does.
 */
import { messageOf } from "../../core/errors.js";
import type { Completion, Invocation, NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import type { Client } from "../../core/system.js";
import { type Command, commandFor } from "./commands.js";
import type { Connection, Reply } from "./connection.js";
import { failed, redirectIn } from "./errors.js";
import { execOutcome } from "./exec.js";
import { connectTo } from "./nodes.js";
import { txnCommand } from "./txn.js";

export interface ClientOptions {
  /** After a write: how many replicas must have acknowledged it (WAIT). 0: none is asked. */
  readonly wait: number;
}

/** A pinned node may know an old owner, and that one the new: two hops. More are a loop. */
const MAX_REDIRECTS = 4;

export class RedisClusterClient implements Client {
  /** Connections to redirect targets, opened when first needed. */
  private readonly others = new Map<NodeId, Connection>();

  /** `own` has shaken hands with the pinned node. */
  constructor(
    private readonly cluster: Cluster,
    private readonly pinned: NodeId,
    private readonly own: Connection,
    private readonly options: ClientOptions,
  ) {}

  get closed(): boolean {
    return this.own.closed;
  }

  async invoke(op: Invocation, signal: AbortSignal): Promise<Completion> {
    let command = op.f === "txn" ? txnCommand(op.value) : commandFor(op);
    if (this.closed) return { type: "fail", error: "connection closed" };
    let at = this.pinned;
    let asking = false;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const connection = await this.connectionTo(at, signal);
      if (typeof connection === "string") return { type: "fail", error: connection };
      const reply = await this.send(connection, command, asking, signal);
      if (isWrongType(reply) && command.otherType !== undefined) {
        command = command.otherType;
        continue;
      }
      const redirect = reply.kind === "error" ? redirectIn(reply.message) : undefined;
      if (redirect === undefined) return this.finish(at, await this.completed(connection, command, reply, signal));
      // A redirect proves that the op was not carried out here.
      const target = this.cluster.nodes.find((node) => this.cluster.address(node) === redirect.host);
      if (target === undefined) return { type: "fail", error: `redirect to an unknown address: ${redirect.host}` };
      if (!this.cluster.connected(this.pinned, target)) {
        return { type: "fail", error: `redirect across the cut: ${this.pinned} does not reach ${target}` };
      }
      at = target;
      asking = redirect.ask;
    }
    return { type: "fail", error: `more than ${MAX_REDIRECTS} redirects` };
  }

  async close(): Promise<void> {
    this.own.close();
    for (const connection of this.others.values()) connection.close();
    this.others.clear();
  }

  /** A connection that has shaken hands, or in words why there is none: then nothing of the op was sent. */
  private async connectionTo(node: NodeId, signal: AbortSignal): Promise<Connection | string> {
    if (node === this.pinned) return this.own;
    const known = this.others.get(node);
    if (known !== undefined && !known.closed) return known;
    try {
      const opened = await connectTo(this.cluster, node, signal);
      this.others.set(node, opened);
      return opened;
    } catch (error) {
      return `no connection: redirected to ${node}: ${messageOf(error)}`;
    }
  }

  private async send(connection: Connection, command: Command, asking: boolean, signal: AbortSignal): Promise<Reply> {
    if (asking) {
      const asked = await connection.command(["ASKING"], signal);
      // Without ASKING the command itself is not sent, so nothing can have happened.
      if (asked.kind !== "value") {
        return { kind: "broken", sent: false, reason: asked.kind === "error" ? asked.message : asked.reason };
      }
    }
    if (command.before === undefined) return connection.command(command.args, signal);
    return execOutcome(await connection.commands([...command.before, command.args], signal));
  }

  /** What the reply means, and with `wait`, whether enough replicas hold the write. */
  private async completed(
    connection: Connection,
    command: Command,
    reply: Reply,
    signal: AbortSignal,
  ): Promise<Completion> {
    if (reply.kind !== "value") return failed(reply, command.isWrite);
    const completion = command.completion(reply.value);
    const { wait } = this.options;
    if (wait === 0 || !command.isWrite || completion.type !== "ok") return completion;
    // 0: without a time-out of its own; the op's deadline ends it. The write is done here, so whatever comes instead of
    // enough acknowledgements leaves it open, and never makes it a failure.
    const waited = await connection.command(["WAIT", String(wait), "0"], signal);
    if (waited.kind === "value" && Number(waited.value) >= wait) return completion;
    return { type: "info", error: `written, but WAIT ${wait}: ${wordsFor(waited)}` };
  }

  private finish(at: NodeId, completion: Completion): Completion {
    return at === this.pinned ? completion : { ...completion, via: at };
  }
}

const isWrongType = (reply: Reply): boolean => reply.kind === "error" && reply.message.startsWith("WRONGTYPE");

function wordsFor(reply: Reply): string {
  if (reply.kind === "value") return `${String(reply.value)} acknowledged`;
  return reply.kind === "error" ? reply.message : reply.reason;
}

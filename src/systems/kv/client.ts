/**
 * The driver of the bundled nodes: one client, pinned to one node, the same on both runtimes. It never retries and follows
 * no redirect: nodes pass requests on through their own network.
 */
import type { Completion, Invocation, Key, NodeId } from "../../core/op.js";
import { type Cluster, RequestError } from "../../core/runtime.js";
import type { Client } from "../../core/system.js";
import { isRead, parseReply, type Reply } from "../../kv/protocol.js";

/** The key of sets that are named by none. */
export const THE_SET: Key = "set";

export class KvClient implements Client {
  private seq = 0;

  /** `name` is unique within the run: nodes know a repeated request by it. */
  constructor(
    private readonly cluster: Cluster,
    private readonly node: NodeId,
    private readonly name: string,
  ) {}

  async invoke(op: Invocation, signal: AbortSignal): Promise<Completion> {
    const { f, value } = op;
    const body = { f, key: op.key ?? THE_SET, value, client: this.name, seq: ++this.seq };
    let answer: unknown;
    try {
      answer = await this.cluster.request(this.node, body, signal);
    } catch (error) {
      return lost(f, error, signal);
    }
    const reply = parseReply(answer);
    if (reply === undefined) return { type: isRead(f) ? "fail" : "info", error: "the reply made no sense" };
    return this.completion(op, reply);
  }

  async close(): Promise<void> {}

  private completion(op: Invocation, reply: Reply): Completion {
    const via = reply.by !== undefined && reply.by !== this.node ? { via: reply.by } : {};
    if (reply.type === "ok") return { type: "ok", ...readValue(op, reply.value), ...via };
    // A read that may have happened has changed nothing: it did not happen.
    const type = reply.type === "info" && isRead(op.f) ? "fail" : reply.type;
    return { type, error: reply.error, ...via };
  }
}

/** What a read returned; writes keep the value of their invocation. A set without a key that nobody wrote to is empty. */
function readValue(op: Invocation, value: unknown): { readonly value?: unknown } {
  if (!isRead(op.f)) return {};
  if (op.key === undefined && (value === undefined || value === null)) return { value: [] };
  return { value: value ?? null };
}

/** A request without an answer: only one that provably never reached the node is definite. */
function lost(f: string, error: unknown, signal: AbortSignal): Completion {
  const sent = !(error instanceof RequestError) || error.sent;
  // Short words that are the same on both runtimes; a history is grouped by them.
  const text = signal.aborted ? "timeout" : sent ? "connection lost" : "no connection";
  return { type: sent && !isRead(f) ? "info" : "fail", error: text };
}

/**
 * The driver of the bundled nodes: one client, pinned to one node, the same on both runtimes. It never retries and follows
 * no redirect: nodes pass requests on through their own network.
 */
import type { Completion, Invocation, Key, NodeId } from "../../core/op.js";
import { type Cluster, RequestError } from "../../core/runtime.js";
import type { Client } from "../../core/system.js";
import { isRead, parseReply, type Reply } from "../../kv/protocol.js";
import { onlyReads, READ_TXN, TXN } from "../../kv/txn.js";

/** The key of sets that are named by none. */
export const THE_SET: Key = "set";

/** Ops that are no reads and yet answer with a value: what was taken, a fencing token, the micro-ops with their results. */
const ANSWERING: ReadonlySet<string> = new Set(["dequeue", "acquire", TXN]);

export class KvClient implements Client {
  private seq = 0;

  /** `name` is unique within the run: nodes know a repeated request by it. */
  constructor(
    private readonly cluster: Cluster,
    private readonly node: NodeId,
    private readonly name: string,
  ) {}

  async invoke(op: Invocation, signal: AbortSignal): Promise<Completion> {
    const { value } = op;
    // Nodes answer transactions that only read as they answer reads, so they must know them by name.
    const f = op.f === TXN && onlyReads(value) ? READ_TXN : op.f;
    const key = op.f === TXN ? op.key : (op.key ?? THE_SET);
    const [client, seq] = [this.name, ++this.seq];
    const body = key === undefined ? { f, value, client, seq } : { f, key, value, client, seq };
    let answer: unknown;
    try {
      answer = await this.cluster.request(this.node, body, signal);
    } catch (error) {
      return lost(f, error, signal);
    }
    const reply = parseReply(answer);
    if (reply === undefined) return senseless(f);
    return this.completion(op, f, reply);
  }

  async close(): Promise<void> {}

  /** `f` is the op's name on the wire. */
  private completion(op: Invocation, f: string, reply: Reply): Completion {
    const via = reply.by !== undefined && reply.by !== this.node ? { via: reply.by } : {};
    if (reply.type === "ok") {
      // Counterexample: a transaction's own micro-ops in the place of its results would say that it read null everywhere.
      if (ANSWERING.has(op.f) && reply.value === undefined) return senseless(f);
      return { type: "ok", ...answered(op, reply.value), ...via };
    }
    // A read that may have happened has changed nothing: it did not happen.
    const type = reply.type === "info" && isRead(f) ? "fail" : reply.type;
    return { type, error: reply.error, ...via };
  }
}

/**
 * What an op returned; writes keep the value of their invocation. A set without a key that nobody wrote to is empty, and
 * any other absent key reads as what the invocation says (a counter: 0), mostly null.
 */
function answered(op: Invocation, value: unknown): { readonly value?: unknown } {
  if (ANSWERING.has(op.f)) return { value };
  if (!isRead(op.f)) return {};
  if (op.key === undefined && (value === undefined || value === null)) return { value: [] };
  return { value: value ?? op.value ?? null };
}

const senseless = (f: string): Completion => ({
  type: isRead(f) ? "fail" : "info",
  error: "the reply made no sense",
});

/** A request without an answer: only one that provably never reached the node is definite. */
function lost(f: string, error: unknown, signal: AbortSignal): Completion {
  const sent = !(error instanceof RequestError) || error.sent;
  // Short words that are the same on both runtimes; a history is grouped by them.
  const text = signal.aborted ? "timeout" : sent ? "connection lost" : "no connection";
  return { type: sent && !isRead(f) ? "info" : "fail", error: text };
}

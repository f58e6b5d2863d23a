/**
 * What clients and bundled nodes say to each other: the JSON bodies of requests and replies, shared by every mode so that
 * one driver (src/systems/kv) serves them all.
 *
 * A reply's type is a promise: `fail` means that the op did not happen and never will; a node that cannot promise this
 * answers `info`. (Counterexample: a forwarded write whose answer is overdue may still be executed, so it is `info`.)
 */
import type { Key, NodeId } from "../core/op.js";

/** A client's request. `client` and `seq` name a write, so that a copy of it can be told from a new one. */
export interface Request {
  readonly f: string;
  readonly key?: Key;
  readonly value?: unknown;
  /** The client's name; unique within a run. */
  readonly client?: string;
  /** Counts the client's requests from 1. */
  readonly seq?: number;
}

export type Reply =
  | { readonly type: "ok"; readonly value?: unknown; readonly by?: NodeId }
  | { readonly type: "fail" | "info"; readonly error: string; readonly by?: NodeId };

/** The answer to `{f: "status"}`: what a node knows of its cluster, for drivers, nemeses and people. Never an op. */
export interface Status {
  readonly node: NodeId;
  readonly mode: string;
  /** "primary" (a leader), "replica" (a follower, a candidate) or "peer" (leaderless modes). */
  readonly role: "primary" | "replica" | "peer";
  /** Epoch or term; 0 in leaderless modes. */
  readonly epoch: number;
  /** Whom it follows (itself, when it leads); null while it knows nobody. */
  readonly primary: NodeId | null;
  /** Would it try to serve a client's write now? */
  readonly serving: boolean;
  /** Position or digest of its data: nodes that show the same one hold the same data. */
  readonly digest: string;
  /** Work that is still to be handed to others (hints, unacknowledged entries); 0 when quiet. */
  readonly pending: number;
}

/** Ops that change nothing: without an answer they are `fail`, and they need no session. */
const READS: ReadonlySet<string> = new Set(["read", "read-txn", "contains", "lookup", "siblings", "ping", "status"]);

/** Does this f leave the data alone? */
export function isRead(f: string): boolean {
  return READS.has(f);
}

export function ok(value?: unknown): Reply {
  return value === undefined ? { type: "ok" } : { type: "ok", value };
}

/** It did not happen and never will. */
export function fail(error: string): Reply {
  return { type: "fail", error };
}

/** It may have happened, or may happen yet. */
export function info(error: string): Reply {
  return { type: "info", error };
}

/** The same reply, naming the node that really answered. */
export function by(node: NodeId, reply: Reply): Reply {
  return { ...reply, by: node };
}

export function isKey(value: unknown): value is Key {
  return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value));
}

/** A request from the wire, or undefined where the body is none. */
export function parseRequest(body: unknown): Request | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { f, key, value, client, seq } = body as Record<string, unknown>;
  if (typeof f !== "string") return undefined;
  if (key !== undefined && !isKey(key)) return undefined;
  if (client !== undefined && typeof client !== "string") return undefined;
  if (seq !== undefined && !(typeof seq === "number" && Number.isSafeInteger(seq) && seq > 0)) return undefined;
  // All there is, mostly. Spreading the fields that may be missing costs several times as much.
  if (key !== undefined && value !== undefined && client !== undefined && seq !== undefined)
    return { f, key, value, client, seq };
  return {
    f,
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
    ...(client === undefined ? {} : { client }),
    ...(seq === undefined ? {} : { seq }),
  };
}

/** A reply from the wire, or undefined where the body is none. */
export function parseReply(body: unknown): Reply | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { type, value, error, by: node } = body as Record<string, unknown>;
  if (type === "ok" && typeof node === "string")
    return value === undefined ? { type, by: node } : { type, value, by: node };
  const who = typeof node === "string" ? { by: node } : {};
  if (type === "ok") return { type, ...(value === undefined ? {} : { value }), ...who };
  if (type === "fail" || type === "info") return { type, error: String(error ?? "no reason given"), ...who };
  return undefined;
}

/** A status from the wire, or undefined where the body is none. */
export function parseStatus(value: unknown): Status | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const status = value as Partial<Status>;
  if (typeof status.node !== "string" || typeof status.role !== "string") return undefined;
  if (typeof status.epoch !== "number" || typeof status.digest !== "string") return undefined;
  return status as Status;
}

/** A strict majority of `n` nodes. */
export function majority(n: number): number {
  return (n >> 1) + 1;
}

/**
 * What Redis' error replies prove. Sources: Redis 8, src/server.c (processCommand: every check below runs before the command
 * is called), src/cluster.c (getNodeByQuery, clusterRedirectClient) and src/script.c (a script fails at its first write).
 */
import type { Completion } from "../../core/op.js";
import type { Reply } from "./connection.js";

/** Error codes that prove that the command was not carried out: the first word of the reply. */
const DEFINITE: ReadonlySet<string> = new Set([
  // This node serves no queries: it misses the majority of the primaries, or slots have no owner.
  "CLUSTERDOWN",
  // Several keys whose slot is being moved, or of several slots. Ours have one key; named for completeness.
  "TRYAGAIN",
  "CROSSSLOT",
  // A transaction of which a command was refused: EXEC carried out none.
  "EXECABORT",
  // A write that reached a replica.
  "READONLY",
  // Still reading its data after a start.
  "LOADING",
  // A replica that lost its primary and was told not to serve stale data.
  "MASTERDOWN",
  // Refuses writes: memory limit, failed persistence, too few replicas connected (min-replicas-to-write).
  "OOM",
  "MISCONF",
  "NOREPLICAS",
  // A script runs for too long; nothing else is let in.
  "BUSY",
  // Rights, and a key of another type.
  "NOAUTH",
  "NOPERM",
  "WRONGTYPE",
]);
// Left out on purpose: "UNBLOCKED" (a primary became a replica while we waited in WAIT: the write happened there and may be
// lost), "ERR" (a catch-all; in a script it may come after the write), and every code not known here.

/** The code of an error reply. */
const codeOf = (message: string): string => message.split(" ", 1)[0] ?? "";

/** Does this error reply prove that the command did nothing? */
export const isDefinite = (message: string): boolean => DEFINITE.has(codeOf(message));

/** "MOVED 3999 198.18.0.4:6379": somebody else owns the slot. ASK: only for the next command, after ASKING. */
export interface Redirect {
  readonly host: string;
  readonly ask: boolean;
}

/** The redirect in an error reply, if it is one. */
export function redirectIn(message: string): Redirect | undefined {
  const [code, , target] = message.split(" ");
  if ((code !== "MOVED" && code !== "ASK") || target === undefined) return undefined;
  // The port follows the last colon: IPv6 addresses have colons of their own.
  return { host: target.slice(0, target.lastIndexOf(":")), ask: code === "ASK" };
}

/** How an op without a result ended. A read changes nothing, so it is `fail` whatever happened. */
export function failed(reply: Exclude<Reply, { kind: "value" }>, isWrite: boolean): Completion {
  const error = reply.kind === "error" ? reply.message : reply.reason;
  const definite = reply.kind === "error" ? isDefinite(reply.message) : !reply.sent;
  return { type: definite || !isWrite ? "fail" : "info", error };
}

/**
 * Which of etcd's errors prove that a write did not happen. All others leave it open: calling an unknown write a failure
 * turns a correct system red. Read in etcd's sources, release 3.5: server/etcdserver/v3_server.go, api/v3rpc/key.go and
 * interceptor.go, apply.go, and api/v3rpc/rpctypes/error.go for the texts.
 */
import type { Completion } from "../../core/op.js";
import { textField } from "./codec.js";
import type { Outcome } from "./gateway.js";

/**
 * Refused before the request was proposed to Raft.
 *
 * Left out on purpose, since the write may have happened or may still happen:
 * - "leader changed", "request timed out" (also "… possibly due to previous leader failure" and "… connection lost"): the
 *   proposal was handed to Raft; a new leader may commit it. "server stopped": the same, the server stopped while waiting.
 * - "no leader": only for requests that carry `hasleader`, which ours do not.
 * - "mvcc: database space exceeded": the quota is looked at before proposing, but once more while applying, and there
 *   quotaApplierV3.Put returns this error *after* the put was applied.
 * - "raft proposal dropped": definite on the node that says so, but rare, and nothing is lost by calling it open.
 * - gRPC's own words ("transport is closing", "context canceled"): the gateway lost its server inside the same process.
 */
const DEFINITE: ReadonlySet<string> = new Set([
  // v3_server.go, processInternalRaftRequestOnce: too many entries committed and not yet applied.
  "etcdserver: too many requests",
  // the same function: larger than --max-request-bytes.
  "etcdserver: request is too large",
  // v3rpc/interceptor.go: the cluster's version is not settled yet.
  "etcdserver: not capable",
  // v3rpc/interceptor.go: the node is a learner.
  "etcdserver: rpc not supported for learner",
  // v3rpc/key.go, checkPutRequest and checkTxnRequest: a malformed request.
  "etcdserver: key is not provided",
  "etcdserver: duplicate key given in txn request",
  "etcdserver: too many operations in txn request",
]);

/** Does this message prove that the request was not carried out? */
export const isDefinite = (message: string): boolean => DEFINITE.has(message);

/** etcd's own words in an error reply. 3.5 has `message`; `error` holds the same text, in older releases alone. */
export function messageIn(outcome: Extract<Outcome, { kind: "reply" }>): string {
  return textField(outcome.body, "message") ?? textField(outcome.body, "error") ?? `HTTP ${outcome.status}`;
}

export const isOk = (outcome: Outcome): outcome is Extract<Outcome, { kind: "reply" }> =>
  outcome.kind === "reply" && outcome.status === 200;

/** Why a request brought no result, in a few words. */
export const reasonFor = (outcome: Outcome): string =>
  outcome.kind === "broken" ? outcome.reason : messageIn(outcome);

/** How a write without a result ended: `fail` where that is proved, else `info`. */
export function failedWrite(outcome: Outcome): Completion {
  const error = reasonFor(outcome);
  const definite = outcome.kind === "broken" ? !outcome.sent : isDefinite(error);
  return { type: definite ? "fail" : "info", error };
}

/** A read that brought no result changed nothing, whatever the reason. */
export const failedRead = (outcome: Outcome): Completion => ({ type: "fail", error: reasonFor(outcome) });

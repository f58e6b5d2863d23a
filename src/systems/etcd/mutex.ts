/**
 * Mutexes on etcd: the key of a lock is made if it is absent, and deleted by its owner. The revision that made it is the
 * fencing token. With a lease the key vanishes when the lease is over, whatever its owner believes (as etcd's own locks do).
 */
import type { Completion, Key } from "../../core/op.js";
import { encode, field, placeOf, textField, toBase64 } from "./codec.js";
import { failedWrite, isOk, reasonFor } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { guardedWrite } from "./objects.js";

/** `ok` holds the fencing token; a lock that another holds is `fail` "held". */
export async function acquire(
  gateway: Gateway,
  key: Key,
  owner: unknown,
  ttlSeconds: number,
  signal: AbortSignal,
): Promise<Completion> {
  const put: Record<string, unknown> = { key: toBase64(placeOf(key)), value: toBase64(encode(owner)) };
  if (ttlSeconds > 0) {
    const granted = await gateway.post("/v3/lease/grant", { TTL: ttlSeconds }, signal);
    // A lease without a key harms nobody: it ends by itself.
    if (!isOk(granted)) return { type: "fail", error: `no lease: ${reasonFor(granted)}` };
    put["lease"] = textField(granted.body, "ID");
    if (put["lease"] === undefined) return { type: "fail", error: "no lease: a reply without its ID" };
  }
  // Revision 0: the key does not exist.
  const compare = { key: put["key"], target: "CREATE", result: "EQUAL", create_revision: "0" };
  const outcome = await gateway.post("/v3/kv/txn", { compare: [compare], success: [{ request_put: put }] }, signal);
  if (!isOk(outcome)) return failedWrite(outcome);
  if (field(outcome.body, "succeeded") !== true) return { type: "fail", error: "held" };
  const revision = Number(textField(field(outcome.body, "header"), "revision"));
  return Number.isSafeInteger(revision) ? { type: "ok", value: revision } : { type: "ok" };
}

/** Deletes the lock's key if it is this owner's. */
export function release(gateway: Gateway, key: Key, owner: unknown, signal: AbortSignal): Promise<Completion> {
  const base64 = toBase64(placeOf(key));
  const compare = { key: base64, target: "VALUE", value: toBase64(encode(owner)) };
  return guardedWrite(gateway, compare, { request_delete_range: { key: base64 } }, "not held", signal);
}

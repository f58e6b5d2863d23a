/**
 * Counters, queues and fenced registers on etcd, by optimistic concurrency: look, then write in a transaction that holds only if what was looked
 * at is still so. A lost race is `fail` "conflict": nothing was written. The looking is always linearizable.
 */
import { UsageError } from "../../core/errors.js";
import type { Completion, Key } from "../../core/op.js";
import { decode, elementOf, encode, field, keyValues, placeOf, prefixEnd, toBase64 } from "./codec.js";
import { failedWrite, isOk, reasonFor } from "./errors.js";
import type { Gateway } from "./gateway.js";

/** A transaction with one comparison: `ok` where it held and the writes were done. */
export async function guardedWrite(
  gateway: Gateway,
  compare: Readonly<Record<string, unknown>>,
  success: Readonly<Record<string, unknown>>,
  otherwise: string,
  signal: AbortSignal,
): Promise<Completion> {
  const body = { compare: [{ result: "EQUAL", ...compare }], success: [success] };
  const outcome = await gateway.post("/v3/kv/txn", body, signal);
  if (!isOk(outcome)) return failedWrite(outcome);
  // `succeeded` is left out where it is false.
  return field(outcome.body, "succeeded") === true ? { type: "ok" } : { type: "fail", error: otherwise };
}

/** Adds to the number at the key's place; an absent one is 0. */
export async function increment(gateway: Gateway, key: Key, by: unknown, signal: AbortSignal): Promise<Completion> {
  if (!Number.isSafeInteger(by)) throw new UsageError("etcd: increment needs a whole number as its value");
  const base64 = toBase64(placeOf(key));
  const seen = await gateway.post("/v3/kv/range", { key: base64 }, signal);
  if (!isOk(seen)) return { type: "fail", error: `read before increment: ${reasonFor(seen)}` };
  const held = keyValues(seen.body)[0];
  const next = Number(decode(held) ?? 0) + (by as number);
  const compare = { key: base64, target: "MOD", mod_revision: held?.modRevision ?? "0" };
  return guardedWrite(
    gateway,
    compare,
    { request_put: { key: base64, value: toBase64(encode(next)) } },
    "conflict",
    signal,
  );
}

/** Takes the element that was made first: etcd numbers keys by the revision that created them. null: there was none. */
export async function dequeue(gateway: Gateway, key: Key, signal: AbortSignal): Promise<Completion> {
  const place = placeOf(key);
  const first = {
    key: toBase64(place),
    range_end: toBase64(prefixEnd(place)),
    limit: 1,
    sort_order: "ASCEND",
    sort_target: "CREATE",
  };
  const seen = await gateway.post("/v3/kv/range", first, signal);
  if (!isOk(seen)) return { type: "fail", error: `read before dequeue: ${reasonFor(seen)}` };
  const found = keyValues(seen.body)[0];
  if (found === undefined) return { type: "ok", value: null };
  const base64 = toBase64(found.key);
  // Elements are put once, so one that is still there is the one that was seen.
  const compare = { key: base64, target: "MOD", mod_revision: found.modRevision };
  const done = await guardedWrite(gateway, compare, { request_delete_range: { key: base64 } }, "conflict", signal);
  return done.type === "ok" ? { type: "ok", value: elementOf(place, found.key) } : done;
}

/** Writes [token, …] to a register, unless what is there was written with a larger token. */
export async function fencedWrite(
  gateway: Gateway,
  key: Key,
  value: unknown,
  signal: AbortSignal,
): Promise<Completion> {
  const token: unknown = Array.isArray(value) ? value[0] : undefined;
  if (typeof token !== "number") throw new UsageError("etcd: fenced-write needs [token, value] as its value");
  const base64 = toBase64(placeOf(key));
  const seen = await gateway.post("/v3/kv/range", { key: base64 }, signal);
  if (!isOk(seen)) return { type: "fail", error: `read before fenced-write: ${reasonFor(seen)}` };
  const held = keyValues(seen.body)[0];
  const there = decode(held);
  if (Array.isArray(there) && Number(there[0]) > token) return { type: "fail", error: "stale token" };
  const compare = { key: base64, target: "MOD", mod_revision: held?.modRevision ?? "0" };
  const put = { request_put: { key: base64, value: toBase64(encode(value)) } };
  return guardedWrite(gateway, compare, put, "conflict", signal);
}

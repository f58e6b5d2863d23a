/**
 * Transactions of micro-ops on etcd: ["r", key, null], ["w", key, value], ["append", key, element]. One snapshot read, the
 * micro-ops run on it here, and one guarded etcd transaction that writes only if nothing read has changed since: optimistic
 * concurrency control, so what commits is strictly serializable if etcd's transactions are.
 */
import { UsageError } from "../../core/errors.js";
import type { Completion } from "../../core/op.js";
import { decode, encode, field, type KeyValue, keyValues, objectKey, toBase64 } from "./codec.js";
import { failedRead, failedWrite, isOk } from "./errors.js";
import type { Gateway } from "./gateway.js";

type MicroOp = readonly ["r" | "w" | "append", unknown, unknown];

/** Runs one transaction. `ok` holds the micro-ops with what the reads returned; a lost race is `fail` "conflict". */
export async function runTxn(
  gateway: Gateway,
  value: unknown,
  serializable: boolean,
  signal: AbortSignal,
): Promise<Completion> {
  const ops = microOps(value);
  const keys = keysToRead(ops);
  const snapshot = new Map<string, KeyValue | undefined>();
  if (keys.length > 0) {
    const success = keys.map((key) => ({ request_range: { key: toBase64(key), serializable } }));
    const read = await gateway.post("/v3/kv/txn", { success }, signal);
    if (!isOk(read)) return failedRead(read);
    if (!fill(snapshot, keys, read.body)) return { type: "fail", error: "a reply without its ranges" };
  }
  const { results, written } = run(ops, snapshot);
  if (written.size === 0) return { type: "ok", value: results };
  const outcome = await gateway.post("/v3/kv/txn", guarded(keys, snapshot, written), signal);
  if (!isOk(outcome)) return failedWrite(outcome);
  return field(outcome.body, "succeeded") === true
    ? { type: "ok", value: results }
    : { type: "fail", error: "conflict" };
}

/** Keys whose value matters: all but those that are overwritten before anything else. Blind writes race with nobody. */
function keysToRead(ops: readonly MicroOp[]): readonly string[] {
  const blind = new Set<string>();
  const keys = new Set<string>();
  for (const [f, key] of ops) {
    const name = objectKey(key);
    if (f === "w" && !keys.has(name)) blind.add(name);
    else if (!blind.has(name)) keys.add(name);
  }
  return [...keys];
}

/** Fills in the replies of a transaction's ranges, in the order of its keys. False where some are missing. */
function fill(snapshot: Map<string, KeyValue | undefined>, keys: readonly string[], body: unknown): boolean {
  const responses = field(body, "responses");
  const list: readonly unknown[] = Array.isArray(responses) ? responses : [];
  if (list.length !== keys.length) return false;
  keys.forEach((key, i) => {
    snapshot.set(key, keyValues(field(list[i], "response_range"))[0]);
  });
  return true;
}

/** Runs the micro-ops on the snapshot: later ones see what earlier ones wrote. */
function run(
  ops: readonly MicroOp[],
  snapshot: ReadonlyMap<string, KeyValue | undefined>,
): { results: MicroOp[]; written: Map<string, unknown> } {
  const written = new Map<string, unknown>();
  const results: MicroOp[] = [];
  for (const [f, key, value] of ops) {
    const name = objectKey(key);
    const now = written.has(name) ? written.get(name) : decode(snapshot.get(name));
    if (f === "r") {
      results.push([f, key, now]);
      continue;
    }
    written.set(name, f === "w" ? value : [...(Array.isArray(now) ? now : []), value]);
    results.push([f, key, value]);
  }
  return { results, written };
}

/** Writes, on condition that every key of the snapshot still has the revision it was read at (0: still absent). */
function guarded(
  keys: readonly string[],
  snapshot: ReadonlyMap<string, KeyValue | undefined>,
  written: ReadonlyMap<string, unknown>,
): { compare: object[]; success: object[] } {
  const compare = keys.map((key) => ({
    key: toBase64(key),
    target: "MOD",
    result: "EQUAL",
    mod_revision: snapshot.get(key)?.modRevision ?? "0",
  }));
  const success = [...written].map(([key, value]) => ({
    request_put: { key: toBase64(key), value: toBase64(encode(value)) },
  }));
  return { compare, success };
}

function microOps(value: unknown): readonly MicroOp[] {
  const isMicroOp = (op: unknown): op is MicroOp =>
    Array.isArray(op) && op.length === 3 && ["r", "w", "append"].includes(op[0] as string);
  if (Array.isArray(value) && value.length > 0 && value.every(isMicroOp)) return value;
  throw new UsageError('etcd: txn needs a list of ["r" | "w" | "append", key, value] as its value');
}

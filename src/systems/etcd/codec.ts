/** How keys and values look in etcd: everything of one key below `k/<key>/`, all of it JSON, and base64 on the wire. */
import type { Key } from "../../core/op.js";

/** The JSON gateway takes and gives bytes as base64 (protobuf's JSON mapping). */
export const toBase64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
export const fromBase64 = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

/** A value as it is stored. Equal values of a workload have equal texts, since they are encoded here alone. */
export const encode = (value: unknown): string => JSON.stringify(value ?? null);

/**
 * Where a key's data lies: a register at this very place, the elements of a set one by one below it. So a read is one range,
 * and what it finds tells a register from a set. JSON keeps the key 5 and the key "5" apart; sets without a key share one.
 */
export const placeOf = (key: Key | undefined): string => `k/${key === undefined ? "" : JSON.stringify(key)}/`;
export const elementKey = (key: Key | undefined, element: unknown): string => placeOf(key) + encode(element);
export const elementOf = (place: string, etcdKey: string): unknown => JSON.parse(etcdKey.slice(place.length));

/** The key of an object that transactions read, write and append to. */
export const objectKey = (key: unknown): string => `t/${encode(key)}`;

/**
 * The end of the range that holds every key with this prefix: the prefix with its last byte increased. Prefixes here end in
 * "/" (0x2f), so there is always a byte to increase.
 */
export function prefixEnd(prefix: string): string {
  const bytes = Buffer.from(prefix, "utf8");
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] as number) + 1;
  return bytes.toString("utf8");
}

/** One key and its value, as far as the driver looks at it. `modRevision` is an int64 and so a string; "0": never written. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly modRevision: string;
}

/** The stored value; an absent key reads as null. */
export const decode = (held: KeyValue | undefined): unknown => (held === undefined ? null : JSON.parse(held.value));

/** The `kvs` of a range reply. Fields that are empty or zero are left out by the gateway. */
export function keyValues(body: unknown): KeyValue[] {
  const kvs = field(body, "kvs");
  if (!Array.isArray(kvs)) return [];
  return kvs.map((kv: unknown) => ({
    key: fromBase64(textField(kv, "key") ?? ""),
    value: fromBase64(textField(kv, "value") ?? ""),
    modRevision: textField(kv, "mod_revision") ?? "0",
  }));
}

/** A field of something that may be an object. */
export function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

/** The same, where only a string will do. */
export function textField(body: unknown, name: string): string | undefined {
  const value = field(body, name);
  return typeof value === "string" ? value : undefined;
}

/** One etcd client, pinned to one node: what each op sends, and how its reply ends the op. */
import { UsageError } from "../../core/errors.js";
import type { Completion, Invocation, Key } from "../../core/op.js";
import type { Client } from "../../core/system.js";
import {
  decode,
  elementKey,
  elementOf,
  encode,
  field,
  keyValues,
  placeOf,
  prefixEnd,
  textField,
  toBase64,
} from "./codec.js";
import { failedRead, failedWrite, isOk, reasonFor } from "./errors.js";
import type { Gateway, Outcome } from "./gateway.js";
import { acquire, release } from "./mutex.js";
import { dequeue, fencedWrite, increment } from "./objects.js";
import { runTxn } from "./txn.js";

export interface ClientOptions {
  /** Reads answered by the node alone, without asking the others (`serializable` of a range request): may be stale. */
  readonly serializable: boolean;
  /** Mutexes are bound to a lease of this many seconds, which nobody keeps alive; 0: to none. */
  readonly lockTtlSeconds: number;
  /** Elements a page of a set read. */
  readonly pageSize?: number;
}

/** What etcd's clients here understand. `read` returns the register or the elements of the set that the key holds. */
export const ETCD_OPS = [
  "read",
  "write",
  "cas",
  "add",
  "txn",
  "increment",
  "enqueue",
  "dequeue",
  "acquire",
  "release",
  "fenced-write",
] as const;

/** Pages keep one reply of a big set below a megabyte or two. */
const PAGE_SIZE = 10_000;

export class EtcdClient implements Client {
  /** `gateway` has shaken hands with the node. */
  constructor(
    private readonly gateway: Gateway,
    private readonly options: ClientOptions,
  ) {}

  get closed(): boolean {
    return !this.gateway.connected;
  }

  async invoke(op: Invocation, signal: AbortSignal): Promise<Completion> {
    // A kept connection that died in the meantime: nothing was sent on it, and a new one shakes hands first.
    if (this.closed) return { type: "fail", error: "connection closed" };
    switch (op.f) {
      case "read":
        return this.read(op.key, op.value, signal);
      case "write":
        return this.put(placeOf(keyOf(op)), encode(op.value), signal);
      case "cas":
        return this.cas(keyOf(op), op.value, signal);
      case "add":
        return this.put(elementKey(op.key, op.value), "", signal);
      case "txn":
        return runTxn(this.gateway, op.value, this.options.serializable, signal);
      case "increment":
        return increment(this.gateway, keyOf(op), op.value, signal);
      case "enqueue":
        // A queue is a set whose elements know when they were made.
        return this.put(elementKey(keyOf(op), op.value), "", signal);
      case "dequeue":
        return dequeue(this.gateway, keyOf(op), signal);
      case "acquire":
        return acquire(this.gateway, keyOf(op), op.value, this.options.lockTtlSeconds, signal);
      case "fenced-write":
        return fencedWrite(this.gateway, keyOf(op), op.value, signal);
      case "release":
        return release(this.gateway, keyOf(op), op.value, signal);
      default:
        throw new UsageError(`etcd does not know the op ${op.f}; it knows ${ETCD_OPS.join(", ")}`);
    }
  }

  async close(): Promise<void> {
    this.gateway.close();
  }

  private range(key: string, more: Record<string, unknown>, signal: AbortSignal): Promise<Outcome> {
    return this.gateway.post("/v3/kv/range", { key: toBase64(key), ...more }, signal);
  }

  private async put(key: string, value: string, signal: AbortSignal): Promise<Completion> {
    const outcome = await this.gateway.post("/v3/kv/put", { key: toBase64(key), value: toBase64(value) }, signal);
    return isOk(outcome) ? { type: "ok" } : failedWrite(outcome);
  }

  /**
   * Compare-and-set on the key's mod revision. The value is looked at with a linearizable read whatever the option says:
   * "mismatch" claims that the register really held something else between invocation and completion, and a serializable
   * read could claim that of a value long gone.
   */
  private async cas(key: Key, value: unknown, signal: AbortSignal): Promise<Completion> {
    const [expected, next] = pairOf(value);
    const seen = await this.range(placeOf(key), {}, signal);
    if (!isOk(seen)) return { type: "fail", error: `read before cas: ${reasonFor(seen)}` };
    const held = keyValues(seen.body)[0];
    if (encode(decode(held)) !== encode(expected)) return { type: "fail", error: "mismatch" };
    const base64 = toBase64(placeOf(key));
    // An absent key has mod revision 0, so the same comparison serves "it is still not there".
    const compare = [{ key: base64, target: "MOD", result: "EQUAL", mod_revision: held?.modRevision ?? "0" }];
    const success = [{ request_put: { key: base64, value: toBase64(encode(next)) } }];
    const outcome = await this.gateway.post("/v3/kv/txn", { compare, success }, signal);
    if (!isOk(outcome)) return failedWrite(outcome);
    // `succeeded` is left out where it is false. Somebody wrote in between: not applied, yet no proof of a mismatch, since
    // the other may have written the expected value again.
    return field(outcome.body, "succeeded") === true ? { type: "ok" } : { type: "fail", error: "conflict" };
  }

  /**
   * Everything that lies at the key's place, page by page; `absent` where nothing does. Only the first page asks the cluster (unless serializable): it
   * fixes a revision, and what the keys were at that revision never changes, so this node alone can answer for the later
   * pages and the whole read is one snapshot, taken between invocation and completion.
   */
  private async read(key: Key | undefined, absent: unknown, signal: AbortSignal): Promise<Completion> {
    const place = placeOf(key);
    const limit = this.options.pageSize ?? PAGE_SIZE;
    const page = { range_end: toBase64(prefixEnd(place)), limit };
    const elements: unknown[] = [];
    let outcome = await this.range(place, { ...page, serializable: this.options.serializable }, signal);
    for (;;) {
      if (!isOk(outcome)) return failedRead(outcome);
      const found = keyValues(outcome.body);
      const last = found.at(-1);
      if (found[0]?.key === place) return { type: "ok", value: decode(found[0]) };
      // Nothing there: an absent register, or a set nobody has added to.
      if (last === undefined && elements.length === 0)
        return { type: "ok", value: key === undefined ? [] : (absent ?? null) };
      for (const { key: etcdKey } of found) elements.push(elementOf(place, etcdKey));
      if (field(outcome.body, "more") !== true || last === undefined) return { type: "ok", value: elements };
      const revision = textField(field(outcome.body, "header"), "revision");
      if (revision === undefined) return { type: "fail", error: "a range reply without its revision" };
      outcome = await this.range(`${last.key}\0`, { ...page, serializable: true, revision }, signal);
    }
  }
}

function keyOf(op: Invocation): Key {
  if (op.key === undefined) throw new UsageError(`etcd: ${op.f} needs a key`);
  return op.key;
}

function pairOf(value: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(value) || value.length !== 2) throw new UsageError("etcd: cas needs [expected, new] as its value");
  return [value[0], value[1]];
}

/** What each op sends to Redis, and what its reply means. Keys carry hash tags, values are JSON. */
import { UsageError } from "../../core/errors.js";
import type { Completion, Invocation, Key } from "../../core/op.js";

/** What Redis' clients here understand. `read` returns the register or the elements of the set that the key holds. */
export const REDIS_OPS = [
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
] as const;

export interface Command {
  readonly args: readonly string[];
  /** Sent right before it: MULTI and the commands of a transaction, where `args` is EXEC. */
  readonly before?: readonly (readonly string[])[];
  readonly isWrite: boolean;
  /** What to ask instead when the key turns out to hold another type (WRONGTYPE: the command did nothing). */
  readonly otherType?: Command;
  /** The completion that a reply without an error means. */
  completion(reply: unknown): Completion;
}

/** The Redis key of a key. JSON keeps the key 5 and the key "5" apart; sets without a key share one. */
export const redisKey = (key: Key | undefined): string => `k:${key === undefined ? "" : JSON.stringify(key)}`;

/**
 * Compare-and-set as one script: Redis runs it without letting anything in between. An absent key counts as null; the
 * script names its key, so that it is redirected like any other command.
 */
const CAS_SCRIPT = `
if (redis.call('GET', KEYS[1]) or 'null') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`.trim();

/** Deletes the key if it holds this owner: of a mutex that somebody else has by now, nothing is released. */
const RELEASE_SCRIPT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`.trim();

export const encode = (value: unknown): string => JSON.stringify(value ?? null);
export const decode = (text: unknown): unknown => (typeof text === "string" ? JSON.parse(text) : null);

/** The command for an op. */
export function commandFor(op: Invocation): Command {
  switch (op.f) {
    case "read":
      return op.key === undefined ? readSet(op.key) : read(op.key, op.value);
    case "write":
      return write(["SET", redisKey(keyOf(op)), encode(op.value)]);
    case "add":
      return write(["SADD", redisKey(op.key), encode(op.value)]);
    case "cas":
      return cas(keyOf(op), op.value);
    case "increment":
      return write(["INCRBY", redisKey(keyOf(op)), String(Number(op.value))]);
    case "enqueue":
      return write(["RPUSH", redisKey(keyOf(op)), encode(op.value)]);
    case "dequeue":
      // Of an empty queue: nil, which is null.
      return {
        ...write(["LPOP", redisKey(keyOf(op))]),
        completion: (reply) => ({ type: "ok", value: decode(reply) }),
      };
    case "acquire":
      return yesOrNo(["SET", redisKey(keyOf(op)), encode(op.value), "NX"], "OK", "held");
    case "release":
      return yesOrNo(["EVAL", RELEASE_SCRIPT, "1", redisKey(keyOf(op)), encode(op.value)], 1, "not held");
    default:
      throw new UsageError(`redis-cluster does not know the op ${op.f}; it knows ${REDIS_OPS.join(", ")}`);
  }
}

const write = (args: readonly string[]): Command => ({ args, isWrite: true, completion: () => ({ type: "ok" }) });

/** Done where the reply is `yes`; else nothing was changed, for the reason given. */
const yesOrNo = (args: readonly string[], yes: unknown, no: string): Command => ({
  args,
  isWrite: true,
  completion: (reply) => (reply === yes ? { type: "ok" } : { type: "fail", error: no }),
});

/** `absent` is what an absent key reads as. */
const read = (key: Key, absent: unknown): Command => ({
  args: ["GET", redisKey(key)],
  isWrite: false,
  otherType: readSet(key),
  completion: (reply) => ({ type: "ok", value: decode(reply) ?? absent ?? null }),
});

/** Keys of set workloads are read with GET first: one more round trip, and no state to keep about keys. */
const readSet = (key: Key | undefined): Command => ({
  args: ["SMEMBERS", redisKey(key)],
  isWrite: false,
  completion: (reply) => ({ type: "ok", value: Array.isArray(reply) ? reply.map(decode) : [] }),
});

function cas(key: Key, value: unknown): Command {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new UsageError("redis-cluster: cas needs [expected, new] as its value");
  }
  return yesOrNo(["EVAL", CAS_SCRIPT, "1", redisKey(key), encode(value[0]), encode(value[1])], 1, "mismatch");
}

function keyOf(op: Invocation): Key {
  if (op.key === undefined) throw new UsageError(`redis-cluster: ${op.f} needs a key`);
  return op.key;
}

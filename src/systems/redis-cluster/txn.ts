/**
 * Transactions of micro-ops on Redis Cluster, ["r", key, null], ["w", key, value], ["append", key, element]: MULTI, a command
 * or two each, EXEC. All objects of transactions lie in one slot by their hash tag, for Redis has no transactions across slots.
 */
import { UsageError } from "../../core/errors.js";
import { type Command, decode, encode, redisKey } from "./commands.js";

type MicroOp = readonly ["r" | "w" | "append", unknown, unknown];

/** The tag hashes to the slot of the set without a key: a fault aimed at primaries finds the one that owns it. */
const TAG = `{${redisKey(undefined)}}`;
/** Lists and registers have keys of their own, since a read does not say which of the two it expects. */
const listKey = (key: unknown): string => `l${TAG}${encode(key)}`;
const registerKey = (key: unknown): string => `r${TAG}${encode(key)}`;

/** The command for a transaction. `ok` holds the micro-ops with what the reads returned. */
export function txnCommand(value: unknown): Command {
  const ops = microOps(value);
  const isWrite = ops.some(([f]) => f !== "r");
  return {
    args: ["EXEC"],
    before: [["MULTI"], ...ops.flatMap(commandsOf)],
    isWrite,
    completion: (reply) => {
      const results = resultsOf(ops, reply);
      if (results !== undefined) return { type: "ok", value: results };
      return { type: isWrite ? "info" : "fail", error: "EXEC answered otherwise" };
    },
  };
}

function commandsOf([f, key, value]: MicroOp): readonly (readonly string[])[] {
  if (f === "append") return [["RPUSH", listKey(key), encode(value)]];
  if (f === "w") return [["SET", registerKey(key), encode(value)]];
  return [
    ["LRANGE", listKey(key), "0", "-1"],
    ["GET", registerKey(key)],
  ];
}

/**
 * The micro-ops with what was read. Replies come in the order of the commands: two for a read, one for a write. undefined
 * where there are more or fewer of them: a reply cut short would read as null, as if nothing had ever been written.
 */
function resultsOf(ops: readonly MicroOp[], reply: unknown): MicroOp[] | undefined {
  const replies: readonly unknown[] = Array.isArray(reply) ? reply : [];
  let at = 0;
  const results = ops.map(([f, key, value]): MicroOp => {
    if (f !== "r") {
      at++;
      return [f, key, value];
    }
    const list = replies[at++];
    const register = replies[at++];
    return [f, key, Array.isArray(list) && list.length > 0 ? list.map(decode) : decode(register)];
  });
  return replies.length === at ? results : undefined;
}

function microOps(value: unknown): readonly MicroOp[] {
  const isMicroOp = (op: unknown): op is MicroOp =>
    Array.isArray(op) && op.length === 3 && ["r", "w", "append"].includes(op[0] as string);
  if (Array.isArray(value) && value.length > 0 && value.every(isMicroOp)) return value;
  throw new UsageError('redis-cluster: txn needs a list of ["r" | "w" | "append", key, value] as its value');
}

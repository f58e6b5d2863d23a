/**
 * What the replies to MULTI, its commands and EXEC say together, as the reply of one command. EXEC decides: what it answers
 * happened in one piece, and after EXECABORT nothing did (Redis 8, src/multi.c).
 */
import type { Reply } from "./connection.js";
import { isDefinite, redirectIn } from "./errors.js";

type ErrorReply = Extract<Reply, { kind: "error" }>;
const isError = (reply: Reply): reply is ErrorReply => reply.kind === "error";

/** `replies` in the order the commands were sent: MULTI first, EXEC last. */
export function execOutcome(replies: readonly Reply[]): Reply {
  const [multi] = replies;
  const queued = replies.slice(0, -1);
  const exec = replies.at(-1);
  if (multi === undefined || exec === undefined) throw new RangeError("a transaction has a MULTI and an EXEC");
  // Without a MULTI its commands ran one by one, those that were not refused as well.
  if (isError(multi)) {
    const none = queued.every((reply) => isError(reply) && isDefinite(reply.message));
    return none ? multi : { kind: "error", message: `MULTI refused: ${multi.message}` };
  }
  if (exec.kind === "value") return partly(exec.value) ?? exec;
  if (exec.kind === "broken") return exec;
  if (!exec.message.startsWith("EXECABORT")) return exec;
  const refused = queued.find(isError);
  if (refused === undefined) return exec;
  return redirectIn(refused.message) === undefined
    ? { kind: "error", message: `EXECABORT ${refused.message}` }
    : refused;
}

/** A command that failed while EXEC ran it, say one on a key of another type: the others were carried out. */
function partly(value: unknown): ErrorReply | undefined {
  const failed = Array.isArray(value) ? value.find((one) => one instanceof Error) : undefined;
  return failed === undefined ? undefined : { kind: "error", message: `partly executed: ${(failed as Error).message}` };
}

/**
 * What became of an attempt to execute a request goes back to the node that made it: over the wire, or within this node.
 * Answers within the node are queued and settled at the end of the step, so that settling may start the next attempt.
 */
import type { Reply } from "../protocol.js";
import type { Answer } from "./messages.js";
import type { Origin, RaftState } from "./state.js";

/** The machine executed the request (or its session knew the answer). */
export function answerReply(state: RaftState, origin: Origin, reply: Reply): void {
  give(state, origin, {
    t: "answer",
    run: origin.run,
    n: origin.n,
    attempt: origin.attempt,
    reply: signed(state, reply),
  });
}

/** The attempt was refused. `sure`: it has had no effect and never will. */
export function answerRefusal(state: RaftState, origin: Origin, refused: string, sure: boolean): void {
  give(state, origin, { t: "answer", run: origin.run, n: origin.n, attempt: origin.attempt, refused, sure });
}

/** The reply with this node's name. Field by field: spreading is slow, and every op passes here. */
function signed({ node }: RaftState, reply: Reply): Reply {
  if (reply.type !== "ok") return { type: reply.type, error: reply.error, by: node };
  return reply.value === undefined ? { type: "ok", by: node } : { type: "ok", value: reply.value, by: node };
}

function give(state: RaftState, origin: Origin, answer: Answer): void {
  if (origin.from === state.node) state.ownAnswers.push(answer);
  else state.out.send(origin.from, answer);
}

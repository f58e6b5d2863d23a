/** Becoming a follower: the one change of role that any message can cause. */
import type { NodeId } from "../../core/op.js";
import { answerRefusal } from "./answers.js";
import type { RaftState } from "./state.js";

/** Follows `leader` (null: nobody yet) in `term`, which is the current term or a newer one. */
export function follow(state: RaftState, term: number, leader: NodeId | null): void {
  if (term > state.term) state.setTerm(term);
  const was = state.role;
  if (was === "leader") stepDown(state);
  if (was !== "follower") {
    state.role = "follower";
    state.putOffElection();
  }
  if (leader !== state.leader && leader !== null) state.out.log(`follows ${leader} in term ${term}`);
  state.leader = leader;
}

/**
 * Reads that wait are refused: they change nothing; so are requests that no term was opened for. Writes that wait stay: the
 * entry may still be committed by the next leader, and this node learns of it as a follower (or learns that another entry took
 * the place).
 */
function stepDown(state: RaftState): void {
  state.out.log(`steps down in term ${state.term}`);
  const { held, reads } = state;
  state.reads = [];
  state.held = [];
  state.settling = false;
  for (const { origin } of [...held, ...reads]) answerRefusal(state, origin, "lost the leadership", true);
  if (!state.has("fail-on-step-down")) return;
  // Planted bug: the entries are in other logs, and the next leader may commit them.
  for (const { origin } of state.waiters.values()) answerRefusal(state, origin, "lost the leadership", true);
  state.waiters.clear();
}

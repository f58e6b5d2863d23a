/**
 * Linearizable reads without the log (Ongaro 2014, section 6.4): a read is answered from the leader's machine once the
 * leader knows that it still led when the read arrived. It learns that from a round of messages that a majority answers;
 * one round serves all reads that wait for it. Or it holds a lease (section 6.4.1).
 */
import { apply } from "../machine.js";
import type { Request } from "../protocol.js";
import { answerReply } from "./answers.js";
import { leaseClock, majorityOf } from "./quorum.js";
import type { Origin, Peer, RaftState } from "./state.js";

/** A read came to the leader. Returns true when a new round is to begin for it now. */
export function queueRead(state: RaftState, origin: Origin, request: Request): boolean {
  // Planted bug: a leader that was replaced, and has not heard of it, answers with what was true once.
  if (state.has("local-reads") || (state.options.reads === "lease" && holdsLease(state))) {
    answerReply(state, origin, apply(state.machine, request));
    return false;
  }
  // A new leader does not know how far its predecessors committed until its own first entry is committed (step 1).
  // Counterexample: the old leader acknowledged entry 7 and died before it told anybody that 7 is committed.
  const index = state.has("reads-before-opening") ? state.commit : Math.max(state.commit, state.opening);
  // Answers to messages of the round under way may have been sent before this read arrived: it needs the next round.
  state.reads.push({ origin, request, round: state.round + 1, index });
  if (confirmedRound(state) >= state.round) return true;
  state.roundWanted = true;
  return false;
}

const roundOf = (peer: Peer): number => peer.round;
const heardAtOf = (peer: Peer): number => peer.heardAt;

/** The newest round that a majority has answered. */
function confirmedRound(state: RaftState): number {
  return majorityOf(state, state.round, roundOf);
}

/** Answers what may be answered. Returns true when reads wait for a round that can begin now. */
export function serveReads(state: RaftState): boolean {
  const { reads } = state;
  if (state.role !== "leader" || reads.length === 0) return false;
  const confirmed = confirmedRound(state);
  let served = 0;
  for (; served < reads.length; served++) {
    const read = reads[served];
    if (read === undefined || read.round > confirmed || read.index > state.commit) break;
    answerReply(state, read.origin, apply(state.machine, read.request));
  }
  if (served > 0) state.reads = reads.slice(served);
  return state.roundWanted && confirmed >= state.round;
}

/**
 * Nobody can have been elected yet: a majority answered messages sent less than an election time-out ago, and until that is
 * over it votes for nobody. A tenth is left for clocks that run at different speeds.
 */
function holdsLease(state: RaftState): boolean {
  const now = leaseClock(state);
  const since = majorityOf(state, now, heardAtOf);
  return state.commit >= state.opening && since >= 0 && now - since < (state.options.electionMs * 9) / 10;
}

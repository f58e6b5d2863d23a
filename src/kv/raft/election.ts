/**
 * Leader election (Ongaro 2014, section 3.4) with pre-vote (section 9.6) and the rule that a node which hears a leader helps
 * nobody to replace it (section 4.2.3). Leases rely on that rule.
 */
import type { NodeId } from "../../core/op.js";
import type { VoteReply, VoteRequest } from "./messages.js";
import { beginReign } from "./replication.js";
import { follow } from "./roles.js";
import type { RaftState } from "./state.js";

/** The timer "election": one timer that is always armed, so that hearing a leader need not arm anything. */
export function onElectionTimer(state: RaftState): void {
  if (state.role === "leader") state.putOffElection();
  else if (state.nowMs >= state.electionDueMs) stand(state);
  else if (state.role !== "follower") askForVotes(state);
  armElection(state);
}

export function armElection(state: RaftState): void {
  const untilDue = Math.max(1, state.electionDueMs - state.nowMs);
  const asking = state.role === "candidate" || state.role === "precandidate";
  // Messages get lost: votes that did not come are asked for again.
  state.out.timer("election", asking ? Math.min(untilDue, state.options.heartbeatMs) : untilDue);
}

function stand(state: RaftState): void {
  state.leader = null;
  state.putOffElection();
  if (state.options.preVote) campaign(state, "precandidate");
  else campaign(state, "candidate");
}

function campaign(state: RaftState, role: "precandidate" | "candidate"): void {
  state.role = role;
  if (role === "candidate") {
    state.setTerm(state.term + 1);
    state.setVote(state.node);
  }
  state.votes.clear();
  state.votes.add(state.node);
  askForVotes(state);
  countVotes(state);
}

function askForVotes(state: RaftState): void {
  const { log, role, term } = state;
  const ask: VoteRequest = {
    t: role === "candidate" ? "vote" : "prevote",
    term: role === "candidate" ? term : term + 1,
    lastIndex: log.last,
    lastTerm: log.lastTerm,
  };
  for (const other of state.others) if (!state.votes.has(other)) state.out.send(other, ask);
}

function countVotes(state: RaftState): void {
  if (state.votes.size < state.majority) return;
  if (state.role === "candidate") {
    state.out.log(`leads term ${state.term} with ${state.votes.size} votes`);
    beginReign(state);
  } else if (state.role === "precandidate") {
    campaign(state, "candidate");
  }
}

/** A prevote request: would this node vote so? Nothing changes here, so nothing has to be durable. */
export function onPrevote(state: RaftState, from: NodeId, ask: VoteRequest): void {
  const granted = ask.term > state.term && !hearsLeader(state) && isUpToDate(state, ask);
  reply(state, from, "prevoted", ask.term, granted);
}

export function onVote(state: RaftState, from: NodeId, ask: VoteRequest): void {
  // Not even the term is taken from a candidate whom nobody needs (section 4.2.3).
  if (state.options.preVote && hearsLeader(state)) return;
  if (ask.term > state.term) follow(state, ask.term, null);
  const free = state.vote === null || state.vote === from;
  const granted = ask.term === state.term && free && isUpToDate(state, ask);
  if (granted) {
    if (state.vote === null) state.setVote(from);
    state.putOffElection();
  }
  reply(state, from, "voted", ask.term, granted);
}

function reply(state: RaftState, to: NodeId, t: VoteReply["t"], asked: number, granted: boolean): void {
  state.out.send(to, { t, term: state.term, asked, granted });
}

export function onVoteReply(state: RaftState, from: NodeId, answer: VoteReply): void {
  if (answer.term > state.term) {
    follow(state, answer.term, null);
    return;
  }
  const wanted =
    answer.t === "voted"
      ? state.role === "candidate" && answer.asked === state.term
      : state.role === "precandidate" && answer.asked === state.term + 1;
  if (!wanted || !answer.granted) return;
  state.votes.add(from);
  countVotes(state);
}

/** Did this node hear a leader (or a majority, if it leads) within the shortest election time-out? */
function hearsLeader(state: RaftState): boolean {
  if (state.role === "leader") return true;
  return state.nowMs - state.heardMs < state.options.electionMs;
}

/** Is the candidate's log at least as new as this node's (section 3.6.1)? */
function isUpToDate(state: RaftState, ask: VoteRequest): boolean {
  // Planted bug: a candidate that lacks committed entries may win, and they are overwritten.
  if (state.has("vote-without-log-check")) return true;
  const { last, lastTerm } = state.log;
  return ask.lastTerm !== lastTerm ? ask.lastTerm > lastTerm : ask.lastIndex >= last;
}

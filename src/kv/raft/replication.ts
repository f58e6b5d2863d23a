/**
 * The leader's side of log replication (Ongaro 2014, section 3.5): messages are pipelined, each brings as many entries as
 * there are, and where a follower's log parts from the leader's is searched with small messages.
 */
import type { NodeId } from "../../core/op.js";
import { applyTo } from "./apply.js";
import { writeEntry } from "./disk.js";
import type { Appended } from "./messages.js";
import { confirmReads } from "./reads.js";
import { follow } from "./roles.js";
import { sendSnapshot } from "./snapshot.js";
import type { Peer, RaftState } from "./state.js";

const ENTRIES_PER_MESSAGE = 100;
/** Messages with entries a follower may have unanswered; what comes meanwhile goes together in the next. */
const WINDOW = 2;
/** Entries without an answer are sent again after this long; ms. */
const RESEND_MS = 150;

/** This candidate has a majority. Its first entry lets it commit what former leaders left (section 6.4, step 1). */
export function beginReign(state: RaftState): void {
  const { log, nowMs, others } = state;
  state.role = "leader";
  state.leader = state.node;
  state.ledTerm = state.term;
  state.reignMs = nowMs;
  state.round = 1;
  state.confirmedRound = 0;
  state.roundWanted = false;
  state.opening = log.last + 1;
  state.peers = others.map((node) => ({
    node,
    match: 0,
    next: state.opening,
    probing: true,
    inFlight: 0,
    sentMs: nowMs,
    round: 0,
    heardAt: -1,
  }));
  writeEntry(state, { term: state.term, request: null });
  for (const peer of state.peers) sendAppend(state, peer);
  state.out.timer("heartbeat", state.options.heartbeatMs);
  advanceCommit(state);
}

/** The timer "heartbeat", while this node leads. */
export function onHeartbeatTimer(state: RaftState): void {
  if (state.role !== "leader") return;
  if (!hearsMajority(state)) {
    // An isolated leader refuses (section 6.2): its clients would wait for ever, and it could answer nobody truly.
    follow(state, state.term, null);
    return;
  }
  beginRound(state);
  state.out.timer("heartbeat", state.options.heartbeatMs);
}

/** Does this leader hear a majority? A new one is given the time of an election. */
export function hearsMajority(state: RaftState): boolean {
  const { electionMs } = state.options;
  if (state.nowMs - state.reignMs < electionMs) return true;
  let heard = 1;
  for (const peer of state.peers) if (peer.heardMs !== undefined && state.nowMs - peer.heardMs < electionMs) heard++;
  return heard >= state.majority;
}

/** Sends everybody a message of a new round, with whatever entries are due. */
export function beginRound(state: RaftState): void {
  state.round++;
  state.roundWanted = false;
  for (const peer of state.peers) {
    if (peer.inFlight > 0 && state.nowMs - peer.sentMs >= RESEND_MS) {
      peer.next = peer.match + 1;
      peer.inFlight = 0;
    }
    sendAppend(state, peer);
  }
  confirmReads(state);
}

/** New entries are in the log: sends them to those who are ready for more. */
export function pushEntries(state: RaftState): void {
  for (const peer of state.peers) {
    if (!peer.probing && peer.inFlight < WINDOW && peer.next <= state.log.last) sendAppend(state, peer);
  }
}

/** One message to one follower: entries if it may have more, else a heartbeat. */
function sendAppend(state: RaftState, peer: Peer): void {
  const { log, out } = state;
  const prev = peer.next - 1;
  const prevTerm = log.termAt(prev);
  if (prevTerm === undefined) {
    sendSnapshot(state, peer);
    return;
  }
  const room = peer.probing ? 1 : peer.inFlight < WINDOW ? ENTRIES_PER_MESSAGE : 0;
  const entries = room === 0 || peer.next > log.last ? [] : log.from(peer.next, room);
  if (entries.length > 0) {
    peer.sentMs = state.nowMs;
    peer.inFlight++;
    if (!peer.probing) peer.next += entries.length;
  }
  const { term, commit, round } = state;
  out.sendEarly(peer.node, { t: "append", term, prev, prevTerm, entries, commit, round, at: leaseClock(state) });
}

/** The clock that leases are measured with. */
export function leaseClock(state: RaftState): number {
  // Planted bug: the wall clock can be set back, and then a lease lasts longer than its grantors think.
  return state.has("lease-by-wall-clock") ? state.wallMs : state.nowMs;
}

/** A follower answered. */
export function onAppended(state: RaftState, from: NodeId, answer: Appended): void {
  if (answer.term > state.term) {
    follow(state, answer.term, null);
    return;
  }
  if (state.role !== "leader" || answer.term < state.term) return;
  const peer = state.peers.find(({ node }) => node === from);
  if (peer === undefined) return;
  peer.heardMs = state.nowMs;
  peer.heardAt = Math.max(peer.heardAt, answer.at);
  peer.round = Math.max(peer.round, answer.round);
  if (answer.ok) agree(state, peer, answer.match);
  else search(state, peer, answer);
  confirmReads(state);
}

function agree(state: RaftState, peer: Peer, match: number): void {
  if (peer.inFlight > 0) peer.inFlight--;
  peer.probing = false;
  if (match > peer.match) {
    peer.match = match;
    if (peer.next <= match) peer.next = match + 1;
    advanceCommit(state);
  }
  if (peer.inFlight < WINDOW && peer.next <= state.log.last) sendAppend(state, peer);
}

/** The logs do not agree at `prev`: tries further back, where the follower suggests. */
function search(state: RaftState, peer: Peer, answer: Appended): void {
  // An answer that was overtaken: newer ones showed agreement there, or the search has moved on.
  if (answer.prev <= peer.match || (peer.probing && answer.prev !== peer.next - 1)) return;
  peer.probing = true;
  peer.inFlight = 0;
  peer.next = Math.max(peer.match, Math.min(answer.match, answer.prev - 1)) + 1;
  sendAppend(state, peer);
}

/** Commits what a majority has (section 3.6.2). */
export function advanceCommit(state: RaftState): void {
  const index = majorityOf(state, state.log.last, (peer) => peer.match);
  if (index <= state.commit) return;
  // Only an entry of its own term lets a leader commit (and with it what came before). Counterexample, figure 3.7: a
  // majority has an entry of an older term, and a node with a newer last entry may still be elected and overwrite it.
  if (state.log.termAt(index) !== state.term && !state.has("commit-older-term")) return;
  applyTo(state, index);
  confirmReads(state);
}

/** The greatest number that a majority has reached, `own` being this node's. */
export function majorityOf(state: RaftState, own: number, numberOf: (peer: Peer) => number): number {
  const numbers = state.peers.map(numberOf);
  numbers.push(own);
  numbers.sort((a, b) => b - a);
  // Planted bug: half of the nodes are no majority; the other half may decide otherwise.
  const needed = state.has("half-is-majority") ? Math.max(1, state.majority - 1) : state.majority;
  return numbers[needed - 1] as number;
}

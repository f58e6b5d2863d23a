/**
 * The leader's side of log replication (Ongaro 2014, section 3.5): messages are pipelined, each brings as many entries as
 * there are, and where a follower's log parts from the leader's is searched with small messages.
 */
import type { NodeId } from "../../core/op.js";
import { toImage } from "../machine.js";
import { applyTo } from "./apply.js";
import { writeEntry } from "./disk.js";
import type { Appended, Entry } from "./messages.js";
import { hearsMajority, leaseClock, majorityOf } from "./quorum.js";
import { serveReads } from "./reads.js";
import { follow } from "./roles.js";
import type { Peer, RaftState } from "./state.js";

const ENTRIES_PER_MESSAGE = 100;
/** Messages with entries a follower may have unanswered; what comes meanwhile goes together in the next. */
const WINDOW = 2;
/** Entries without an answer are sent again after this long; ms. */
const RESEND_MS = 150;
const RESEND_SNAPSHOT_MS = 500;

/** This candidate has a majority. */
export function beginReign(state: RaftState): void {
  const { log, nowMs, others } = state;
  state.role = "leader";
  state.leader = state.node;
  state.ledTerm = state.term;
  state.reignMs = leaseClock(state);
  state.round = 1;
  state.roundWanted = false;
  state.opening = log.last + 1;
  state.peers = others.map((node) => ({
    node,
    match: 0,
    next: state.opening,
    probing: true,
    inFlight: 0,
    sentMs: nowMs,
    snapshotMs: -RESEND_SNAPSHOT_MS,
    round: 0,
    heardMs: state.reignMs,
    heardAt: -1,
  }));
  state.settling = state.options.settleMs > 0;
  if (state.settling) state.out.timer("settle", state.options.settleMs);
  else writeEntry(state, openingEntry(state));
  for (const peer of state.peers) sendAppend(state, peer);
  state.out.timer("heartbeat", state.options.heartbeatMs);
  advanceCommit(state);
}

/** The first entry of a term lets its leader commit what former leaders left (section 6.4, step 1). */
const openingEntry = ({ term }: RaftState): Entry => ({ term, request: null });

/** The end of the time to settle. */
export function openTerm(state: RaftState): void {
  state.settling = false;
  writeEntry(state, openingEntry(state));
  pushEntries(state);
}

/** The timer "heartbeat", while this node leads. */
export function onHeartbeatTimer(state: RaftState): void {
  if (state.role !== "leader") return;
  if (!hearsMajority(state)) {
    // An isolated leader refuses (section 6.2): its clients would wait for ever.
    follow(state, state.term, null);
    return;
  }
  for (const peer of state.peers) {
    if (peer.inFlight === 0 || state.nowMs - peer.sentMs < RESEND_MS) continue;
    peer.next = peer.match + 1;
    peer.inFlight = 0;
  }
  beginRound(state);
  state.out.timer("heartbeat", state.options.heartbeatMs);
}

/** Sends everybody a message of a new round, with whatever entries are due. */
export function beginRound(state: RaftState): void {
  state.round++;
  state.roundWanted = false;
  for (const peer of state.peers) sendAppend(state, peer);
  serveReads(state);
}

/** New entries are in the log: sends them to those who are ready for more. */
export function pushEntries(state: RaftState): void {
  for (const peer of state.peers) sendMore(state, peer);
  if (state.peers.length === 0) advanceCommit(state);
}

function sendMore(state: RaftState, peer: Peer): void {
  if (peer.probing || peer.inFlight >= WINDOW || peer.next > state.log.last) return;
  if (state.log.termAt(peer.next - 1) !== undefined || isSnapshotDue(state, peer)) sendAppend(state, peer);
}

/** One message to one follower: entries if it may have more, else a heartbeat. */
function sendAppend(state: RaftState, peer: Peer): void {
  const { log, out, term, round } = state;
  let prev = peer.next - 1;
  if (log.termAt(prev) === undefined) {
    if (isSnapshotDue(state, peer)) {
      sendSnapshot(state, peer);
      return;
    }
    // The snapshot is on its way. A heartbeat that agrees with any log keeps the follower from standing for election.
    prev = 0;
  }
  const prevTerm = prev === 0 ? 0 : (log.termAt(prev) ?? 0);
  const room = prev !== peer.next - 1 ? 0 : peer.probing ? 1 : peer.inFlight < WINDOW ? ENTRIES_PER_MESSAGE : 0;
  const entries = room === 0 || peer.next > log.last ? [] : log.from(peer.next, room);
  if (entries.length > 0) {
    peer.sentMs = state.nowMs;
    peer.inFlight++;
    if (!peer.probing) peer.next += entries.length;
  }
  const at = leaseClock(state);
  out.sendEarly(peer.node, { t: "append", term, prev, prevTerm, entries, commit: state.commit, round, at });
}

function isSnapshotDue(state: RaftState, peer: Peer): boolean {
  return state.nowMs - peer.snapshotMs >= RESEND_SNAPSHOT_MS;
}

function sendSnapshot(state: RaftState, peer: Peer): void {
  const { term, commit: index, log, round, machine } = state;
  peer.snapshotMs = state.nowMs;
  const indexTerm = log.termAt(index) ?? 0;
  const at = leaseClock(state);
  // Not before the sync: the machine holds entries that count this node's own copy.
  state.out.send(peer.node, { t: "install", term, index, indexTerm, image: toImage(machine), round, at });
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
  peer.heardMs = leaseClock(state);
  peer.heardAt = Math.max(peer.heardAt, answer.at);
  peer.round = Math.max(peer.round, answer.round);
  // Planted bug: whoever answered once counts as answering for ever, to messages that were not even sent yet.
  if (state.has("old-rounds-count")) peer.round = peer.heardMs = Number.MAX_SAFE_INTEGER;
  if (answer.ok) agree(state, peer, answer.match);
  else search(state, peer, answer);
  if (serveReads(state)) beginRound(state);
}

function agree(state: RaftState, peer: Peer, match: number): void {
  if (peer.probing) peer.inFlight = 0;
  peer.probing = false;
  if (match > peer.match) {
    peer.match = match;
    if (peer.next <= match) peer.next = match + 1;
    // Answers overtake each other: nothing is under way when all that was sent is agreed on.
    peer.inFlight = peer.next === match + 1 ? 0 : Math.max(0, peer.inFlight - 1);
    if (match > state.commit) advanceCommit(state);
  }
  sendMore(state, peer);
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

const matchOf = (peer: Peer): number => peer.match;

/** Commits what a majority has (section 3.6.2). */
function advanceCommit(state: RaftState): void {
  const index = majorityOf(state, state.log.last, matchOf);
  if (index <= state.commit) return;
  // Only an entry of its own term lets a leader commit (and with it what came before). Counterexample, figure 3.7: a
  // majority has an entry of an older term, and a node with a newer last entry may still be elected and overwrite it.
  if (state.log.termAt(index) !== state.term && !state.has("commit-older-term")) return;
  applyTo(state, index);
}

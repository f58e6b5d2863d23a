/** The follower's side of log replication (Ongaro 2014, section 3.5). */
import type { NodeId } from "../../core/op.js";
import { fromImage } from "../machine.js";
import { answerRefusal } from "./answers.js";
import { applyTo } from "./apply.js";
import { writeEntry, writeSnapshot } from "./disk.js";
import type { Append, Appended, Entry, Install } from "./messages.js";
import { follow } from "./roles.js";
import type { RaftState } from "./state.js";

export function onAppend(state: RaftState, from: NodeId, message: Append): void {
  const { log } = state;
  if (!obeys(state, from, message)) return;
  const { prev, prevTerm, entries } = message;
  // Planted bug: the entries here may be another leader's, and are perhaps overwritten a moment later.
  if (state.has("commit-past-agreement")) applyTo(state, Math.min(message.commit, log.last));
  if (!agreesAt(state, prev, prevTerm)) {
    answer(state, from, message, false, guess(state, prev), prev);
    return;
  }
  const match = prev + entries.length;
  // Entries up to the base are in the snapshot: committed, so the leader's are the same.
  for (let index = Math.max(prev, log.base) + 1; index <= match; index++) {
    const entry = entries[index - prev - 1] as Entry;
    const here = log.termAt(index);
    // Planted bug: what comes after is cut off though it agrees. (A message that was overtaken then removes entries that
    // this node has acknowledged since.)
    if (here === entry.term && !state.has("append-always-truncates")) continue;
    if (here !== undefined) log.cutFrom(index);
    writeEntry(state, entry);
  }
  // Not up to the end of the log: entries beyond this message may be another leader's, which will be overwritten.
  applyTo(state, Math.min(message.commit, match));
  answer(state, from, message, true, Math.max(match, log.base), 0);
}

/** The leader has dropped the entries this node lacks, and sends the machine instead (section 5.2). */
export function onInstall(state: RaftState, from: NodeId, message: Install): void {
  if (!obeys(state, from, message)) return;
  const { log } = state;
  const { index, indexTerm } = message;
  if (index > state.commit) {
    state.out.log(`takes a snapshot up to ${index} from ${from}`);
    if (log.termAt(index) === indexTerm) log.dropTo(index);
    else log.reset(index, indexTerm);
    state.machine = fromImage(message.image);
    state.commit = index;
    for (const [at, { origin }] of state.waiters) {
      if (at > index) continue;
      state.waiters.delete(at);
      answerRefusal(state, origin, "the outcome is in a snapshot", false);
    }
    writeSnapshot(state);
  }
  answer(state, from, message, true, index, 0);
}

/** Is the sender the leader of this term or of a newer one? An older one is told so, and steps down. */
function obeys(state: RaftState, from: NodeId, message: Append | Install): boolean {
  const { term } = message;
  // Planted bug: a leader that was replaced overwrites entries of its successor.
  if (term < state.term && !state.has("obeys-old-leaders")) {
    answer(state, from, message, false, 0, 0);
    return false;
  }
  if (term > state.term || state.role !== "follower" || state.leader !== from) {
    follow(state, Math.max(term, state.term), from);
  }
  state.heardMs = state.nowMs;
  state.putOffElection();
  return true;
}

/** Is the entry before the new ones the leader's (the log matching property, section 3.5)? */
function agreesAt(state: RaftState, prev: number, prevTerm: number): boolean {
  if (prev < state.log.base) return true;
  const here = state.log.termAt(prev);
  // Planted bug: an entry of another leader at that place stays, and is acknowledged as if it were this one's.
  return here === prevTerm || (here !== undefined && state.has("no-log-matching"));
}

/** Where the logs may agree: the end of this one, or before the whole term that is wrong at `prev` (section 3.5, end). */
function guess(state: RaftState, prev: number): number {
  const { log } = state;
  if (prev > log.last) return log.last;
  const wrong = log.termAt(prev);
  let at = prev - 1;
  while (at > state.commit && log.termAt(at) === wrong) at--;
  return at;
}

function answer(
  state: RaftState,
  to: NodeId,
  { round, at }: Append | Install,
  ok: boolean,
  match: number,
  prev: number,
): void {
  const message: Appended = { t: "appended", term: state.term, ok, match, prev, round, at };
  state.out.send(to, message);
}

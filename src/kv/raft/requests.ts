/**
 * Clients' requests at the node that received them. It makes attempts: with itself when it leads, else with the leader,
 * through the cluster's own network, so a cut between the two is felt by the client as it is by the nodes. When the leader
 * changes it tries again; the session in the machine sees to it that a write is executed once.
 *
 * `fail` is answered only when every attempt is known to have had no effect. An attempt carries the term it was meant for
 * and is executed in that term only; a leader that lost its term never leads it again, so a refusal holds for late copies too.
 */
import { apply, refuse } from "../machine.js";
import { by, fail, info, isRead, ok, parseRequest, type Request, type Status } from "../protocol.js";
import { isNamed } from "./apply.js";
import { execute } from "./execute.js";
import type { Answer } from "./messages.js";
import { hearsMajority } from "./quorum.js";
import type { Pending, RaftState } from "./state.js";

/** A request without an outcome is given up after this long; ms. Clients give up long before. */
const GIVE_UP_MS = 5000;
const EXPIRY_MS = 100;
/** The bits of `refused`. */
const ATTEMPTS_MAX = 30;

export function onRequest(state: RaftState, id: number, body: unknown): void {
  const request = parseRequest(body);
  if (request === undefined) state.out.reply(id, fail("not a request"));
  else if (request.f === "ping") state.out.reply(id, ok(state.node));
  else if (request.f === "status") state.out.reply(id, ok(statusOf(state)));
  else if (!isCopy(state, request)) serve(state, id, request);
}

function serve(state: RaftState, id: number, request: Request): void {
  const { node, out } = state;
  const refusal = refuse(request);
  if (refusal !== undefined) {
    out.reply(id, by(node, refusal));
    return;
  }
  if (isRead(request.f) && answersAlone(state)) {
    out.reply(id, by(node, apply(state.machine, request)));
    return;
  }
  const n = state.nextPending++;
  const pending: Pending = { id, request, sinceMs: state.nowMs, attempts: 0, refused: 0, triedTerm: -1 };
  state.pending.set(n, pending);
  attempt(state, n, pending);
  armExpiry(state);
}

/** Does this node answer reads from its own copy, whoever leads? */
function answersAlone(state: RaftState): boolean {
  // Planted bug: what a follower has applied may be older than what was acknowledged.
  return state.options.reads === "local" || (state.has("follower-reads") && state.role !== "leader");
}

/** A copy of a write that came before (the client's link repeated it): its first arrival gets the answer. */
function isCopy(state: RaftState, request: Request): boolean {
  const { client, seq, f } = request;
  if (client === undefined || seq === undefined || isRead(f)) return false;
  if (seq <= (state.received.get(client) ?? 0)) return true;
  state.received.set(client, seq);
  return false;
}

/** Tries the leader of this term, once. */
function attempt(state: RaftState, n: number, pending: Pending): void {
  const { leader, node, run, term } = state;
  const { request } = pending;
  if (leader === null || pending.triedTerm === term || pending.attempts >= ATTEMPTS_MAX) return;
  // Without a name the machine could not tell a second attempt from a second request.
  if (!isRead(request.f) && !isNamed(request) && !hasNoEffect(pending)) return;
  pending.triedTerm = term;
  pending.attempts++;
  const name = { run, n, attempt: pending.attempts };
  if (leader === node) execute(state, { from: node, ...name }, request);
  else state.out.send(leader, { t: "forward", term, ...name, request });
}

/** Has this request no effect so far, and will its attempts never have one? */
function hasNoEffect({ attempts, refused }: Pending): boolean {
  return refused === (1 << attempts) - 1;
}

/** After a change of leader: whatever still waits is tried with the new one. */
export function attemptAll(state: RaftState): void {
  for (const [n, pending] of state.pending) attempt(state, n, pending);
}

/** What became of an attempt. */
export function onAnswer(state: RaftState, answer: Answer): void {
  const pending = answer.run === state.run ? state.pending.get(answer.n) : undefined;
  if (pending === undefined) return;
  if (answer.reply !== undefined) {
    state.pending.delete(answer.n);
    state.out.reply(pending.id, answer.reply);
    return;
  }
  if (answer.sure === true) pending.refused |= 1 << (answer.attempt - 1);
  attempt(state, answer.n, pending);
}

/** The timer "expiry", armed while requests wait. */
export function onExpiryTimer(state: RaftState): void {
  state.expiryArmed = false;
  for (const [n, pending] of state.pending) {
    const ageMs = state.nowMs - pending.sinceMs;
    const harmless = hasNoEffect(pending);
    if (ageMs < (harmless ? state.options.holdMs : GIVE_UP_MS)) continue;
    state.pending.delete(n);
    const reply = harmless ? fail("no leader") : info("no answer from the leader");
    state.out.reply(pending.id, by(state.node, reply));
  }
  armExpiry(state);
}

function armExpiry(state: RaftState): void {
  if (state.expiryArmed || state.pending.size === 0) return;
  state.expiryArmed = true;
  state.out.timer("expiry", EXPIRY_MS);
}

function statusOf(state: RaftState): Status {
  const { commit, leader, log, node, options, role, term } = state;
  const leads = role === "leader";
  const hears = leader !== null && state.nowMs - state.heardMs < 2 * options.electionMs;
  return {
    node,
    mode: "raft",
    role: leads ? "primary" : "replica",
    epoch: term,
    primary: leader,
    serving: leads ? commit >= state.opening && hearsMajority(state) : hears,
    digest: `${log.termAt(commit) ?? 0}:${commit}`,
    pending: leads ? state.peers.filter((peer) => peer.match < log.last).length : 0,
  };
}

/**
 * Fail-over, as in Redis Cluster: replicas that did not hear the primary for `failoverMs` ask everybody for a vote in a new
 * epoch, a node votes once an epoch and only when it misses the primary too, a majority decides, and the old primary steps
 * down when it hears of the newer epoch. Unlike Redis a voter also refuses a candidate whose log is behind its own; what
 * only the old primary has is lost all the same.
 */
import type { NodeId } from "../../core/op.js";
import { isBehind, type Message } from "./messages.js";
import { acknowledge, beat } from "./replication.js";
import type { AsyncState } from "./state.js";

/** Candidates wait up to this long, at random, so that two rarely stand at once; ms. */
const SPREAD_MS = 250;
/** A candidate without a majority after this long stands again; ms. */
const CAMPAIGN_MS = 500;

/** Every heartbeatMs, on every node. */
export function onTick(state: AsyncState, nowMs: number): void {
  // A node that was stopped itself has not listened: its own absence is not the primary's silence. (Counterexample: on a
  // machine that stalls for two seconds all nodes would wake up, find the primary silent and elect another.)
  const stall = nowMs - state.tickMs - state.options.heartbeatMs;
  if (stall > state.options.heartbeatMs) state.heardMs += stall;
  state.tickMs = nowMs;
  if (state.isPrimary) beat(state, nowMs);
  else if (missesPrimary(state, nowMs)) considerStanding(state, nowMs);
}

/** Was the primary silent for too long? */
export function missesPrimary(state: AsyncState, nowMs: number): boolean {
  return !state.isPrimary && nowMs - state.heardMs >= state.options.failoverMs;
}

function considerStanding(state: AsyncState, nowMs: number): void {
  if (state.standAtMs < 0) state.standAtMs = nowMs + state.random.below(SPREAD_MS);
  if (nowMs < state.standAtMs) return;
  state.standAtMs = nowMs + CAMPAIGN_MS + state.random.below(SPREAD_MS);
  const epoch = Math.max(state.newest, state.epoch, state.voted) + 1;
  state.newest = epoch;
  state.voted = epoch;
  state.saveMeta();
  state.campaign = { epoch, votes: new Set([state.node]) };
  state.out.log(`stands for election in epoch ${epoch} at ${state.last.e}:${state.last.i}`);
  for (const other of state.others) state.out.send(other, { t: "elect", e: epoch, last: state.last } satisfies Message);
  countVotes(state, nowMs);
}

export function onElect(state: AsyncState, from: NodeId, message: Message & { t: "elect" }, nowMs: number): void {
  const { e, last } = message;
  state.newest = Math.max(state.newest, e);
  if (e <= state.voted || e <= state.epoch) {
    const newer: Message = { t: "newer", e: Math.max(state.voted, state.epoch), primary: null };
    state.out.send(from, newer);
    return;
  }
  if (!missesPrimary(state, nowMs) || isBehind(last, state.last)) return;
  state.voted = e;
  state.saveMeta();
  state.out.send(from, { t: "vote", e } satisfies Message);
}

export function onVote(state: AsyncState, from: NodeId, message: Message & { t: "vote" }, nowMs: number): void {
  if (state.campaign?.epoch !== message.e) return;
  state.campaign.votes.add(from);
  countVotes(state, nowMs);
}

function countVotes(state: AsyncState, nowMs: number): void {
  const { campaign } = state;
  if (campaign === undefined || campaign.votes.size < state.majority) return;
  state.out.log(`is primary of epoch ${campaign.epoch} with ${campaign.votes.size} votes`);
  follow(state, campaign.epoch, state.node, nowMs);
  state.resetPeers();
  // The voters have just been heard.
  for (const voter of campaign.votes) {
    const peer = state.peers.get(voter);
    if (peer !== undefined) peer.heardMs = nowMs;
  }
  beat(state, nowMs);
}

/** Takes a node as the primary of a newer epoch, durably. The old primary steps down here. */
export function follow(state: AsyncState, epoch: number, primary: NodeId, nowMs: number): void {
  if (state.isPrimary) state.out.log(`steps down: ${primary} is primary of epoch ${epoch}`);
  state.epoch = epoch;
  state.newest = Math.max(state.newest, epoch);
  state.primary = primary;
  state.heardMs = nowMs;
  state.standAtMs = -1;
  state.campaign = undefined;
  state.early.clear();
  state.saveMeta();
}

/** A message of a primary: true when it is the one to follow. */
export function accept(state: AsyncState, from: NodeId, epoch: number, nowMs: number): boolean {
  if (epoch < state.epoch || (epoch === state.epoch && state.primary !== from)) {
    state.out.send(from, { t: "newer", e: state.epoch, primary: state.primary } satisfies Message);
    return false;
  }
  if (epoch > state.epoch) follow(state, epoch, from, nowMs);
  return true;
}

export function onBeat(state: AsyncState, from: NodeId, message: Message & { t: "beat" }, nowMs: number): void {
  // A primary that hears no majority is as good as silent: it serves nobody, so the others may replace it.
  if (message.ok) {
    state.heardMs = nowMs;
    state.heard = true;
    state.standAtMs = -1;
    state.campaign = undefined;
  }
  acknowledge(state, from, message.at);
}

/** A primary of an old epoch, or a candidate, learns that it is late. */
export function onNewer(state: AsyncState, message: Message & { t: "newer" }, nowMs: number): void {
  state.newest = Math.max(state.newest, message.e);
  if (message.e > state.epoch && message.primary !== null && message.primary !== state.node) {
    follow(state, message.e, message.primary, nowMs);
  }
}

/** What a node does by itself: heartbeats, handing hints back, comparing with its peers, its status. */
import type { NodeId } from "../../core/op.js";
import type { Status } from "../protocol.js";
import { tend } from "./coordinator.js";
import type { Item, Message } from "./messages.js";
import type { QuorumState } from "./state.js";

export const TICK_MS = 50;
const BEAT_MS = 100;
/** Hints go to a node at most this often, this many at a time. */
const OFFER_MS = 200;
const HINTS_PER_OFFER = 200;

export function onTick(state: QuorumState, nowMs: number): void {
  if (nowMs - state.beatMs >= BEAT_MS) {
    state.beatMs = nowMs;
    const message: Message = { t: "beat", hears: state.hears(nowMs) };
    for (const other of state.others) state.out.send(other, message);
  }
  tend(state, nowMs);
  for (const other of state.others) offerHints(state, other, nowMs);
  const { antiEntropyMs } = state.options;
  if (antiEntropyMs > 0 && nowMs - state.comparedMs >= antiEntropyMs) {
    state.comparedMs = nowMs;
    state.entropy.round();
  }
}

export function onBeat(state: QuorumState, from: NodeId, hears: readonly NodeId[], nowMs: number): void {
  state.heard.set(from, { atMs: nowMs, mutual: hears.includes(state.node) });
}

function offerHints(state: QuorumState, to: NodeId, nowMs: number): void {
  if (state.store.hintCount === 0 || !state.reaches(to, nowMs)) return;
  if (nowMs - (state.offered.get(to) ?? -OFFER_MS) < OFFER_MS) return;
  const items = state.store.hintsFor(to, HINTS_PER_OFFER);
  if (items.length === 0) return;
  state.offered.set(to, nowMs);
  state.out.send(to, { t: "hand", items } satisfies Message);
}

/** The replica that a stand-in kept these for: stored durably before the stand-in may forget them. */
export function onHand(state: QuorumState, from: NodeId, items: readonly Item[]): void {
  state.store.take(items);
  state.out.sync();
  state.out.send(from, { t: "handed", items } satisfies Message);
  state.compact();
}

export function onHanded(state: QuorumState, from: NodeId, items: readonly Item[]): void {
  // Unsynced: forgetting this in a crash only means to offer them again.
  state.store.release(from, items);
}

export function statusOf(state: QuorumState, nowMs: number): Status {
  const inReach = state.nodes.filter((node) => state.reaches(node, nowMs)).length;
  const missing = state.nodes.length - inReach;
  const unequal = state.options.antiEntropyMs > 0 ? state.entropy.unequal() : 0;
  return {
    node: state.node,
    mode: "quorum",
    role: "peer",
    epoch: 0,
    primary: null,
    serving: state.options.sloppy || inReach >= Math.max(state.r, state.w),
    // Nodes hold different keys, so no digest of all their data could be equal; `pending` tells whether they agree.
    digest: "",
    pending: state.store.hintCount + missing + unequal,
  };
}

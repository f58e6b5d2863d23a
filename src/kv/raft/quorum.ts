/** Counting: what a majority has reached, and whether a leader still hears one. */
import type { Peer, RaftState } from "./state.js";

/** The greatest number that a majority has reached; `own` is this node's. */
export function majorityOf(state: RaftState, own: number, numberOf: (peer: Peer) => number): number {
  const { peers, sorted } = state;
  // Insertion into a kept list: this runs for every answer to every message, and a list a call would be most of its cost.
  sorted[0] = own;
  let count = 1;
  for (const peer of peers) {
    const number = numberOf(peer);
    let at = count++;
    for (; at > 0 && (sorted[at - 1] as number) < number; at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = number;
  }
  // Planted bug: half of the nodes are no majority; the other half may decide otherwise.
  const needed = state.has("half-is-majority") ? Math.max(1, state.majority - 1) : state.majority;
  return sorted[needed - 1] as number;
}

/** Does this leader hear a majority? A new one is given the time of an election. */
export function hearsMajority(state: RaftState): boolean {
  const { electionMs } = state.options;
  const now = leaseClock(state);
  if (now - state.reignMs < electionMs) return true;
  let heard = 1;
  for (const peer of state.peers) if (now - peer.heardMs < electionMs) heard++;
  return heard >= state.majority;
}

/** The clock by which a leader measures its lease, and how long it has not heard its followers. */
export function leaseClock(state: RaftState): number {
  // Planted bug: the wall clock can be set back, and then a lease lasts longer than those who granted it think.
  return state.has("lease-by-wall-clock") ? state.wallMs : state.nowMs;
}

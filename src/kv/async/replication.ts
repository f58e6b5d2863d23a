/**
 * How a primary's log reaches its replicas: entries are pushed once, heartbeats bring back where each replica's log ends,
 * and what is missing is sent again. A replica whose log is not a prefix of the primary's (an old primary with writes that
 * nobody else has) is given everything, and its own writes are gone: Redis' partial and full resynchronisation.
 */
import type { NodeId } from "../../core/op.js";
import { toImage } from "../machine.js";
import { type Entry, type Message, type Position, samePosition } from "./messages.js";
import type { AsyncState, Peer } from "./state.js";

const ENTRIES_PER_MESSAGE = 200;
/** Before the same entries are sent again, they are given this long to arrive; ms. */
const RESEND_MS = 150;
const RESEND_ALL_MS = 1000;
const EARLY_LIMIT = 1000;

/** Primary: tells a majority that it is alive, and learns who hears it. */
export function beat(state: AsyncState, nowMs: number): void {
  const message: Message = { t: "beat", e: state.epoch, ok: state.hearsMajority(nowMs), at: nowMs };
  for (const other of state.others) state.out.send(other, message);
}

/** Primary: pushes the newest entry to every replica that was sent the one before. */
export function push(state: AsyncState, entry: Entry, prev: Position, nowMs: number): void {
  for (const [other, peer] of state.peers) {
    if (peer.sent !== prev.i) continue;
    state.out.send(other, { t: "entries", e: state.epoch, prev, list: [entry] } satisfies Message);
    peer.sent = entry.i;
    peer.sentMs = nowMs;
  }
}

/** Primary: a replica said where its log ends. */
export function onAck(state: AsyncState, from: NodeId, message: Message & { t: "ack" }, nowMs: number): void {
  const peer = state.peers.get(from);
  if (peer === undefined || !state.isPrimary || message.e !== state.epoch) return;
  // The time comes from our own heartbeat: an ack that waited in a queue proves no more than when it was asked for.
  if (message.at !== undefined && message.at <= nowMs) peer.heardMs = Math.max(peer.heardMs, message.at);
  peer.acked = message.last;
  const waiting = nowMs - peer.sentMs < RESEND_MS;
  if (state.epochAt(message.last.i) !== message.last.e) {
    if (peer.fullMs >= 0 && nowMs - peer.fullMs < RESEND_ALL_MS) return;
    sendAll(state, from, peer, nowMs);
  } else if (message.last.i < state.last.i && !(waiting && peer.sent > message.last.i)) {
    sendFrom(state, from, peer, message.last, nowMs);
  } else if (message.last.i > peer.sent) {
    peer.sent = message.last.i;
  }
}

function sendFrom(state: AsyncState, to: NodeId, peer: Peer, prev: Position, nowMs: number): void {
  const start = prev.i - state.base.i;
  const list = state.backlog.slice(start, start + ENTRIES_PER_MESSAGE);
  state.out.send(to, { t: "entries", e: state.epoch, prev, list } satisfies Message);
  peer.sent = prev.i + list.length;
  peer.sentMs = nowMs;
}

function sendAll(state: AsyncState, to: NodeId, peer: Peer, nowMs: number): void {
  state.out.log(`full resynchronisation of ${to} at ${state.last.e}:${state.last.i}`);
  const image = toImage(state.machine);
  state.out.send(to, { t: "full", e: state.epoch, last: state.last, image } satisfies Message);
  peer.sent = state.last.i;
  peer.sentMs = nowMs;
  peer.fullMs = nowMs;
}

/** Replica: entries from the primary of this epoch. */
export function onEntries(state: AsyncState, from: NodeId, message: Message & { t: "entries" }): void {
  const { prev, list } = message;
  // Planted bug: entries are taken although those before them never came.
  const gap = state.options.bug === "replica-gap" && prev.i > state.last.i;
  const start = gap || samePosition(prev, state.last) ? 0 : list.findIndex((one) => samePosition(one, state.last)) + 1;
  if (!gap && start === 0 && !samePosition(prev, state.last)) {
    keepEarly(state, list);
    if (prev.i > state.last.i || prev.e !== state.last.e) acknowledge(state, from);
    return;
  }
  const before = state.last;
  for (let at = start; at < list.length; at++) state.write(list[at] as Entry);
  for (let next = state.early.get(state.last.i + 1); next !== undefined; next = state.early.get(state.last.i + 1)) {
    state.early.delete(next.i);
    state.write(next);
  }
  if (samePosition(before, state.last)) return;
  state.out.sync();
  state.compact();
}

/** An entry may overtake the one before it; without this a primary killed right then would leave a gap behind. */
function keepEarly(state: AsyncState, list: readonly Entry[]): void {
  for (const entry of list) {
    // Only this epoch's: its entries follow one another. (An older epoch's entry at this index may be another one.)
    if (entry.e === state.epoch && entry.i > state.last.i && state.early.size < EARLY_LIMIT) {
      state.early.set(entry.i, entry);
    }
  }
}

/** Replica: gives up its own data for the primary's. */
export function onFull(state: AsyncState, from: NodeId, message: Message & { t: "full" }): void {
  const overtaken = message.last.e === state.last.e && message.last.i <= state.last.i;
  if (!overtaken) {
    state.out.log(
      `takes everything from ${from}: ${state.last.e}:${state.last.i} becomes ${message.last.e}:${message.last.i}`,
    );
    state.adopt(message.image, message.last);
    state.saveAll();
  }
  acknowledge(state, from);
}

export function acknowledge(state: AsyncState, to: NodeId, at?: number): void {
  const { epoch, last } = state;
  state.out.send(to, { t: "ack", e: epoch, last, ...(at === undefined ? {} : { at }) } satisfies Message);
}

/**
 * Any node coordinates: it asks the replicas what they have, waits for r answers, and then answers a read or stores a newer
 * version and waits for w. With r + w > n and blocking read repair this is the multi-writer register of Lynch and Shvartsman
 * (1997), after Attiya, Bar-Noy and Dolev (1995): linearizable. Every knob here takes some of that away.
 */
import type { NodeId } from "../../core/op.js";
import { by, fail, info, isRead, ok, type Reply, type Request } from "../protocol.js";
import type { Clock, Sibling } from "./cell.js";
import { type Item, idOf, type Message } from "./messages.js";
import { byName, holds, merged, type Operation, rare, shown, siblings } from "./operation.js";
import type { QuorumState } from "./state.js";
import { standIns, targetsOf } from "./targets.js";

/** Less than the clients' usual deadline of a second, so that the client hears why. */
const REQUEST_MS = 800;
/** Without an answer for this long it is sent again, in a sloppy quorum to stand-ins too; ms. */
const RESEND_MS = 150;

export const QUORUM_OPS: readonly string[] = ["read", "write", "add", "remove", "siblings"];

/** Takes up a client's request, or refuses it. */
export function begin(state: QuorumState, id: number, request: Request, nowMs: number): void {
  const { key, f } = request;
  const el = f === "add" || f === "remove" ? request.value : undefined;
  const refused = refusal(state, request, nowMs);
  if (refused !== undefined || key === undefined) {
    state.out.reply(id, by(state.node, refused ?? fail(`${f} needs a key`)));
    return;
  }
  const targets = targetsOf(state, key, nowMs);
  const own = targets.has(state.node);
  const op: Operation = {
    ...{ n: state.nextOperation++, id, request: { ...request, key }, sinceMs: nowMs, sentMs: nowMs, phase: "query" },
    ...(el === undefined ? {} : { el: el as number | string }),
    ...{ targets, answers: new Map(), items: [], stored: new Set<NodeId>(), reply: ok() },
    mine: own ? state.store.itemsOf(key, el as number | string | undefined) : new Map(),
    print: own && isRead(f) ? state.store.printOf(key) : undefined,
  };
  state.operations.set(op.n, op);
  for (const target of targets.keys()) ask(state, op, target);
  if (own) op.answers.set(state.node, "same");
  proceed(state, op);
}

function refusal(state: QuorumState, { f, value, key }: Request, nowMs: number): Reply | undefined {
  if (!QUORUM_OPS.includes(f)) return fail(`unknown op ${f}`);
  if (key === undefined) return fail(`${f} needs a key`);
  const isElement = typeof value === "number" || typeof value === "string";
  if ((f === "add" || f === "remove") && !isElement) return fail("an element is a number or a string");
  const candidates = state.options.sloppy ? state.nodes : state.replicasOf(key);
  const inReach = candidates.filter((node) => state.reaches(node, nowMs)).length;
  const needed = isRead(f) ? state.r : Math.max(state.r, state.w);
  return inReach < needed ? fail(`unavailable: ${inReach} of ${needed} replicas in reach`) : undefined;
}

/** Sends what the phase needs to one target; to this node itself it is done at once. */
function ask(state: QuorumState, op: Operation, target: NodeId): void {
  const name = [state.run, op.n] as const;
  const { key } = op.request;
  const standIn = op.targets.get(target);
  if (op.phase === "query") {
    if (target === state.node) return;
    const what = {
      ...(op.el === undefined ? {} : { el: op.el }),
      ...(op.print === undefined ? {} : { print: op.print }),
    };
    state.out.send(target, { t: "get", op: name, key, ...what } satisfies Message);
  } else if (target === state.node) {
    storeItems(state, op.items, standIn);
    op.stored.add(state.node);
  } else {
    const why = standIn === undefined ? {} : { standIn };
    state.out.send(target, { t: "put", op: name, items: op.items, ...why } satisfies Message);
  }
}

/** Stores items durably: everything sent or answered after this waits for the disk. */
export function storeItems(state: QuorumState, items: readonly Item[], standIn?: NodeId): void {
  if (standIn === undefined) state.store.take(items);
  else state.store.keep(standIn, items);
  state.out.sync();
  state.compact();
}

export function onGet(state: QuorumState, from: NodeId, message: Message & { t: "get" }): void {
  const { op, key, el, print } = message;
  const same = print !== undefined && print === state.store.printOf(key);
  const got: Message = { t: "got", op, ...(same ? {} : { items: [...state.store.itemsOf(key, el).values()] }) };
  state.out.send(from, got);
}

export function onGot(state: QuorumState, from: NodeId, message: Message & { t: "got" }): void {
  const op = find(state, message.op);
  if (op === undefined || op.phase !== "query") return;
  op.answers.set(from, message.items === undefined ? "same" : byName(message.items));
  proceed(state, op);
}

export function onPut(state: QuorumState, from: NodeId, message: Message & { t: "put" }): void {
  storeItems(state, message.items, message.standIn);
  state.out.send(from, { t: "stored", op: message.op } satisfies Message);
}

export function onStored(state: QuorumState, from: NodeId, message: Message & { t: "stored" }): void {
  const op = find(state, message.op);
  if (op === undefined || op.phase !== "store") return;
  op.stored.add(from);
  proceed(state, op);
}

function find(state: QuorumState, [run, n]: readonly [number, number]): Operation | undefined {
  return run === state.run ? state.operations.get(n) : undefined;
}

/** Goes on as far as the answers allow. */
function proceed(state: QuorumState, op: Operation): void {
  if (op.phase === "query" && op.answers.size >= state.r) {
    if (isRead(op.request.f)) answerRead(state, op);
    else storeNewer(state, op);
  }
  if (op.phase === "store" && op.stored.size >= state.w) end(state, op, op.reply);
}

function end(state: QuorumState, op: Operation, reply: Reply): void {
  if (state.operations.delete(op.n)) state.out.reply(op.id, by(state.node, reply));
}

/**
 * A read. Counterexample without blocking repair, r = w = 3 of 5: a write has reached one replica so far; a first reader asks
 * it and sees the new value, a later one asks three others and sees the old.
 */
function answerRead(state: QuorumState, op: Operation): void {
  const newest = merged(state.versioning, op);
  const reply = op.request.f === "siblings" ? siblings(newest) : shown(newest);
  const { repair } = state.options;
  const lacking =
    repair === "none" ? [] : rare(state.versioning, op, newest, repair === "async" ? op.answers.size : state.w);
  if (lacking.length === 0) {
    end(state, op, reply);
    return;
  }
  op.items = state.options.bug === "stale-repair" ? staleRepair(state, op, lacking) : lacking;
  op.reply = reply;
  op.phase = "store";
  if (repair === "async") end(state, op, reply);
  storeEverywhere(state, op);
}

/** Planted bug: read repair spreads the value of whoever answered first, under a new version, instead of the newest. */
function staleRepair(state: QuorumState, op: Operation, lacking: readonly Item[]): readonly Item[] {
  const [first] = [...op.answers.values()].map((answer) => (answer === "same" ? op.mine : answer));
  return lacking.map((item) => {
    const [old] = first?.get(idOf(item))?.cell ?? [];
    if (old === undefined) return item;
    return { ...item, cell: [{ ...old, c: state.versioning.next(item.cell, state.issuer) }] };
  });
}

/** A write: a version newer than all that were answered. */
function storeNewer(state: QuorumState, op: Operation): void {
  const { key, f, value } = op.request;
  const name = { key, ...(op.el === undefined ? {} : { el: op.el }) };
  const seen = merged(state.versioning, op).get(idOf(name))?.cell ?? [];
  const c = state.options.bug === "skewed-timestamps" ? wallClock(state) : state.versioning.next(seen, state.issuer);
  const version: Sibling = f === "remove" ? { c, dead: true } : { c, x: f === "write" ? (value ?? null) : null };
  op.items = [{ ...name, cell: [version] }];
  op.phase = "store";
  storeEverywhere(state, op);
}

/** Planted bug: a timestamp from this node's wall clock, whatever the replicas have. */
function wallClock(state: QuorumState): Clock {
  state.issuer.issued++;
  return [state.wallMs * 1024 + (state.issuer.issued % 1024), state.issuer.boot, state.node];
}

function storeEverywhere(state: QuorumState, op: Operation): void {
  const known = [...op.targets.keys()].filter((node) => holds(state.versioning, op, node, op.items));
  for (const node of known) op.stored.add(node);
  // The others first: their copies are on their way while this node waits for its own disk.
  const rest = [...op.targets.keys()].filter((node) => !known.includes(node));
  for (const node of rest.filter((one) => one !== state.node)) ask(state, op, node);
  if (rest.includes(state.node)) ask(state, op, state.node);
}

/** Sends again what was not answered, and gives up what takes too long. */
export function tend(state: QuorumState, nowMs: number): void {
  for (const op of [...state.operations.values()]) {
    if (nowMs - op.sinceMs >= REQUEST_MS) giveUp(state, op);
    else if (nowMs - op.sentMs >= RESEND_MS) sendAgain(state, op, nowMs);
  }
}

function giveUp(state: QuorumState, op: Operation): void {
  // A write that only asked so far has stored nothing and never will; one that stores may have reached some replicas.
  if (op.phase === "query") end(state, op, fail("no read quorum"));
  else end(state, op, isRead(op.request.f) ? fail("no write quorum for read repair") : info("no write quorum"));
}

function sendAgain(state: QuorumState, op: Operation, nowMs: number): void {
  op.sentMs = nowMs;
  const done = (node: NodeId): boolean => (op.phase === "query" ? op.answers.has(node) : op.stored.has(node));
  const silent = [...op.targets.keys()].filter((node) => !done(node));
  if (state.options.sloppy) {
    const free = [...standIns(state, op.request.key, op.targets, nowMs)];
    for (const node of [...silent]) {
      const standIn = free.shift();
      if (standIn === undefined) break;
      op.targets.set(standIn, op.targets.get(node) ?? node);
      silent.push(standIn);
    }
  }
  for (const node of silent) ask(state, op, node);
  if (op.phase === "query" && silent.includes(state.node)) answerHere(state, op);
  proceed(state, op);
}

/** This node became a target only now. */
function answerHere(state: QuorumState, op: Operation): void {
  op.answers.set(state.node, state.store.itemsOf(op.request.key, op.el));
}

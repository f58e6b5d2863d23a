/** Clients' requests: every node answers from what it knows, at once, whoever else is in reach. */
import type { Key } from "../../core/op.js";
import { by, fail, isRead, ok, type Reply, type Request, type Status } from "../protocol.js";
import { type Clock, lastWriteWins } from "../quorum/cell.js";
import type { Entry } from "./messages.js";
import type { GossipState } from "./state.js";
import { idOf } from "./store.js";

type Change = (state: GossipState, key: Key, value: unknown) => Reply;

/** `register`, `heartbeat`, `deregister`, `lookup` are the registry's; `add`, `remove`, `read` the same without leases. */
const CHANGES: Readonly<Record<string, Change>> = {
  write(state, key, value) {
    return put(state, { key, c: nextVersion(state, idOf({ key })), x: value ?? null });
  },
  add: (state, key, value) => onElement(state, key, value, (el, c) => ({ key, el, c })),
  register: (state, key, value) => onElement(state, key, value, (el, c) => ({ key, el, c, beat: 1 })),
  remove: removal,
  deregister: removal,
  heartbeat(state, key, value) {
    const known = knownElement(state, key, value);
    if (known?.beat === undefined) return fail("unknown instance");
    return put(state, { ...known, beat: known.beat + 1 });
  },
};

export const GOSSIP_OPS: readonly string[] = ["read", "lookup", ...Object.keys(CHANGES)];

/** Removes what is known here. What is not cannot be removed: a tombstone might be older than the unknown entry. */
function removal(state: GossipState, key: Key, value: unknown): Reply {
  if (knownElement(state, key, value) === undefined) return fail("unknown instance");
  return onElement(state, key, value, (el, c) => ({ key, el, c, dead: true }));
}

function onElement(
  state: GossipState,
  key: Key,
  value: unknown,
  entry: (el: number | string, c: Clock) => Entry,
): Reply {
  if (typeof value !== "number" && typeof value !== "string") return fail("an element is a number or a string");
  return put(state, entry(value, nextVersion(state, idOf({ key, el: value }))));
}

function knownElement(state: GossipState, key: Key, value: unknown): Entry | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const entry = state.store.entry(idOf({ key, el: value }));
  return entry?.dead === true ? undefined : entry;
}

function nextVersion(state: GossipState, id: string): Clock {
  const known = state.store.entry(id);
  return lastWriteWins.next(known === undefined ? [] : [{ c: known.c }], state.issuer);
}

function put(state: GossipState, entry: Entry): Reply {
  state.store.put(entry, state.store.nowMs);
  return ok();
}

/** Executes a request; durable on this node when the client hears of it, known to the others sometime. */
export function answer(state: GossipState, id: number, request: Request): void {
  const { f, key, value } = request;
  const change = Object.hasOwn(CHANGES, f) ? CHANGES[f] : undefined;
  let reply: Reply;
  if (key === undefined) reply = fail(`${f} needs a key`);
  else if (f === "read" || f === "lookup") reply = lookUp(state, key);
  else reply = change === undefined ? fail(`unknown op ${f}`) : change(state, key, value);
  if (!isRead(f) && reply.type === "ok") state.out.sync();
  state.out.reply(id, by(state.node, reply));
}

function lookUp(state: GossipState, key: Key): Reply {
  const alive = state.store.alive(key);
  const register = alive.find(({ el }) => el === undefined);
  if (register !== undefined) return ok(register.x ?? null);
  // Nothing alive but something known: an empty service, not an absent one.
  if (alive.length === 0 && !state.store.knows(key)) return ok(null);
  return ok(alive.map(({ el }) => el));
}

export function statusOf(state: GossipState): Status {
  const unheard = state.others.filter((other) => !state.heard.has(other)).length;
  const unequal = state.options.antiEntropyMs > 0 ? state.entropy.unequal() : 0;
  return {
    node: state.node,
    mode: "gossip",
    role: "peer",
    epoch: 0,
    primary: null,
    serving: true,
    digest: "",
    pending: unheard + unequal,
  };
}

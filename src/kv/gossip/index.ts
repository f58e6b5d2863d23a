/** kv-gossip: a service registry that any node answers from what it knows. README.md here says what it promises. */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { fail, ok, parseRequest } from "../protocol.js";
import type { Message } from "./messages.js";
import { GOSSIP_DEFAULTS, type GossipOptions } from "./options.js";
import { answer, statusOf } from "./requests.js";
import { GossipState } from "./state.js";

export { GOSSIP_DEFAULTS, type GossipOptions } from "./options.js";
export { GOSSIP_OPS } from "./requests.js";

const TICK_MS = 100;
const NEWS_PER_MESSAGE = 500;

/** Programs of a kv-gossip cluster. */
export function gossipProgram(
  options: Partial<GossipOptions> = {},
): (node: NodeId, nodes: readonly NodeId[]) => Program<GossipState> {
  const all: GossipOptions = { ...GOSSIP_DEFAULTS, ...options };
  return (node, nodes) => ({
    init: () => new GossipState(node, nodes, all),
    step: (state, event, nowMs) => [state, step(state, event, nowMs)],
  });
}

function step(state: GossipState, event: ProgramEvent, nowMs: number): readonly Effect[] {
  state.store.nowMs = nowMs;
  switch (event.kind) {
    case "start":
      state.restore(event.disk, event.seed, nowMs);
      state.entropy.round();
      state.out.timer("tick", TICK_MS);
      break;
    case "timer":
      onTick(state, nowMs);
      state.out.timer("tick", TICK_MS);
      break;
    case "message":
      onMessage(state, event.from, event.body as Message);
      break;
    case "request":
      onRequest(state, event.id, event.body);
      break;
  }
  state.compact();
  return state.out.take();
}

function onTick(state: GossipState, nowMs: number): void {
  spreadRumors(state);
  const { antiEntropyMs } = state.options;
  if (antiEntropyMs > 0 && nowMs - state.comparedMs >= antiEntropyMs) {
    state.comparedMs = nowMs;
    state.entropy.round();
  }
}

/** Tells news to a few peers at random, a few times: rumor mongering with a counter (Demers et al. 1987). */
function spreadRumors(state: GossipState): void {
  if (state.hot.size === 0) return;
  const told = [...state.hot.keys()].slice(0, NEWS_PER_MESSAGE);
  const news = told.flatMap((id) => state.store.item(id) ?? []);
  const listeners = state.random.shuffle(state.others).slice(0, state.options.fanout);
  for (const listener of listeners) state.out.send(listener, { t: "rumor", news } satisfies Message);
  for (const id of told) {
    const left = (state.hot.get(id) ?? 1) - 1;
    if (left > 0) state.hot.set(id, left);
    else state.hot.delete(id);
  }
}

function onMessage(state: GossipState, from: NodeId, message: Message): void {
  state.heard.add(from);
  // What peers tell is written down without a sync: they have it themselves, and will tell again.
  if (message.t === "rumor") state.store.take(message.news);
  else state.entropy.receive(from, message);
}

function onRequest(state: GossipState, id: number, body: unknown): void {
  const request = parseRequest(body);
  if (request === undefined) state.out.reply(id, fail("not a request"));
  else if (request.f === "ping") state.out.reply(id, ok(state.node));
  else if (request.f === "status") state.out.reply(id, ok(statusOf(state)));
  else if (!state.copies.isCopy(request)) answer(state, id, request);
}

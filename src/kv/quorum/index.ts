/** kv-quorum: a leaderless store in the manner of Dynamo. README.md here says what it promises under which options. */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { fail, ok, parseRequest } from "../protocol.js";
import { begin, onGet, onGot, onPut, onStored } from "./coordinator.js";
import type { Message } from "./messages.js";
import { QUORUM_DEFAULTS, type QuorumOptions } from "./options.js";
import { QuorumState } from "./state.js";
import { onBeat, onHand, onHanded, onTick, statusOf, TICK_MS } from "./upkeep.js";

export { QUORUM_OPS } from "./coordinator.js";
export { QUORUM_DEFAULTS, type QuorumOptions } from "./options.js";
export { ownersOf } from "./ring.js";

/** Programs of a kv-quorum cluster. */
export function quorumProgram(
  options: Partial<QuorumOptions> = {},
): (node: NodeId, nodes: readonly NodeId[]) => Program<QuorumState> {
  const all: QuorumOptions = { ...QUORUM_DEFAULTS, ...options };
  return (node, nodes) => ({
    init: () => new QuorumState(node, nodes, all),
    step: (state, event, nowMs) => [state, step(state, event, nowMs)],
  });
}

function step(state: QuorumState, event: ProgramEvent, nowMs: number): readonly Effect[] {
  state.wallMs = event.wallMs;
  switch (event.kind) {
    case "start":
      state.restore(event.disk, event.seed, nowMs);
      state.out.timer("tick", TICK_MS);
      onTick(state, nowMs);
      break;
    case "timer":
      onTick(state, nowMs);
      state.out.timer("tick", TICK_MS);
      break;
    case "message":
      onMessage(state, event.from, event.body as Message, nowMs);
      break;
    case "request":
      onRequest(state, event.id, event.body, nowMs);
      break;
  }
  return state.out.take();
}

function onRequest(state: QuorumState, id: number, body: unknown, nowMs: number): void {
  const request = parseRequest(body);
  if (request === undefined) state.out.reply(id, fail("not a request"));
  else if (request.f === "ping") state.out.reply(id, ok(state.node));
  else if (request.f === "status") state.out.reply(id, ok(statusOf(state, nowMs)));
  else if (!state.copies.isCopy(request)) begin(state, id, request, nowMs);
}

function onMessage(state: QuorumState, from: NodeId, message: Message, nowMs: number): void {
  switch (message.t) {
    case "beat":
      onBeat(state, from, message.hears, nowMs);
      break;
    case "get":
      onGet(state, from, message);
      break;
    case "got":
      onGot(state, from, message);
      break;
    case "put":
      onPut(state, from, message);
      break;
    case "stored":
      onStored(state, from, message);
      break;
    case "hand":
      onHand(state, from, message.items);
      break;
    case "handed":
      onHanded(state, from, message.items);
      break;
    case "tree":
    case "same":
    case "leaves":
    case "prints":
      state.entropy.receive(from, message);
      break;
    case "items":
      state.entropy.receive(from, message);
      // Not acknowledged, so nothing hangs on it; but the next comparison counts on it.
      state.out.sync();
      state.compact();
      break;
  }
}

/** kv-async: a primary with asynchronous replicas and automatic fail-over. README.md here says what it promises. */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { accept, onBeat, onElect, onNewer, onTick, onVote } from "./election.js";
import type { Message } from "./messages.js";
import { ASYNC_DEFAULTS, type AsyncOptions } from "./options.js";
import { onAck, onEntries, onFull } from "./replication.js";
import { expireForwarded, onAnswer, onAsk, onRequest } from "./requests.js";
import { AsyncState } from "./state.js";

export { ASYNC_DEFAULTS, type AsyncOptions } from "./options.js";

/** Programs of a kv-async cluster; the first of `nodes` is its first primary. */
export function asyncProgram(
  options: Partial<AsyncOptions> = {},
): (node: NodeId, nodes: readonly NodeId[]) => Program<AsyncState> {
  const all: AsyncOptions = { ...ASYNC_DEFAULTS, ...options };
  return (node, nodes) => ({
    init: () => new AsyncState(node, nodes, all),
    step: (state, event, nowMs) => [state, step(state, event, nowMs)],
  });
}

function step(state: AsyncState, event: ProgramEvent, nowMs: number): readonly Effect[] {
  switch (event.kind) {
    case "start":
      state.restore(event.disk, event.seed, nowMs);
      state.out.timer("tick", state.options.heartbeatMs);
      if (state.isPrimary) onTick(state, nowMs);
      break;
    case "timer":
      onTick(state, nowMs);
      expireForwarded(state, nowMs);
      state.out.timer("tick", state.options.heartbeatMs);
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

function onMessage(state: AsyncState, from: NodeId, message: Message, nowMs: number): void {
  switch (message.t) {
    case "beat":
      if (accept(state, from, message.e, nowMs)) onBeat(state, from, message, nowMs);
      break;
    case "entries":
      if (accept(state, from, message.e, nowMs)) onEntries(state, from, message);
      break;
    case "full":
      if (accept(state, from, message.e, nowMs)) onFull(state, from, message);
      break;
    case "ack":
      onAck(state, from, message, nowMs);
      break;
    case "elect":
      onElect(state, from, message, nowMs);
      break;
    case "vote":
      onVote(state, from, message, nowMs);
      break;
    case "newer":
      onNewer(state, message, nowMs);
      break;
    case "ask":
      onAsk(state, from, message, nowMs);
      break;
    case "answer":
      onAnswer(state, message);
      break;
  }
}

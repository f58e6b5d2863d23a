/** kv-raft: a replicated state machine on Raft. README.md here says what it promises and which parts of the literature it follows. */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { restore, writeHard, writeSnapshot } from "./disk.js";
import { armElection, onElectionTimer, onPrevote, onVote, onVoteReply } from "./election.js";
import { onForward, onSettleTimer } from "./execute.js";
import { onAppend, onInstall } from "./follower.js";
import type { Message } from "./messages.js";
import { type RaftOptions, raftOptions } from "./options.js";
import { onAppended, onHeartbeatTimer } from "./replication.js";
import { attemptAll, onAnswer, onExpiryTimer, onRequest } from "./requests.js";
import { RaftState } from "./state.js";

export { RAFT_BUGS } from "./bugs.js";
export { RAFT_DEFAULTS, type RaftOptions } from "./options.js";
export { RaftState } from "./state.js";

/** Programs of a kv-raft cluster of `nodes`, the same list on every node. */
export function raftProgram(
  options: Partial<RaftOptions> = {},
): (node: NodeId, nodes: readonly NodeId[]) => Program<RaftState> {
  const all = raftOptions(options);
  return (node, nodes) => ({
    immutableBodies: true,
    init: () => new RaftState(node, nodes, all),
    step: (state, event, nowMs) => [state, step(state, event, nowMs)],
  });
}

function step(state: RaftState, event: ProgramEvent, nowMs: number): readonly Effect[] {
  state.nowMs = nowMs;
  state.wallMs = event.wallMs;
  switch (event.kind) {
    case "start":
      start(state, event.disk, event.seed);
      break;
    case "timer":
      onTimer(state, event.name);
      break;
    case "message":
      onMessage(state, event.from, event.body as Message);
      break;
    case "request":
      onRequest(state, event.id, event.body);
      break;
  }
  finish(state);
  return state.out.take();
}

function start(state: RaftState, disk: readonly string[], seed: number): void {
  restore(state, disk, seed);
  state.putOffElection();
  if (disk.length === 0) {
    // Nobody can lead yet: the first election need not wait for a silence.
    state.electionDueMs -= (state.options.electionMs * 4) / 5;
  } else if (state.options.reads === "lease") {
    // It may have granted a lease just before it stopped, and must not vote while that one lasts.
    state.heardMs = state.nowMs;
  }
  armElection(state);
}

/** What every step ends with: answers within this node, requests for a new leader, and the disk. */
function finish(state: RaftState): void {
  for (;;) {
    const answer = state.ownAnswers.shift();
    if (answer !== undefined) onAnswer(state, answer);
    else if (!leaderChanged(state)) break;
    else attemptAll(state);
  }
  writeHard(state);
  if (state.commit - state.snapshot >= state.options.snapshotEntries) writeSnapshot(state);
}

/** Is there a leader that the waiting requests have not been offered to? */
function leaderChanged(state: RaftState): boolean {
  const offered = state.leader === null ? -1 : state.term;
  if (offered === state.offeredTerm) return false;
  state.offeredTerm = offered;
  return offered !== -1;
}

function onTimer(state: RaftState, name: string): void {
  if (name === "election") onElectionTimer(state);
  else if (name === "heartbeat") onHeartbeatTimer(state);
  else if (name === "settle") onSettleTimer(state);
  else onExpiryTimer(state);
}

function onMessage(state: RaftState, from: NodeId, message: Message): void {
  switch (message.t) {
    case "append":
      onAppend(state, from, message);
      break;
    case "appended":
      onAppended(state, from, message);
      break;
    case "forward":
      onForward(state, from, message);
      break;
    case "answer":
      onAnswer(state, message);
      break;
    case "prevote":
      onPrevote(state, from, message);
      break;
    case "vote":
      onVote(state, from, message);
      break;
    case "prevoted":
    case "voted":
      onVoteReply(state, from, message);
      break;
    case "install":
      onInstall(state, from, message);
      break;
  }
}

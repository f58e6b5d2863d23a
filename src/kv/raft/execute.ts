/** The leader executes requests: reads after it has made sure that it leads, writes through the log. */
import type { NodeId } from "../../core/op.js";
import { sameJson } from "../cell-ops.js";
import { fail, isRead, ok, type Request } from "../protocol.js";
import { answerRefusal, answerReply } from "./answers.js";
import { isNamed } from "./apply.js";
import { writeEntry } from "./disk.js";
import type { Forward } from "./messages.js";
import { queueRead } from "./reads.js";
import { beginRound, openTerm, pushEntries } from "./replication.js";
import type { Origin, RaftState } from "./state.js";

/** A request from a client of this node or, forwarded, of another. This node leads. */
export function execute(state: RaftState, origin: Origin, request: Request): void {
  // Not logged yet, so that a leader which loses its term before it opens it can promise that there was no effect.
  if (state.settling) {
    state.held.push({ origin, request });
    return;
  }
  if (isRead(request.f)) {
    if (queueRead(state, origin, request)) beginRound(state);
    return;
  }
  // Planted bug: between the decision and the entry's turn others may write.
  const logged = state.has("cas-at-proposal") ? decideNow(state, origin, request) : request;
  if (logged === undefined) return;
  propose(state, origin, logged);
}

/** The timer "settle": the others had time to catch up, and now this leader opens its term and takes what waits. */
export function onSettleTimer(state: RaftState): void {
  if (!state.settling) return;
  openTerm(state);
  const { held } = state;
  state.held = [];
  for (const { origin, request } of held) execute(state, origin, request);
}

function propose(state: RaftState, origin: Origin, request: Request): void {
  const { term } = state;
  const first = isFirstCopy(state, request);
  writeEntry(state, { term, request });
  // Planted bug: nobody else has the entry yet, and perhaps nobody ever will.
  if (state.has("ack-before-commit") && request.f !== "cas") answerReply(state, origin, ok());
  // A copy that the network made is logged as well (the machine's session makes it harmless), but only the first one's fate
  // is reported. Counterexample: the first is committed, the second overwritten, and "it had no effect" arrives first.
  else if (first) state.waiters.set(state.log.last, { term, origin, named: isNamed(request) });
  pushEntries(state);
}

/** Is this the first time that this node logs the request in this term? Requests without a name always look new. */
function isFirstCopy(state: RaftState, { client, seq }: Request): boolean {
  if (client === undefined || seq === undefined) return true;
  const { proposed, term } = state;
  const newest = proposed.get(client);
  if (newest !== undefined && (newest.seq > seq || (newest.seq === seq && newest.term === term))) return false;
  proposed.set(client, { seq, term });
  return true;
}

/** Planted bug: compares now and logs a plain write. */
function decideNow(state: RaftState, origin: Origin, request: Request): Request | undefined {
  const { f, key, value } = request;
  if (f !== "cas" || key === undefined || !Array.isArray(value)) return request;
  const cell = state.machine.cells.get(key);
  const held = cell?.kind === "register" ? cell.value : null;
  if (sameJson(held, value[0])) return { ...request, f: "write", value: value[1] };
  answerReply(state, origin, fail("mismatch"));
  return undefined;
}

/** Another node hands on its client's request. */
export function onForward(state: RaftState, from: NodeId, message: Forward): void {
  const { term, run, n, attempt, request } = message;
  const origin: Origin = { from, run, n, attempt };
  if (state.role === "leader" && term === state.term) execute(state, origin, request);
  else answerRefusal(state, origin, "not the leader", neverLogged(state, term, request));
}

/**
 * Is it certain that this node did not log the request in `term`? Only if it led that term in this life (it remembers what
 * it logged since its start) and has not seen the request. It will not do so later either: that term is over for it.
 */
function neverLogged(state: RaftState, term: number, { f, client, seq }: Request): boolean {
  if (isRead(f)) return true;
  if (client === undefined || seq === undefined || state.ledTerm !== term) return false;
  return (state.proposed.get(client)?.seq ?? 0) < seq;
}

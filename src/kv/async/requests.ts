/**
 * Clients' requests. Any node takes one; a replica forwards it to the primary through the cluster's own network, so a cut
 * between the two is felt by the client as it is by the nodes. `fail` is answered only by a node that has not executed the
 * request and will not forward it.
 */
import type { NodeId } from "../../core/op.js";
import { shown } from "../cells.js";
import { apply, refuse, seen } from "../machine.js";
import { by, fail, info, isRead, ok, parseRequest, type Reply, type Request, type Status } from "../protocol.js";
import { missesPrimary } from "./election.js";
import type { Entry, Message } from "./messages.js";
import { push } from "./replication.js";
import type { AsyncState } from "./state.js";

/** A forwarded request without an answer is given up after this long; ms. */
const FORWARD_MS = 5000;

export function onRequest(state: AsyncState, id: number, body: unknown, nowMs: number): void {
  const request = parseRequest(body);
  if (request === undefined) state.out.reply(id, fail("not a request"));
  else if (request.f === "ping") state.out.reply(id, ok(state.node));
  else if (request.f === "status") state.out.reply(id, ok(statusOf(state, nowMs)));
  else if (!state.copies.isCopy(request)) serve(state, id, request, nowMs);
}

function serve(state: AsyncState, id: number, request: Request, nowMs: number): void {
  const answer = (reply: Reply) => state.out.reply(id, by(state.node, reply));
  const refused = refuse(request);
  if (refused !== undefined) answer(refused);
  else if (state.isPrimary) execute(state, request, nowMs, answer);
  // Planted bug: the primary's data may be newer than this copy.
  else if (state.options.bug === "replica-reads" && isRead(request.f)) answer(apply(state.machine, request));
  else forward(state, id, request, nowMs, answer);
}

function forward(state: AsyncState, id: number, request: Request, nowMs: number, answer: (reply: Reply) => void): void {
  const { primary } = state;
  if (primary === null || missesPrimary(state, nowMs)) {
    answer(fail("no primary: it is silent"));
    return;
  }
  const r = state.options.bug === "cas-at-replica" ? casHere(state, request) : request;
  if (r === undefined) {
    answer(fail("mismatch"));
    return;
  }
  const n = state.nextForward++;
  state.forwarded.set(n, { id, sinceMs: nowMs });
  state.out.send(primary, { t: "ask", run: state.run, n, r } satisfies Message);
}

/** Planted bug: decides a cas by this copy, and passes on a plain write. */
function casHere(state: AsyncState, request: Request): Request | undefined {
  if (request.f !== "cas" || !Array.isArray(request.value)) return request;
  const held = request.key === undefined ? undefined : state.machine.cells.get(request.key);
  if (shown(held) !== request.value[0]) return undefined;
  return { ...request, f: "write", value: request.value[1] };
}

/** Primary: executes a request and answers when it is on its own disk; the replicas hear of it afterwards. */
function execute(state: AsyncState, request: Request, nowMs: number, answer: (reply: Reply) => void): void {
  const { last, epoch } = state;
  if (!state.hearsMajority(nowMs)) {
    answer(refusal(state, request, "no majority"));
    return;
  }
  if (isRead(request.f)) {
    answer(apply(state.machine, request));
    return;
  }
  const entry: Entry = { e: epoch, i: last.i + 1, r: request };
  const reply = state.write(entry);
  // Planted bug: what is promised before the sync may not survive a crash.
  const early = state.options.bug === "async-ack-before-fsync";
  if (early) answer(reply);
  state.out.sync();
  if (!early) answer(reply);
  push(state, entry, last, nowMs);
  state.compact();
}

/** A refusal is definite only if no copy of the request was executed here (counterexample: it was, then came a step-down). */
function refusal(state: AsyncState, request: Request, why: string): Reply {
  return seen(state.machine, request) ? info(`${why}; executed before`) : fail(why);
}

/** Primary: a request that a replica passed on. */
export function onAsk(state: AsyncState, from: NodeId, message: Message & { t: "ask" }, nowMs: number): void {
  const { run, n, r } = message;
  const answer = (reply: Reply) => {
    state.out.send(from, { t: "answer", run, n, reply: by(state.node, reply) } satisfies Message);
  };
  if (state.isPrimary) execute(state, r, nowMs, answer);
  else answer(refusal(state, r, "not primary"));
}

export function onAnswer(state: AsyncState, message: Message & { t: "answer" }): void {
  const waiting = message.run === state.run ? state.forwarded.get(message.n) : undefined;
  if (waiting === undefined) return;
  state.forwarded.delete(message.n);
  state.out.reply(waiting.id, message.reply);
}

/** Gives up forwarded requests that nobody answered; whether they were executed is not known. */
export function expireForwarded(state: AsyncState, nowMs: number): void {
  for (const [n, { id, sinceMs }] of state.forwarded) {
    if (nowMs - sinceMs < FORWARD_MS) break;
    state.forwarded.delete(n);
    state.out.reply(id, info("no answer from the primary"));
  }
}

function statusOf(state: AsyncState, nowMs: number): Status {
  let pending = 0;
  if (state.isPrimary) for (const peer of state.peers.values()) if (peer.acked?.i !== state.last.i) pending++;
  return {
    node: state.node,
    mode: "async",
    role: state.isPrimary ? "primary" : "replica",
    epoch: state.epoch,
    primary: state.primary,
    serving: state.isPrimary ? state.hearsMajority(nowMs) : state.heard && !missesPrimary(state, nowMs),
    digest: `${state.last.e}:${state.last.i}`,
    pending,
  };
}

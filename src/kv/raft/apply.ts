/** Committed entries reach the machine, once and in order, and whoever waits for them hears the outcome. */
import { apply, applyOnce } from "../machine.js";
import type { Request } from "../protocol.js";
import { answerRefusal, answerReply } from "./answers.js";
import type { RaftState } from "./state.js";

/** Entries up to `index` are committed. */
export function applyTo(state: RaftState, index: number): void {
  while (state.commit < index) {
    const entry = state.log.at(state.commit + 1);
    if (entry === undefined) return;
    state.commit++;
    const { request } = entry;
    // Planted bug: a request that was repeated on its way is executed again.
    const execute = state.has("no-dedup") ? apply : applyOnce;
    const reply = request === null ? undefined : execute(state.machine, request);
    const waiter = state.waiters.get(state.commit);
    if (waiter === undefined) continue;
    state.waiters.delete(state.commit);
    if (waiter.term === entry.term && reply !== undefined) answerReply(state, waiter.origin, reply);
    // Another entry is committed in its place: log matching keeps the one that was here out of every log for good.
    else answerRefusal(state, waiter.origin, "overwritten by another leader", waiter.named);
  }
}

/** Can copies of this request be told from new ones? */
export function isNamed(request: Request): boolean {
  return request.client !== undefined && request.seq !== undefined;
}

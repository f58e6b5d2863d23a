/** A leader that settles before it opens its term: nothing is answered before, nothing is forgotten. */
import { describe, expect, it } from "vitest";
import type { Effect, ProgramEvent } from "../../core/program.js";
import { type RaftState, raftProgram } from "./index.js";
import type { Message } from "./messages.js";

const NODES = ["n1", "n2", "n3"];
const ELECTION_MS = 100;

/** Node n1, stepped by hand. */
function node(settleMs: number) {
  const program = raftProgram({ settleMs, electionMs: ELECTION_MS, preVote: false })("n1", NODES);
  let state = program.init();
  let nowMs = 0;
  const step = (event: Omit<ProgramEvent, "wallMs">, atMs = nowMs): readonly Effect[] => {
    nowMs = atMs;
    const [next, effects] = program.step(state, { ...event, wallMs: nowMs } as ProgramEvent, nowMs);
    state = next;
    return effects;
  };
  const hear = (from: string, body: Message): readonly Effect[] => step({ kind: "message", from, body } as never);
  step({ kind: "start", disk: [], seed: 1 } as never);
  step({ kind: "timer", name: "election" } as never, 3 * ELECTION_MS);
  hear("n2", { t: "voted", term: 1, asked: 1, granted: true });
  return { step, hear, state: (): RaftState => state };
}

const request = (id: number, f: string, seq: number): never =>
  ({ kind: "request", id, body: { f, key: "k", value: f === "read" ? null : 5, client: "c", seq } }) as never;
const appended = (match: number): Message => ({ t: "appended", term: 1, ok: true, match, prev: 0, round: 9, at: 0 });
const replies = (effects: readonly Effect[]): readonly unknown[] => effects.filter(({ kind }) => kind === "reply");

describe("a leader that settles", () => {
  it("logs nothing and answers nothing until the time is over, then everything that waits", () => {
    const { step, hear, state } = node(50);
    expect(state()).toMatchObject({ role: "leader", settling: true });
    const early = [...step(request(1, "write", 1)), ...step(request(2, "read", 2)), ...hear("n2", appended(0))];
    expect(replies(early)).toEqual([]);
    expect(state().log.last).toBe(0);
    step({ kind: "timer", name: "settle" } as never, 3 * ELECTION_MS + 50);
    // The opening entry, then the write.
    expect([state().settling, state().log.last, state().log.at(1)?.request]).toEqual([false, 2, null]);
    const late = [...hear("n2", appended(2)), ...hear("n2", appended(2))];
    expect(replies(late).length).toBe(2);
  });

  it("refuses what waits when it loses its term, so that the next leader is asked", () => {
    const { step, hear, state } = node(50);
    step(request(1, "write", 1));
    const heartbeat: Message = { t: "append", term: 2, prev: 0, prevTerm: 0, entries: [], commit: 0, round: 1, at: 0 };
    const effects = hear("n3", heartbeat);
    const forwards = effects.filter((effect) => effect.kind === "send" && (effect.body as Message).t === "forward");
    expect(forwards).toMatchObject([{ to: "n3", body: { term: 2 } }]);
    expect(state()).toMatchObject({ role: "follower", settling: false, held: [] });
    // The timer of the lost term opens nothing.
    step({ kind: "timer", name: "settle" } as never);
    expect(state().log.last).toBe(0);
  });

  it("opens its term at once by default", () => {
    const { state } = node(0);
    expect([state().settling, state().log.last]).toEqual([false, 1]);
  });
});

/** Guarded writes by hand: when one is stale, and when nothing can be said. */
import { expect, test } from "vitest";
import type { Op, OpType } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { STALE_TOKEN, type StaleWritesVerdict, staleWritesChecker } from "./stale-writes.js";

type Event = readonly [
  process: number,
  type: OpType,
  token: number,
  error?: string | undefined,
  key?: string | undefined,
];

async function judge(...events: readonly Event[]): Promise<StaleWritesVerdict> {
  const ops = events.map(
    ([process, type, token, error, key = "g"], index): Op => ({
      index,
      time: index * 1e9,
      process,
      type,
      f: "write",
      key,
      value: [token, index],
      ...(error === undefined ? {} : { error }),
    }),
  );
  return (await staleWritesChecker(["write"]).check(historyOf(ops), {})) as StaleWritesVerdict;
}

const done = (process: number, token: number, key?: string): Event[] => [
  [process, "invoke", token, undefined, key],
  [process, "ok", token, undefined, key],
];

test("an old token that is accepted after a newer one was acknowledged is stale", async () => {
  const found = await judge(...done(1, 7), ...done(2, 5), ...done(3, 9));
  expect(found).toMatchObject({ valid: false, accepted: 3, refused: 0, stale: 1 });
  expect(found.summary).toMatch(
    /p2's write with token 5 was accepted at 3.000 s, though p1's with token 7 had been at 1.000 s/,
  );
  expect(found.witnesses?.[0]?.ops.map(({ index }) => index)).toEqual([1, 2, 3]);
});

test("what counts is the newest token, whenever it came", async () => {
  expect(await judge(...done(1, 7), ...done(2, 9), ...done(3, 8))).toMatchObject({ valid: false, stale: 1 });
  expect(await judge(...done(1, 9), ...done(2, 7), ...done(3, 8))).toMatchObject({ valid: false, stale: 2 });
});

test("one that began before the newer one was acknowledged may have come first", async () => {
  const found = await judge([2, "invoke", 5], ...done(1, 7), [2, "ok", 5], ...done(3, 9));
  expect(found).toMatchObject({ valid: true, accepted: 3, stale: 0 });
});

test("one that is refused, or that nobody knows of, is not accepted", async () => {
  const refused = await judge(...done(1, 7), [2, "invoke", 5], [2, "fail", 5, STALE_TOKEN]);
  expect(refused).toMatchObject({ valid: true, accepted: 1, refused: 1, stale: 0 });
  expect(await judge(...done(1, 7), [2, "invoke", 5], [2, "info", 5])).toMatchObject({ valid: "unknown", stale: 0 });
});

test("each key has tokens of its own", async () => {
  expect((await judge(...done(1, 7, "a"), ...done(2, 5, "b"))).valid).toBe("unknown");
  expect((await judge(...done(1, 7, "a"), ...done(2, 5, "a"))).valid).toBe(false);
});

test("writes with one token alone prove nothing", async () => {
  expect((await judge(...done(1, 7), ...done(1, 7))).valid).toBe("unknown");
  expect((await judge()).valid).toBe("unknown");
});

test("only ops of the given f's count, with a token, and none of a nemesis", async () => {
  const op = (index: number, more: Partial<Op>): Op => ({
    index,
    time: index * 1e9,
    process: 1,
    type: index % 2 === 0 ? "invoke" : "ok",
    f: "write",
    value: [7, 0],
    ...more,
  });
  const check = async (...ops: Op[]): Promise<unknown> => staleWritesChecker(["write"]).check(historyOf(ops), {});
  const first = [op(0, {}), op(1, {})];
  expect(await check(...first, op(2, { value: [5, 1] }), op(3, { value: [5, 1] }))).toMatchObject({ stale: 1 });
  expect(
    await check(...first, op(2, { f: "other", value: [5, 1] }), op(3, { f: "other", value: [5, 1] })),
  ).toMatchObject({
    valid: "unknown",
    accepted: 1,
  });
  expect(await check(...first, op(2, { value: 5 }), op(3, { value: 5 }))).toMatchObject({
    valid: "unknown",
    accepted: 1,
  });
  expect(
    await check(...first, op(2, { process: "nemesis", value: [5, 1] }), op(3, { process: "nemesis", value: [5, 1] })),
  ).toMatchObject({ accepted: 1 });
  expect(
    await check(
      op(0, { process: "nemesis", value: [9, 1] }),
      op(1, { process: "nemesis", value: [9, 1] }),
      op(2, {}),
      op(3, {}),
    ),
  ).toMatchObject({ valid: "unknown", accepted: 1 });
});

test("a write that failed for another reason was not refused for its token, yet met the newer one", async () => {
  const busy = await judge(...done(1, 7), [2, "invoke", 5], [2, "fail", 5, "busy"]);
  expect(busy).toMatchObject({ valid: true, accepted: 1, refused: 0, stale: 0 });
  expect(busy.summary).toBe("no stale write accepted: 1 accepted, 0 refused for their token");
});

test("five witnesses are enough, and the sentence counts all", async () => {
  const found = await judge(...done(1, 90), ...[1, 2, 3, 4, 5, 6, 7].flatMap((token) => done(2, token)));
  expect(found).toMatchObject({ stale: 7, accepted: 8 });
  expect(found.witnesses).toHaveLength(5);
  expect(found.summary).toMatch(
    /^7 of 8 accepted writes came .*; key g: p2's write with token 1 was accepted at 3.000 s/,
  );
});

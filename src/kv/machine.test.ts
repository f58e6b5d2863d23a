/** The state machine against a plain model, and its sessions against repeated requests. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  apply,
  applyOnce,
  emptyMachine,
  fromImage,
  MACHINE_OPS,
  type Machine,
  refuse,
  seen,
  toImage,
} from "./machine.js";
import { ok, type Request } from "./protocol.js";

const read = (machine: Machine, key: string) => apply(machine, { f: "read", key });

describe("registers", () => {
  test("read, write, cas", () => {
    const machine = emptyMachine();
    expect(read(machine, "x")).toEqual(ok(null));
    expect(apply(machine, { f: "cas", key: "x", value: [1, 2] })).toEqual({ type: "fail", error: "mismatch" });
    expect(apply(machine, { f: "cas", key: "x", value: [null, 1] })).toEqual(ok());
    expect(apply(machine, { f: "cas", key: "x", value: [1, 2] })).toEqual(ok());
    expect(read(machine, "x")).toEqual(ok(2));
    expect(apply(machine, { f: "cas", key: "x", value: [1, 3] })).toEqual({ type: "fail", error: "mismatch" });
    expect(read(machine, "x")).toEqual(ok(2));
  });

  test("a key has one kind, and keys are told apart by type", () => {
    const machine = emptyMachine();
    apply(machine, { f: "write", key: "1", value: "text" });
    apply(machine, { f: "add", key: 1, value: 7 });
    expect(read(machine, "1")).toEqual(ok("text"));
    expect(apply(machine, { f: "read", key: 1 })).toEqual(ok([7]));
    expect(apply(machine, { f: "write", key: 1, value: 3 })).toEqual({ type: "fail", error: "wrong type" });
    expect(apply(machine, { f: "add", key: "1", value: 3 })).toEqual({ type: "fail", error: "wrong type" });
  });
});

test("sets forget what was removed and nothing else", () => {
  const machine = emptyMachine();
  for (const value of [1, 2, 3]) apply(machine, { f: "add", key: "s", value });
  apply(machine, { f: "remove", key: "s", value: 2 });
  expect(read(machine, "s")).toEqual(ok([1, 3]));
});

test("unknown or incomplete requests are refused before they are logged", () => {
  expect(refuse({ f: "toString", key: "x" })?.type).toBe("fail");
  expect(refuse({ f: "write" })?.type).toBe("fail");
  expect(refuse({ f: "write", key: "x", value: 1 })).toBeUndefined();
});

test("a queue gives each element once, oldest first, and says when it is empty", () => {
  const machine = emptyMachine();
  for (const value of [1, 2]) expect(apply(machine, { f: "enqueue", key: "q", value })).toEqual(ok());
  expect(apply(machine, { f: "dequeue", key: "q" })).toEqual(ok(1));
  expect(apply(machine, { f: "dequeue", key: "q" })).toEqual(ok(2));
  expect(apply(machine, { f: "dequeue", key: "q" })).toEqual(ok(null));
  expect(apply(machine, { f: "enqueue", key: "q", value: null }).type).toBe("fail");
});

test("a counter counts", () => {
  const machine = emptyMachine();
  for (const value of [1, 5, -2]) apply(machine, { f: "increment", key: "c", value });
  expect(read(machine, "c")).toEqual(ok(4));
  expect(apply(machine, { f: "increment", key: "c", value: 0.5 }).type).toBe("fail");
  expect(apply(machine, { f: "enqueue", key: "c", value: 1 })).toEqual({ type: "fail", error: "wrong type" });
});

test("a mutex has one owner, who alone releases it, and larger tokens each time", () => {
  const machine = emptyMachine();
  const run = (f: string, value: unknown) => apply(machine, { f, key: "m", value });
  expect(run("acquire", 7)).toEqual(ok(1));
  expect(run("acquire", 7)).toEqual({ type: "fail", error: "held" });
  expect(run("acquire", 8)).toEqual({ type: "fail", error: "held" });
  expect(run("release", 8)).toEqual({ type: "fail", error: "not held" });
  expect(read(machine, "m")).toEqual(ok(7));
  expect(run("release", 7)).toEqual(ok());
  expect(run("release", 7)).toEqual({ type: "fail", error: "not held" });
  expect(run("acquire", "b")).toEqual(ok(2));
});

test("a fenced write is refused where a larger token has been", () => {
  const machine = emptyMachine();
  const run = (token: unknown, value: number) => apply(machine, { f: "fenced-write", key: "g", value: [token, value] });
  expect([run(2, 1), run(2, 2), run(5, 3)]).toEqual([ok(), ok(), ok()]);
  expect(run(4, 4)).toEqual({ type: "fail", error: "stale token" });
  expect(run("6", 5).type).toBe("fail");
  expect(read(machine, "g")).toEqual(ok([5, 3]));
});

describe("transactions", () => {
  const txn = (machine: Machine, value: unknown, f = "txn") => apply(machine, { f, value });

  test("micro-ops run in order, each seeing those before it, and reads are filled in", () => {
    const machine = emptyMachine();
    const first = [
      ["r", "x", null],
      ["append", "x", 1],
      ["append", "x", 2],
      ["r", "x", null],
      ["w", "y", 3],
      ["r", "y", null],
    ];
    const answer = txn(machine, first);
    expect(answer).toEqual(
      ok([
        ["r", "x", null],
        ["append", "x", 1],
        ["append", "x", 2],
        ["r", "x", [1, 2]],
        ["w", "y", 3],
        ["r", "y", 3],
      ]),
    );
    // What was answered stays what it was while the list goes on growing: sessions keep answers.
    txn(machine, [["append", "x", 4]]);
    expect(answer).toMatchObject({ value: { 3: ["r", "x", [1, 2]] } });
    expect(txn(machine, [["r", "x", null]], "read-txn")).toEqual(ok([["r", "x", [1, 2, 4]]]));
  });

  test("nothing happens where one micro-op is impossible", () => {
    const machine = emptyMachine();
    txn(machine, [["w", "y", 1]]);
    const before = JSON.stringify(toImage(machine));
    for (const value of [
      [
        ["append", "x", 1],
        ["append", "y", 2],
      ],
      [
        ["append", "z", 1],
        ["w", "z", 2],
      ],
      [
        ["w", "y", 2],
        ["swap", "y", 3],
      ],
      [["w", null, 2]],
      "no list",
    ]) {
      expect(txn(machine, value).type, JSON.stringify(value)).toBe("fail");
    }
    expect(txn(machine, [["w", "y", 9]], "read-txn").type).toBe("fail");
    expect(JSON.stringify(toImage(machine))).toBe(before);
  });

  test("needs no key, and is executed once", () => {
    const machine = emptyMachine();
    const request: Request = { f: "txn", value: [["append", "x", 1]], client: "a", seq: 1 };
    expect(refuse(request)).toBeUndefined();
    expect(applyOnce(machine, request)).toEqual(applyOnce(machine, request));
    expect(txn(machine, [["r", "x", null]])).toEqual(ok([["r", "x", [1]]]));
  });
});

describe("sessions", () => {
  test("a repeated write is not executed again and is told the same", () => {
    const machine = emptyMachine();
    const first: Request = { f: "cas", key: "x", value: [null, 1], client: "a", seq: 1 };
    expect(applyOnce(machine, first)).toEqual(ok());
    applyOnce(machine, { f: "write", key: "x", value: 2, client: "b", seq: 1 });
    expect(applyOnce(machine, first)).toEqual(ok());
    expect(read(machine, "x")).toEqual(ok(2));
  });

  test("an overtaken write is neither executed nor denied", () => {
    const machine = emptyMachine();
    applyOnce(machine, { f: "write", key: "x", value: 2, client: "a", seq: 2 });
    expect(applyOnce(machine, { f: "write", key: "x", value: 1, client: "a", seq: 1 }).type).toBe("info");
    expect(read(machine, "x")).toEqual(ok(2));
    expect(seen(machine, { f: "write", client: "a", seq: 1 })).toBe(true);
    expect(seen(machine, { f: "write", client: "a", seq: 3 })).toBe(false);
  });
});

const key = fc.constantFrom<string | number>("x", "y", 1);
const microOp = fc.tuple(fc.constantFrom("r", "w", "append"), key, fc.nat(3));
const request: fc.Arbitrary<Request> = fc.record({
  f: fc.constantFrom(...MACHINE_OPS),
  key,
  value: fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.tuple(fc.constantFrom(null, 0, 1, 2), fc.nat(3)),
    fc.array(microOp, { maxLength: 3 }),
  ),
  client: fc.constantFrom("a", "b"),
  seq: fc.integer({ min: 1, max: 6 }),
});

test("property: an image brings the machine back, sessions included", () => {
  fc.assert(
    fc.property(fc.array(request), fc.array(request), (before, after) => {
      const machine = emptyMachine();
      for (const one of before) applyOnce(machine, one);
      const copy = fromImage(JSON.parse(JSON.stringify(toImage(machine))));
      for (const one of after) expect(applyOnce(copy, one)).toEqual(applyOnce(machine, one));
      expect(toImage(copy)).toEqual(toImage(machine));
    }),
  );
});

test("property: executing every request twice in a row changes nothing", () => {
  fc.assert(
    fc.property(fc.array(request), (requests) => {
      const [once, twice] = [emptyMachine(), emptyMachine()];
      for (const one of requests) {
        const reply = applyOnce(once, one);
        expect(applyOnce(twice, one)).toEqual(reply);
        expect(applyOnce(twice, one)).toEqual(reply);
      }
      expect(toImage(twice)).toEqual(toImage(once));
    }),
  );
});

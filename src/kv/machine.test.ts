/** The state machine against a plain model, and its sessions against repeated requests. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  apply,
  applyOnce,
  emptyMachine,
  fromImage,
  type Machine,
  refuse,
  seen,
  toImage,
  WRONG_TYPE,
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
    expect(apply(machine, { f: "write", key: 1, value: 3 })).toEqual({ type: "fail", error: WRONG_TYPE });
    expect(apply(machine, { f: "add", key: "1", value: 3 })).toEqual({ type: "fail", error: WRONG_TYPE });
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

const request: fc.Arbitrary<Request> = fc.record({
  f: fc.constantFrom("read", "write", "cas", "add", "remove"),
  key: fc.constantFrom<string | number>("x", "y", 1),
  value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.tuple(fc.constantFrom(null, 0, 1, 2), fc.nat(3))),
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

/** Transactions given as JSON must come back as they were, or be left alone. */
import { describe, expect, it } from "vitest";
import { MicroPool, NOT_LISTS, NOT_REGISTERS, SHOWS } from "./micro-ops.js";
import { StringPool } from "./strings.js";
import { ValueTable } from "./values.js";

function encoded(micros: readonly unknown[]): { from: number; pool: MicroPool; back: unknown } {
  const values = new ValueTable(new StringPool());
  const pool = new MicroPool();
  const from = pool.encode(micros, (value) => values.intern(value));
  return { from, pool, back: pool.decode(0, pool.length, (id) => values.get(id)) };
}

describe("a transaction as JSON", () => {
  it.each([
    [
      "appends and reads of lists",
      [
        ["append", 1, 2],
        ["r", 1, [1, 2]],
        ["r", 2, []],
        ["r", 3, null],
      ],
    ],
    [
      "registers",
      [
        ["w", "x", "a"],
        ["r", "x", null],
        ["r", null, 1.5],
        ["w", -3, true],
      ],
    ],
    [
      "numbers that do not stand for themselves",
      [
        ["append", 2 ** 30, -1],
        ["r", 2 ** 40, [1, -1, 2 ** 30, 0.5]],
      ],
    ],
    ["a list that was written", [["w", 1, [1, 2]]]],
  ])("comes back: %s", (_what, micros) => {
    const { from, back } = encoded(micros);
    expect(from).toBe(0);
    expect(back).toEqual(micros);
  });

  it.each([
    ["a micro-op of another name", [["cas", 1, 2]]],
    ["too little", [["r", 1]]],
    ["too much", [["r", 1, null, null]]],
    ["what is no micro-op", [["r", 1, null], 7]],
    ["a null in a list", [["r", 1, [1, null]]]],
    ["a list in a list", [["r", 1, [[1]]]]],
    ["an object", [["w", 1, {}]]],
    ["a list for a key", [["r", [1], null]]],
    ["-0, which is not 0", [["w", 1, -0]]],
    ["nothing where there is a value", [["r", 1, undefined]]],
  ])("is left alone: %s", (_what, micros) => {
    const { from, pool } = encoded([["r", 1, [1]], ...micros]);
    expect(from).toBe(-1);
    expect(pool.length).toBe(0);
  });

  it.each([
    [
      [
        ["append", 1, 2],
        ["r", 1, [2]],
      ],
      NOT_REGISTERS | SHOWS,
    ],
    [
      [
        ["append", 1, 2],
        ["r", 1, null],
      ],
      NOT_REGISTERS,
    ],
    [[["r", 1, null]], 0],
    [[["r", 1, []]], NOT_REGISTERS | SHOWS],
    [
      [
        ["w", 1, 2],
        ["r", 1, 2],
      ],
      NOT_LISTS | SHOWS,
    ],
    [[["w", 1, null]], NOT_LISTS | NOT_REGISTERS],
    [[["append", 1, [2]]], NOT_LISTS | NOT_REGISTERS],
    [
      [
        ["append", 1, 2],
        ["w", 1, 2],
      ],
      NOT_LISTS | NOT_REGISTERS,
    ],
  ])("has a shape: %j", (micros, shape) => {
    expect(encoded(micros).pool.shape).toBe(shape);
  });

  it("tells what was written to each key", () => {
    const { pool } = encoded([
      ["append", 9, 5],
      ["w", 9, 3],
      ["r", 9, [1]],
      ["r", 8, 70],
      ["append", 7, 4],
    ]);
    const { writes, least, most } = pool.ranges();
    const key = (name: number): number => pool.keys.of(name);
    expect([writes[key(9)], least[key(9)], most[key(9)]]).toEqual([2, 3, 5]);
    expect(writes[key(8)]).toBe(0);
    expect([writes[key(7)], least[key(7)], most[key(7)]]).toEqual([1, 4, 4]);
  });

  it("numbers keys of all kinds, and knows them again", () => {
    const pool = new MicroPool();
    const names = Array.from({ length: 700 }, (_, i) => (i % 3 === 0 ? i : i % 3 === 1 ? i * 2 ** 20 : -1 - i));
    expect(names.map((name) => pool.keys.of(name))).toEqual(names.map((_, i) => i));
    expect(names.map((name) => pool.keys.of(name))).toEqual(names.map((_, i) => i));
    expect([...pool.keys.keys.subarray(0, pool.keys.count)]).toEqual(names);
  });
});

import { describe, expect, it } from "vitest";
import { cloneJson } from "./clone.js";

describe("cloneJson", () => {
  it("copies what JSON copies, and shares nothing", () => {
    const body = { a: [1, { b: "x" }, null, true], c: undefined, d: { e: [] } };
    const copy = cloneJson(body) as typeof body;
    expect(JSON.stringify(copy)).toBe(JSON.stringify(body));
    expect("c" in copy).toBe(false);
    expect(copy.a).not.toBe(body.a);
    expect(copy.a[1]).not.toBe(body.a[1]);
    expect(copy.d).not.toBe(body.d);
  });

  it.each([[new Map()], [new Date(0)], [Number.NaN], [10n], [() => 0], [[undefined]]])("refuses %s", (value) => {
    expect(() => cloneJson({ value })).toThrow(TypeError);
  });
});

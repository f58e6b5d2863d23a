/** Values of any size and shape become short text that tells what was cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { callText, clip, endText, show, showShort } from "./show.js";

const op = (part: Partial<Op>): Op => ({
  index: 0,
  time: 0,
  process: 1,
  type: "invoke",
  f: "read",
  value: null,
  ...part,
});

describe("show", () => {
  it("shows small values whole", () => {
    expect(show(5)).toBe("5");
    expect(show("five")).toBe('"five"');
    expect(show(null)).toBe("nil");
    expect(show({ a: [1, "b", null], ok: true })).toBe('{a: [1, "b", nil], ok: true}');
  });

  it("cuts a 1 MB string, a long list and a wide object, and tells how long they were", () => {
    const long = show("x".repeat(1_048_576), 100);
    expect(long.length).toBeLessThan(160);
    expect(long).toContain("1,048,576 characters");
    expect(
      show(
        Array.from({ length: 100_000 }, (_, i) => i),
        60,
      ),
    ).toMatch(/^\[0, 1, .*… \(100,000 items\)\]$/);
    expect(show(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])), 60)).toContain(
      "(5,000 fields)",
    );
    expect(showShort([1, 2, 3, 4, 5, 6, 7, 8, 9], 10)).toBe("9 items");
    expect(clip("abcdef", 3)).toBe("abc… (6 characters)");
  });

  it("ends on deep and on cyclic values", () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(show(cyclic)).toContain("…");
  });

  it("never gives much more than the limit", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(show(value, 40).length).toBeLessThan(500);
      }),
    );
  });
});

describe("ops as words", () => {
  it("says what was asked", () => {
    expect(callText(op({ f: "write", key: "k3", value: 5 }))).toBe("write(k3, 5)");
    expect(callText(op({ f: "read", key: "k3" }))).toBe("read(k3)");
    expect(callText(op({ f: "cas", value: [5, 7] }))).toBe("cas(5 ⇒ 7)");
    expect(
      callText(
        op({
          f: "txn",
          value: [
            ["append", "x", 1],
            ["r", "y", null],
          ],
        }),
      ),
    ).toBe("txn(append x 1; r y nil)");
  });

  it("says how it ended", () => {
    const read = op({});
    expect(endText(read, op({ type: "ok", value: 5 }))).toBe("→ 5");
    expect(endText(read, op({ type: "ok", value: null }))).toBe("→ nil");
    expect(endText(op({ f: "write", value: 5 }), op({ f: "write", type: "ok", value: 5 }))).toBe("");
    expect(endText(read, op({ type: "fail", error: "CLUSTERDOWN" }))).toBe("✗ CLUSTERDOWN");
    expect(endText(read, op({ type: "info", error: "timeout" }))).toBe("? timeout");
    expect(endText(read, undefined)).toBe("? no answer");
  });
});

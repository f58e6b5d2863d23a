import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import type { Fate, TraceEntry } from "../src/core/trace.js";
import { messagesSection } from "./sections/messages.js";
import { traceLines, traceSvg } from "./trace-svg.js";
import { traceAround } from "./trace-window.js";

const ms = (n: number): number => n * 1e6;
const op = (index: number, atMs: number, type: Op["type"], f: string, value: unknown, process = 1): Op => ({
  index,
  time: ms(atMs),
  process,
  type,
  f,
  key: 4,
  value,
  node: "n1",
});
const sent = (atMs: number, from: string, to: string, body: unknown, fate: Fate = "delivered"): TraceEntry => ({
  kind: "message",
  sentNs: ms(atMs),
  endNs: ms(atMs + 1),
  from,
  to,
  body,
  fate,
});
const write = { invoke: op(0, 100, "invoke", "write", 441), end: op(1, 102, "ok", "write", 441) };
const read = { invoke: op(2, 5000, "invoke", "read", null, 2), end: op(3, 5002, "ok", "read", 430, 2) };

describe("messages around a violation", () => {
  const lost = sent(101, "n1", "n2", { t: "entries", list: [{ r: { f: "write", key: 4, value: 441 } }] }, "cut");
  const otherKey = sent(2500, "n1", "n2", { t: "entries", list: [{ r: { f: "write", key: 5, value: 441 } }] });
  const answer = sent(3000, "n2", "n3", { t: "answer", reply: { type: "ok", value: 430 } });
  const beat = sent(2000, "n1", "n2", { t: "beat", e: 3 });
  const near = sent(5001, "n2", "n1", { t: "beat", e: 4 });
  const healed: TraceEntry = { ...beat, kind: "fault", sentNs: ms(2600), from: "nemesis", to: "client", body: "heal" };
  const window = traceAround([write, read], [lost, beat, otherKey, healed, answer, near]);

  it("shows what carried the witness's values, what was dropped, and what happened to links", () => {
    const shown = window?.moments.flatMap((at) => ("entry" in at ? [at.entry] : []));
    expect(shown).toEqual([lost, healed, answer, near]);
    expect(window?.moments.length).toBe(8);
    const times = window?.moments.map(({ atNs }) => atNs) ?? [];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("says in words who told whom what", () => {
    const lines = traceLines(window as NonNullable<typeof window>);
    expect(lines[0]).toBe("0.100 s a client to n1: p1: write(4, 441)");
    expect(lines[1]).toBe("0.101 s n1 to n2: entries write(4, 441) (dropped by the cut)");
    expect(lines).toContain("3.000 s n2 to n3: answer 430");
    expect(lines).toContain("2.600 s heal");
    expect(lines.at(-1)).toBe("5.002 s n1 to a client: p2: → 430");
  });

  it("draws each moment, and escapes what the system said", () => {
    const evil = sent(101.5, "n1", "n2", { t: "<script>", r: { f: "write", key: 4, value: 441 } });
    const drawn = traceAround([write], [lost, evil]) as NonNullable<ReturnType<typeof traceAround>>;
    const svg = traceSvg(drawn, ["n1", "n2"], []).text;
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&lt;script&gt;");
    expect(svg.match(/class="packet/g)?.length).toBe(2);
    expect(svg).toContain('class="packet cut"');
  });

  it("says nothing where there is nothing to show", () => {
    expect(traceAround([], [lost])).toBeUndefined();
    expect(traceAround([write], [])).toBeUndefined();
    expect(traceAround([read], [lost])).toBeUndefined();
    expect(messagesSection(undefined, [])).toBe("");
  });

  it("keeps to a number of moments that a person can follow, and counts the rest", () => {
    const flood = Array.from({ length: 2000 }, (_, i) => sent(100 + i / 1000, "n1", "n2", { t: "beat", e: i }));
    const told = traceAround([write], flood) as NonNullable<ReturnType<typeof traceAround>>;
    expect(told.moments.length).toBeLessThanOrEqual(60);
    expect(told.left).toBe(2000 - (told.moments.length - 2));
  });
});

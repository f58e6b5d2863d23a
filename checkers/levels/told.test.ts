/** What is told of consistency levels: sentences, witnesses, and cycles that are cycles. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { h } from "../../src/history/testing.js";
import { checkLevels, concludeLevels } from "../levels.js";
import { cellsOf } from "../linearizable/cells.js";
import { histories, simulatedRegister } from "../linearizable/testing/histories.js";
import { causalityOf } from "./causal.js";
import { type Rows, rowsOf } from "./rows.js";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

describe("the sentence", () => {
  it.each([
    ["0:w1 1:r1", "linearizable, so every weaker level holds"],
    ["0:w1", "no level could be decided"],
    ["0:w1 0:w1 0:rnil", "no level could be decided (a value is written twice, so reads do not name their writes)"],
    ["0:w1 0:w2 1:r1 1:r2", "the strongest level that holds is sequential; undecided: linearizable, eventual"],
    ["x/0:w1 y/1:w2 y/0:rnil x/1:rnil", "the strongest level that holds is causal; undecided: linearizable, eventual"],
    [
      "0:w1 1:w2 2:r1 2:r2 3:r2 3:r1",
      "the strongest level that holds is the session guarantees; undecided: linearizable",
    ],
    [
      "0:w1 0:rnil 0:rnil",
      "no consistency level holds; undecided: linearizable, eventual; read your writes broken by 2 reads",
    ],
    [
      "0:w1 0:w2 1:r2 1:r1",
      "no consistency level holds; undecided: linearizable, eventual; monotonic reads broken by 1 read, monotonic writes broken by 1 read",
    ],
    [
      "0:w1 1:r1 1:w2 2:r2 2:r1",
      "no consistency level holds; undecided: linearizable, eventual; monotonic reads broken by 1 read, writes follow reads broken by 1 read",
    ],
    ["0:w1 1:r7 0:r1", "no consistency level holds; undecided: linearizable"],
  ])("of %s: %s", (text, words) => expect(checkLevels(h(text)).summary).toContain(words));

  it("follows what another checker found of linearizability", () => {
    const own = checkLevels(h("0:w1 0:w2 1:r2 1:r1"));
    expect(own.causalWitness).toBeDefined();
    const told = concludeLevels(own, false);
    expect(told).toMatchObject({ level: "none", levels: { linearizable: false, sequential: false } });
    expect(told.summary).not.toContain("linearizable");
    expect(told.causalWitness).toEqual(own.causalWitness);
    expect(concludeLevels(told, false)).toBe(told);
    expect(concludeLevels(own, "unknown")).toBe(own);
    expect(concludeLevels(own, true)).toMatchObject({ level: "linearizable", levels: { eventual: true } });
    expect(concludeLevels(checkLevels(h("0:w1 0:w2 1:r1 1:r2")), false)).not.toHaveProperty("causalWitness");
  });
});

describe("replicas that converge", () => {
  const eventual = (text: string, finalNs?: number): unknown =>
    checkLevels(h(text), finalNs === undefined ? {} : { finalNs }).levels.eventual;
  // Something is wrong early on, so that it is not simply linearizable.
  const stale = "z/0:w8 z/0:w9 z/1:r8";

  it.each<[string, unknown]>([
    ["x/0:w1 x/0:r1 x/1:r1 z/0:r9 z/1:r9", true],
    ["x/0:w1 x/0:r1 x/1:r1 z/0:r9 z/1:r8", false],
    ["x/0:w1 x/0:r1 x/1:rnil z/0:r9 z/1:r9", false],
    // One place only looked at x; nobody did.
    ["x/0:w1 x/0:r1 z/0:r9 z/1:r9", "unknown"],
    ["x/0:w1 z/0:r9 z/1:r9", "unknown"],
    // Not quiet: x was written again after z was looked at by process 1.
    ["z/1:r9 x/0:w1 x/0:r1 x/1:r1 z/0:r9", "unknown"],
    // What process 2 wrote may still come.
    ["x/2:w1? x/0:r1 x/1:r1 z/0:r9 z/1:r9", true],
  ])("after a stale read, %s: %s", (text, wanted) => expect(eventual(`${stale} ${text}`)).toBe(wanted));

  it("are looked at in the final phase only", () => {
    expect(eventual("0:w1 0:w2 1:r1 0:r2 1:r1 2:r2 1:r2", 11e6)).toBe("unknown");
    expect(eventual("0:w1 0:w2 1:r1 0:r2 1:r1 2:r2 1:r2", 6e6)).toBe(true);
  });
});

describe("witnesses", () => {
  const witness = (text: string) => checkLevels(h(text)).causalWitness;
  const did = (text: string): string[] | undefined =>
    witness(text)?.ops.flatMap(({ type, process, f, value }) => (type === "ok" ? [`${process}:${f} ${value}`] : []));

  it("of a value from nowhere, of the initial value after a write was known, of a cycle", () => {
    expect(witness("0:w1 1:r7 0:rnil")?.text).toBe(
      "p1 read 7 from n2 at 0.003 s, but no write of it can have happened",
    );
    expect(witness("0:w1 1:r1 1:rnil")?.text).toBe(
      "p1 read null from n2 at 0.005 s, although it knew of a write: p0 wrote 1 on n1 at 0.001 s",
    );
    const cycle = witness("0:w1 1:w2 2:r1 2:r2 3:r2 3:r1");
    expect(cycle?.text).toMatch(/^each of these would have to come before the next, and the last before the first: /);
    expect(cycle?.text).toContain("; p");
    expect(cycle?.text).not.toContain("more ops");
    expect(did("0:w1 1:w2 2:r1 2:r2 3:r2 3:r1")?.slice(0, 2)).toEqual(["0:write 1", "1:write 2"]);
  });

  it("of a cycle tell its ops in their order", () => {
    const text = witness("0:w1 1:w2 2:w3 3:r1 3:r2 4:r2 4:r3 5:r3 5:r1")?.text ?? "";
    const writers = [...text.matchAll(/p\d wrote (\d)/g)].map(([, value]) => value).join("");
    // Readers saw 1 before 2, 2 before 3 and 3 before 1.
    expect(["123", "231", "312"]).toContain(writers);
  });

  it("of a cycle are short where a short one exists, whatever else happens", () => {
    const noise = Array.from({ length: 30 }, (_, i) => `${4 + (i % 3)}:w${100 + i} ${4 + ((i + 1) % 3)}:r${100 + i}`);
    const text = `${noise.slice(0, 15).join(" ")} 0:w1 0:w2 1:r2 1:r1 ${noise.slice(15).join(" ")}`;
    expect(did(text)).toEqual(expect.arrayContaining(["0:write 1", "0:write 2"]));
    expect(did(text)?.length).toBeLessThanOrEqual(4);
  });

  it("of session guarantees name the read, what the session knew, and why it is older", () => {
    const of = (text: string) => checkLevels(h(text)).sessions;
    const texts = (text: string): (string | undefined)[] => Object.values(of(text)).map(({ witness }) => witness?.text);
    expect(texts("0:w1 0:w2 1:r2 1:r1")).toEqual([
      undefined,
      "p1 read 1 from n2 at 0.007 s, an older value than it had seen: before, p1 read 2 from n2 at 0.005 s",
      "p1 read 1 from n2 at 0.007 s after p1 read 2 from n2 at 0.005 s; p0 wrote 1 on n1 at 0.001 s, and p0 wrote 2 on n1 at 0.003 s: one process wrote both, this one later",
      undefined,
    ]);
    expect(texts("0:w1 1:r1 1:w2 2:r2 2:r1")[3]).toBe(
      "p2 read 1 from n3 at 0.009 s after p2 read 2 from n3 at 0.007 s; p0 wrote 1 on n1 at 0.001 s, and p1 wrote 2 on n2 at 0.005 s: its writer had read the other before",
    );
    expect(texts("0:w1 0:rnil")[0]).toBe(
      "p0 read null from n1 at 0.003 s, an older value than its own: before, p0 wrote 1 on n1 at 0.001 s",
    );
    expect(texts("0:w1 1:r1 1:rnil")).toEqual([
      undefined,
      "p1 read null from n2 at 0.005 s, an older value than it had seen: before, p1 read 1 from n2 at 0.003 s",
      undefined,
      undefined,
    ]);
    expect(of("0:w1 0:w2 1:r2 1:r1").monotonicReads.witness?.ops.map(({ index }) => index)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });
});

/** Rows that must come before a row: those of its session that were earlier, those it read from, and theirs. */
function pastsOf(rows: Rows): Set<number>[] {
  const pasts = Array.from({ length: rows.count }, () => new Set<number>());
  for (let again = true; again; ) {
    again = false;
    for (const [row, past] of pasts.entries()) {
      const before = past.size;
      for (let other = 0; other < row; other++) if (rows.session[other] === rows.session[row]) past.add(other);
      if ((rows.source[row] as number) >= 0) past.add(rows.source[row] as number);
      for (const one of [...past]) for (const other of pasts[one] as Set<number>) past.add(other);
      if (past.size > before) again = true;
    }
  }
  return pasts;
}

describe("a causal violation", () => {
  it("is one by the definition: every step of a cycle has its reason", () => {
    fc.assert(
      fc.property(histories(simulatedRegister(true), { maxSteps: 40, lies: 300, secondKey: 40 }), (found) => {
        const rows = rowsOf(cellsOf(historyOf(found), {}, "cas-register"));
        const causality = rows === undefined ? undefined : causalityOf(rows);
        if (rows === undefined || causality?.violation === undefined) return;
        const { source, writes, key, count } = rows;
        const pasts = pastsOf(rows);
        const { violation, pattern } = causality;
        const [first = -1, second = -1] = violation;
        if (pattern === "thin-air") expect(source[first]).toBe(-3);
        else if (pattern === "initial") {
          expect([source[second], writes[first], key[first]]).toEqual([-2, 1, key[second]]);
          expect(pasts[second]?.has(first)).toBe(true);
        } else {
          expect(violation.length).toBeGreaterThan(0);
          expect(new Set(violation).size).toBe(violation.length);
          for (const [i, a] of violation.entries()) {
            const b = violation[(i + 1) % violation.length] as number;
            const readers = Array.from({ length: count }, (_, row) => row).filter((row) => source[row] === b);
            const overwrote = writes[a] === 1 && key[a] === key[b] && readers.some((row) => pasts[row]?.has(a));
            expect(pasts[b]?.has(a) === true || overwrote).toBe(true);
          }
        }
      }),
      { numRuns },
    );
  });
});

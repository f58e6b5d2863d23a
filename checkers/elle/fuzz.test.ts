/** The checkers against brute force, on random small histories: the same anomalies, for every model of the lattice. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { History } from "../../src/core/history.js";
import type { Op } from "../../src/core/op.js";
import { formatHistory, historyOf, parseHistory } from "../../src/history/index.js";
import {
  CONSISTENCY_MODELS,
  checkListAppend,
  checkRwRegister,
  type ElleVerdict,
  type RegisterOptions,
} from "./index.js";
import { boundaryOf, forbiddenBy, impliedAnomalies } from "./models.js";
import { histories } from "./testing/arbitrary.js";
import { type OracleVerdict, oracle, typeOf } from "./testing/oracle.js";

const RUNS = Number(process.env.FUZZ_RUNS ?? 1500);

type Check = (ops: readonly Op[], options: RegisterOptions) => ElleVerdict;
/** Judges ops as a file has them, and as objects: a file's transactions are judged in the columns that hold them. */
const inBoth =
  (check: (history: History, options: RegisterOptions) => ElleVerdict): Check =>
  (ops, options) => {
    const verdict = check(parseHistory(new TextEncoder().encode(formatHistory(ops))).history, options);
    expect(verdict).toEqual(check(historyOf(ops), options));
    return verdict;
  };
const CHECKS = { "list-append": inBoth(checkListAppend), "rw-register": inBoth(checkRwRegister) };

const ORDERS = [[], ["process"], ["realtime"], ["process", "realtime"]] as const;

/** The cycle is one: each step is a real dependency of its kind, no transaction comes twice, the kinds make the type. */
function expectCycle(found: ElleVerdict, expected: OracleVerdict, ops: readonly Op[]): void {
  const index = new Map(expected.txns.map((txn, i) => [txn.invoke, i]));
  const history = historyOf(ops);
  const at = (position: number): number =>
    index.get(history.op(position).type === "invoke" ? position : history.pair(position)) as number;
  for (const [type, cases] of Object.entries(found.anomalies)) {
    const cycles = cases.flatMap((each) => each.cycle ?? []);
    for (const { steps } of cycles) {
      expect(typeOf(steps.map((step) => step.kind))).toBe(type);
      expect(new Set(steps.map((step) => step.from)).size).toBe(steps.length);
      for (const [i, step] of steps.entries()) {
        expect(step.to).toBe(steps[(i + 1) % steps.length]?.from);
        expect(expected.edges.get(`${at(step.from)} ${at(step.to)}`)).toContain(step.kind);
      }
    }
    // The fall-back for a walk that meets a transaction twice does not look for the shortest.
    if (cycles.length === 0 || type.startsWith("G-nonadjacent")) continue;
    expect(Math.min(...cycles.map(({ steps }) => steps.length))).toBe(expected.shortest.get(type));
  }
}

describe.each(["list-append", "rw-register"] as const)("%s against brute force", (model) => {
  const check = CHECKS[model];
  const claims: fc.Arbitrary<RegisterOptions> =
    model === "list-append"
      ? fc.constant({})
      : fc.record({ wfrKeys: fc.boolean(), sequentialKeys: fc.boolean(), linearizableKeys: fc.boolean() });

  it("finds the same anomalies and shortest cycles", () => {
    fc.assert(
      fc.property(histories(model, 6), claims, fc.constantFrom(...ORDERS), (ops, claimed, orders) => {
        const expected = oracle(ops, {
          model,
          process: orders.includes("process" as never),
          realtime: orders.includes("realtime" as never),
          ...(claimed as object),
        });
        const found = check(ops, { ...claimed, consistency: "read-uncommitted", orders });
        expect(found.found).toEqual(expected.types);
      }),
      { numRuns: RUNS },
    );
  });

  it("judges by every consistency model", () => {
    fc.assert(
      fc.property(histories(model, 6), claims, fc.constantFrom(...CONSISTENCY_MODELS), (ops, claimed, consistency) => {
        const forbidden = forbiddenBy([consistency]);
        const realtime = [...forbidden].some((type) => type.endsWith("-realtime"));
        const process = !realtime && [...forbidden].some((type) => type.endsWith("-process"));
        const expected = oracle(ops, { model, process, realtime, ...(claimed as object) });
        const found = check(ops, { ...claimed, consistency });
        const types = expected.types.filter((type) => forbidden.has(type));
        expect(found.anomalyTypes).toEqual(types);
        if (found.valid !== "unknown") expect(found.valid).toBe(types.length === 0);
        expect([found.not, found.alsoNot]).toEqual(
          types.length === 0 ? [[], []] : [boundaryOf(expected.types).not, boundaryOf(expected.types).alsoNot],
        );
        expectCycle(found, expected, ops);
      }),
      { numRuns: RUNS },
    );
  });

  it("gives witnesses that show the anomaly by themselves", () => {
    fc.assert(
      fc.property(histories(model, 6), claims, (ops, claimed) => {
        const found = check(ops, claimed);
        for (const { text, ops: witness } of found.witnesses ?? []) {
          const type = text.slice(0, text.indexOf(":"));
          const again = check(witness, claimed);
          expect(again.valid).toBe(false);
          // Two claims that each hold in the whole history's order may contradict each other in a part of it: there the one
          // that the whole contradicts (and which so is not used) is not known to be wrong.
          if (again.found.includes("cyclic-versions")) continue;
          // Or a sharper one: where a longer read is missing, appends it showed apart may become neighbours.
          expect(impliedAnomalies(again.found), `${type} in ${again.summary}`).toContain(type);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

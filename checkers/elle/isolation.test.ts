/** Stores of known isolation get their anomalies, all of them and no others. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { checkListAppend, checkRwRegister, type RegisterOptions } from "./index.js";
import { impliedAnomalies } from "./models.js";
import { type Isolation, storeHistory } from "./testing/store.js";
import type { TxnModel } from "./types.js";

const SEEDS = Number(process.env["SEEDS"] ?? 25);

interface Expected {
  /** Weakest anomalies that may be there: what is found must imply one of them or be one. */
  readonly allowed: readonly string[];
  /** What a few dozen histories must show. */
  readonly seen: readonly string[];
}

/** Nothing but rw cycles with adjacent rw edges. */
const WRITE_SKEW = ["G2-item", "G2-item-process", "G2-item-realtime"];

const EXPECTED: Readonly<Record<Isolation, Expected>> = {
  "strict-serializable": { allowed: [], seen: [] },
  // Two-phase locks on items: with no predicates to read, as good as serializable.
  "repeatable-read": { allowed: [], seen: [] },
  serializable: {
    allowed: ["G-single-item-realtime", "G-nonadjacent-item-realtime", "G2-item-realtime"],
    seen: ["G-single-item-realtime"],
  },
  "snapshot-isolation": { allowed: WRITE_SKEW, seen: ["G2-item"] },
  "read-committed": {
    allowed: ["internal", "lost-update", "G-single-item", "G-nonadjacent-item", ...WRITE_SKEW],
    seen: ["internal", "lost-update", "G-single-item", "G2-item"],
  },
  "read-uncommitted": {
    // Anything but dirty writes.
    allowed: ["G1", "G2-realtime", "G1-realtime", "internal"],
    seen: ["G1a", "G1b", "G1c", "internal"],
  },
};

const CLAIMS: readonly RegisterOptions[] = [{}, { linearizableKeys: true }, { wfrKeys: true }];

describe.each(Object.entries(EXPECTED) as [Isolation, Expected][])("a %s store", (isolation, { allowed, seen }) => {
  const of = (model: TxnModel, options: RegisterOptions, seed: number) => {
    const history = historyOf(storeHistory({ isolation, model, seed, txns: 60 }));
    return model === "list-append" ? checkListAppend(history, options) : checkRwRegister(history, options);
  };

  it("shows in lists what it allows", () => {
    const union = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const { found, valid } = of("list-append", { orders: ["process"] }, seed);
      for (const type of found) union.add(type);
      expect(valid).toBe(found.length === 0);
      // It keeps its promise, and so every weaker one.
      expect(of("list-append", { consistency: isolation }, seed)).toMatchObject({ valid: true, anomalyTypes: [] });
    }
    expect([...union].filter((type) => !fits(type, allowed))).toEqual([]);
    expect([...union]).toEqual(expect.arrayContaining([...seen]));
  });

  it.each(CLAIMS)("shows in registers nothing that it does not allow, given %j", (claims) => {
    // Undone writes and reads of the past are no linearizable registers, whatever a user claims.
    if (claims.linearizableKeys && ["read-uncommitted", "serializable"].includes(isolation)) return;
    const union = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      for (const type of of("rw-register", claims, seed).found) union.add(type);
      expect(of("rw-register", { ...claims, consistency: isolation }, seed)).toMatchObject({ valid: true });
    }
    expect([...union].filter((type) => !fits(type, allowed))).toEqual([]);
  });
});

function fits(type: string, allowed: readonly string[]): boolean {
  return allowed.some((weak) => weak === type || impliedAnomalies([type]).has(weak)) && !/^G0/.test(type);
}

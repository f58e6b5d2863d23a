/** Selections, shards and the exit code: a run of nothing is never green. */
import { describe, expect, it } from "vitest";
import type { ContractOutcome, ContractResult } from "../core/contract.js";
import { exitOfCi, parseShard, select, shardOf, validOf } from "./verdict.js";

const contract = (outcome: ContractOutcome, more: Partial<ContractResult> = {}): ContractResult => ({
  name: outcome,
  outcome,
  expected: {},
  observed: {},
  why: "",
  dir: "",
  system: "s",
  workload: "w",
  nemesis: "none",
  tags: [],
  durationMs: 0,
  attempts: [],
  ...more,
});
const exit = (...contracts: readonly ContractResult[]): number =>
  exitOfCi({ valid: validOf(contracts), contracts, selected: [], configured: [] });

describe("the exit code", () => {
  it("is 0 kept, 1 broken, 2 unknown, 255 broken environment", () => {
    const [passed, failed, unknown, skipped] = [
      contract("passed"),
      contract("failed"),
      contract("unknown"),
      contract("skipped"),
    ];
    expect(exit(passed, skipped)).toBe(0);
    expect(exit(passed, unknown)).toBe(2);
    expect(exit(passed, unknown, failed)).toBe(1);
    expect(exit(passed, contract("unknown", { allowed: true }))).toBe(0);
    expect(exit(passed, contract("unknown", { error: "no nodes" }))).toBe(255);
    expect(exit(failed, contract("unknown", { error: "no nodes" }))).toBe(1);
  });

  it("is 2 where everything was skipped or nothing was run", () => {
    expect(exit(contract("skipped"))).toBe(2);
    expect(exit()).toBe(2);
  });
});

describe("selections", () => {
  const all = [
    { name: "raft is linearizable", tags: ["simulation"] },
    { name: "redis loses writes", tags: ["docker", "nightly"] },
  ];
  it("takes names by pattern and tags by name", () => {
    expect(select(all, { grep: "RAFT" })).toEqual([all[0]]);
    expect(select(all, { tags: ["nightly", "simulation"] })).toEqual(all);
    expect(select(all, {})).toEqual(all);
  });

  it("refuses to select nothing", () => {
    expect(() => select(all, { grep: "etcd" })).toThrow(/no contract is selected. There are: "raft is linearizable"/);
    expect(() => select(all, { grep: "raft", tags: ["docker"] })).toThrow(/no contract is selected/);
    expect(() => select(all, { tags: ["dokcer"] })).toThrow(/no contract has the tag "dokcer". There are: docker,/);
    expect(() => select(all, { grep: "(" })).toThrow(/no regular expression/);
  });
});

describe("shards", () => {
  it("hold every contract exactly once", () => {
    const all = Array.from({ length: 11 }, (_, i) => i);
    for (const count of [1, 2, 3, 11, 20]) {
      const shards = Array.from({ length: count }, (_, i) => shardOf(all, { index: i + 1, count }));
      expect(shards.flat().sort((a, b) => a - b)).toEqual(all);
      const sizes = shards.map((shard) => shard.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });

  it.each(["0/3", "4/3", "1", "a/b", "1/0", "-1/3"])("refuse %s", (text) => {
    expect(() => parseShard(text)).toThrow(/write 2\/5/);
  });
});

/** Shards join to the whole; what is missing is unknown, what overlaps is refused. */
import { describe, expect, it } from "vitest";
import type { CiResults, ContractResult } from "../core/contract.js";
import { mergeShards, missingShards, parseShardFile, type ShardFile } from "./merge.js";
import { shardOf, validOf } from "./verdict.js";

const names = ["a", "b", "c", "d", "e"];
const contract = (name: string): ContractResult => ({
  name,
  outcome: "passed",
  expected: {},
  observed: {},
  why: "",
  dir: "",
  system: "s",
  workload: "w",
  nemesis: "n",
  tags: [],
  durationMs: 0,
  attempts: [],
});
const part = (index: number, count: number, more: Partial<CiResults> = {}): ShardFile => ({
  file: `${index}.json`,
  results: {
    valid: true,
    contracts: shardOf(names, { index, count }).map(contract),
    shard: { index, count },
    selected: names,
    configured: names,
    ...more,
  },
});

describe("mergeShards", () => {
  it("joins all parts, given in any order, to the order of the configuration", () => {
    const merged = mergeShards([part(3, 3), part(1, 3), part(2, 3)]);
    expect(merged.map(({ name }) => name)).toEqual(names);
    expect(validOf(merged)).toBe(true);
  });

  it("makes the contracts of a missing shard unknown, and names the shard", () => {
    const files = [part(1, 3), part(2, 3)];
    const merged = mergeShards(files);
    expect(merged.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "unknown", "passed", "passed"]);
    expect(merged[2]?.why).toBe("no shard given has it; missing: 3/3");
    expect(missingShards(files)).toEqual(["3/3"]);
    expect(validOf(merged)).toBe("unknown");
  });

  it("refuses overlaps and parts of different wholes", () => {
    expect(() => mergeShards([part(1, 2), part(1, 2)])).toThrow(/1.json and 1.json are both shard 1\/2/);
    expect(() => mergeShards([part(1, 2), part(2, 3)])).toThrow(/not parts of the same whole/);
    expect(() => mergeShards([part(1, 2), part(2, 2, { selected: ["a"] })])).toThrow(/not parts of the same whole/);
    const overlapping = part(2, 2, { contracts: [contract("a")] });
    expect(() => mergeShards([part(1, 2), overlapping])).toThrow(/contract "a" is in 1.json and in 2.json/);
  });

  it("reads what `ci --json` printed and nothing else", () => {
    const { results } = part(1, 1);
    expect(parseShardFile("1.json", JSON.stringify(results)).results).toEqual(results);
    expect(() => parseShardFile("1.json", '{"valid":true}')).toThrow(/no result of `cap-test ci --json`/);
    expect(() => parseShardFile("1.json", "")).toThrow(/is not JSON/);
  });
});

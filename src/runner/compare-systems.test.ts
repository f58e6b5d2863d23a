/** The words of `--systems` and `--prefer`. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.js";
import { registry } from "../registry.js";
import { repeatSeed } from "./compare.js";
import { parseSystems, parseWeights } from "./compare-systems.js";

describe("--systems", () => {
  it("splits names and options", () => {
    expect(parseSystems("kv-raft, etcd:serializable=true,kv-quorum:r=1+w=1", registry)).toEqual([
      { label: "kv-raft", name: "kv-raft", options: {} },
      { label: "etcd:serializable=true", name: "etcd", options: { serializable: "true" } },
      { label: "kv-quorum:r=1+w=1", name: "kv-quorum", options: { r: "1", w: "1" } },
    ]);
  });

  it.each([
    ["kv-raft", /at least two/],
    ["kv-raft,kv-raft", /names kv-raft twice/],
    ["kv-raft,kv-asinc", /Did you mean kv-async\?/],
    ["kv-raft,kv-quorum:R=1", /unknown option of kv-quorum "R"/],
    ["kv-raft,kv-quorum:r", /NAME=VALUE/],
    ["kv-raft,etcd:serializable=maybe", /is not allowed/],
  ])("%s is told what is wrong", (text, expected) => {
    expect(() => parseSystems(text, registry)).toThrow(UsageError);
    expect(() => parseSystems(text, registry)).toThrow(expected);
  });
});

describe("--prefer", () => {
  it("weighs what is named and nothing else", () => {
    expect(parseWeights("consistency=3,availability=1")).toEqual({ consistency: 3, availability: 1, latency: 0 });
    expect(parseWeights("latency=0.5")).toEqual({ consistency: 0, availability: 0, latency: 0.5 });
  });

  it.each([
    ["speed=3", /unknown criterion "speed"/],
    ["latency=-1", /0 or more/],
    ["latency=", /0 or more/],
    ["latency=0", /above 0/],
    ["", /above 0/],
  ])("%s is told what is wrong", (text, expected) => {
    expect(() => parseWeights(text)).toThrow(expected);
  });
});

describe("repeats", () => {
  it("begin with the seed asked for, then derive their own, the same each time", () => {
    const seeds = [1, 2, 3, 4].map((run) => repeatSeed(7, run));
    expect(seeds[0]).toBe(7);
    expect(new Set(seeds).size).toBe(4);
    expect(seeds).toEqual([1, 2, 3, 4].map((run) => repeatSeed(7, run)));
  });
});

/** Adds up what the seeds of a sweep told, and joins the results of shards. */
import { UsageError } from "../../core/errors.js";
import { overlap } from "./seeds.js";
import type { SeedRange, SeedResult, SweepFailure, SweepRequest, SweepResult, SweepUnknown } from "./types.js";

/** Counts while a sweep goes on; memory grows with failures and unknowns alone. */
export class Tally {
  runs = 0;
  valid = 0;
  readonly failures: SweepFailure[] = [];
  readonly unknowns: SweepUnknown[] = [];
  private readonly found = new Map<string, number>();
  private readonly ops = { ok: 0, fail: 0, info: 0 };

  add({ seed, valid, findings, ops, replay }: SeedResult): void {
    this.runs++;
    for (const type of ["ok", "fail", "info"] as const) this.ops[type] += ops[type];
    const { checker, summary } = findings[0] ?? { checker: "harness", summary: "no checker said why" };
    if (valid === true) this.valid++;
    else if (valid === "unknown") this.unknowns.push({ seed, checker, summary, replay });
    else {
      for (const finding of findings) this.found.set(finding.checker, (this.found.get(finding.checker) ?? 0) + 1);
      this.failures.push({ seed, checker, summary, plan: null, replay });
    }
  }

  result(told: {
    readonly system: string;
    readonly workload: string;
    readonly nemesis: string;
    readonly request: SweepRequest;
    readonly range: SeedRange;
    readonly ended: string | undefined;
    readonly durationMs: number;
  }): SweepResult {
    const { range, ended, ...rest } = told;
    return {
      runs: this.runs,
      valid: this.valid,
      invalid: this.failures.length,
      unknown: this.unknowns.length,
      failures: bySeed(this.failures),
      unknowns: bySeed(this.unknowns),
      found: Object.fromEntries([...this.found].sort(([a], [b]) => (a < b ? -1 : 1))),
      ops: { ...this.ops },
      ...rest,
      ranges: [range],
      ...(ended === undefined ? {} : { ended }),
    };
  }
}

const bySeed = <T extends { readonly seed: number }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => a.seed - b.seed);

/** Several sweeps of one request as one. @throws UsageError where they are of different requests, or share a seed. */
export function mergeSweeps(results: readonly SweepResult[]): SweepResult {
  const [first, ...others] = results;
  if (first === undefined) throw new UsageError("--merge needs at least one sweep result.");
  for (const other of others) {
    if (JSON.stringify(sorted(other.request)) !== JSON.stringify(sorted(first.request))) {
      throw new UsageError(
        `these sweeps ran different things (${wordsOf(first)}; ${wordsOf(other)}) and cannot be merged.`,
      );
    }
  }
  const ranges = results.flatMap((result) => result.ranges);
  for (const [i, a] of ranges.entries()) {
    const twice = ranges.slice(i + 1).find((b) => overlap(a, b));
    if (twice !== undefined) {
      throw new UsageError(
        `two of these sweeps ran the same seeds (${rangeWords(a)}; ${rangeWords(twice)}): they would be counted twice.`,
      );
    }
  }
  const sum = (of: (result: SweepResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const checkers = [...new Set(results.flatMap(({ found }) => Object.keys(found)))].sort();
  const ended = [...new Set(results.flatMap((result) => result.ended ?? []))];
  return {
    ...first,
    runs: sum(({ runs }) => runs),
    valid: sum(({ valid }) => valid),
    invalid: sum(({ invalid }) => invalid),
    unknown: sum(({ unknown }) => unknown),
    failures: bySeed(results.flatMap(({ failures }) => failures)),
    unknowns: bySeed(results.flatMap(({ unknowns }) => unknowns)),
    found: Object.fromEntries(checkers.map((name) => [name, sum(({ found }) => found[name] ?? 0)])),
    ops: { ok: sum(({ ops }) => ops.ok), fail: sum(({ ops }) => ops.fail), info: sum(({ ops }) => ops.info) },
    ranges,
    ...(ended.length === 0 ? {} : { ended: ended.join("; ") }),
    durationMs: Math.max(...results.map(({ durationMs }) => durationMs)),
  };
}

const wordsOf = ({ system, workload, nemesis }: SweepResult): string => `${system} ${workload} ${nemesis}`;

const rangeWords = ({ firstSeed, seeds, shard }: SeedRange): string =>
  `${firstSeed} to ${firstSeed + seeds - 1}${shard === undefined ? "" : `, shard ${shard.index}/${shard.count}`}`;

/** Fields in a fixed order: equal requests have equal JSON. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}

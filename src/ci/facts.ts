/** What a run showed beyond its contract, small enough to be kept in a repository: the material of baselines. */
import { type Valid, worstOf } from "../core/checker.js";
import type { ContractFacts } from "../core/contract.js";
import type { RunResults } from "../core/run.js";
import { numberAt, placeOf } from "./numbers.js";

/** How a number is compared: which way is worse, and by how much before it counts. */
export interface TrackedNumber {
  readonly name: string;
  readonly worse: "more" | "less";
  /** Differences up to this much are noise. */
  readonly slack: number;
}

/** Times are noisy in containers, shares are not: hence the slack. */
export const TRACKED: readonly TrackedNumber[] = [
  { name: "lostFraction", worse: "more", slack: 0.01 },
  { name: "minorityYield", worse: "less", slack: 0.05 },
  { name: "majorityYield", worse: "less", slack: 0.05 },
  { name: "failoverMs", worse: "more", slack: 1000 },
  { name: "recoveryMs", worse: "more", slack: 1000 },
  { name: "p50Ms", worse: "more", slack: 20 },
  { name: "p99Ms", worse: "more", slack: 50 },
  { name: "p99FaultMs", worse: "more", slack: 50 },
];

export function factsOf({ checkers }: Pick<RunResults, "checkers">): ContractFacts {
  const word = (field: string): string | undefined => {
    const holder = Object.values(checkers).find((verdict) => typeof fieldOf(verdict, field) === "string");
    return holder === undefined ? undefined : (fieldOf(holder, field) as string);
  };
  const anomalies = Object.values(checkers).flatMap((verdict) => {
    const types = fieldOf(verdict, "anomalyTypes");
    return Array.isArray(types) ? types.map(String) : [];
  });
  const numbers: Record<string, number> = {};
  for (const { name } of TRACKED) {
    const value = numberAt(placeOf(name, checkers), checkers);
    if (value !== undefined) numbers[name] = value;
  }
  return facts(
    Object.fromEntries(Object.entries(checkers).map(([name, { valid }]) => [name, valid])),
    { class: word("class"), level: word("level") },
    anomalies,
    numbers,
  );
}

/** The worst of several runs: what all of them together still guarantee. */
export function worstFacts(all: readonly ContractFacts[]): ContractFacts | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const names = [...new Set(all.flatMap(({ checkers }) => Object.keys(checkers)))];
  const checkers = Object.fromEntries(
    names.map((name): [string, Valid] => [name, worstOf(all.map((one) => one.checkers[name] ?? "unknown"))]),
  );
  const numbers: Record<string, number> = {};
  for (const { name, worse } of TRACKED) {
    const values = all.flatMap((one) => one.numbers[name] ?? []);
    if (values.length > 0) numbers[name] = worse === "more" ? Math.max(...values) : Math.min(...values);
  }
  const words = { class: oneWord(all.map((one) => one.class)), level: oneWord(all.map((one) => one.level)) };
  return facts(
    checkers,
    words,
    all.flatMap(({ anomalies }) => anomalies ?? []),
    numbers,
  );
}

/** "neither" wins; runs that differ otherwise show no class that could be relied on. */
function oneWord(words: readonly (string | undefined)[]): string | undefined {
  const [first] = words;
  if (words.includes("neither")) return "neither";
  return words.every((word) => word === first) ? first : "unknown";
}

function facts(
  checkers: Record<string, Valid>,
  words: { readonly class: string | undefined; readonly level: string | undefined },
  anomalies: readonly string[],
  numbers: Record<string, number>,
): ContractFacts {
  return {
    checkers,
    ...(words.class === undefined ? {} : { class: words.class }),
    ...(words.level === undefined ? {} : { level: words.level }),
    ...(anomalies.length === 0 ? {} : { anomalies: [...new Set(anomalies)].sort() }),
    numbers,
  };
}

const fieldOf = (verdict: object, field: string): unknown => (verdict as Readonly<Record<string, unknown>>)[field];

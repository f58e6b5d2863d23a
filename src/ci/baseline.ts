/** Baselines: what contracts showed earlier, in a small sorted file for the repository, and what is weaker or better now. */
import { z } from "zod";
import { type Valid, worstOf } from "../core/checker.js";
import type { BaselineChange, BaselineReport, ContractFacts, ContractResult, Observation } from "../core/contract.js";
import { UsageError } from "../core/errors.js";
import { TRACKED } from "./facts.js";

const verdicts = z.record(z.string(), z.union([z.boolean(), z.literal("unknown")]));
const factsSchema = z.object({
  checkers: verdicts,
  class: z.string().optional(),
  level: z.string().optional(),
  anomalies: z.array(z.string()).optional(),
  numbers: z.record(z.string(), z.number()),
});
const baselineSchema = z.object({ version: z.literal(1), contracts: z.record(z.string(), factsSchema) });

/** By the contract's name. */
export type Baseline = Readonly<Record<string, ContractFacts>>;

/** @throws UsageError for a file that is no baseline. */
export function parseBaseline(file: string, text: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON; write it anew with --update-baseline.`);
  }
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return parsed.data.contracts as Baseline;
  const place = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new UsageError(
    `${file} is no baseline of \`cap-test ci\` (${place || "its version"}); write it anew with --update-baseline.`,
  );
}

/** The same facts give the same text: sorted names, one fact a line, numbers of three digits. */
export function formatBaseline(baseline: Baseline): string {
  const contracts = sorted(
    Object.entries(baseline).map(([name, facts]) => [
      name,
      {
        checkers: sorted(Object.entries(facts.checkers)),
        ...(facts.class === undefined ? {} : { class: facts.class }),
        ...(facts.level === undefined ? {} : { level: facts.level }),
        ...(facts.anomalies === undefined ? {} : { anomalies: facts.anomalies }),
        numbers: sorted(Object.entries(facts.numbers).map(([key, value]) => [key, Number(value.toPrecision(3))])),
      },
    ]),
  );
  return `${JSON.stringify({ version: 1, contracts }, null, 2)}\n`;
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The baseline after this run: what was run replaces what was kept, unless nothing was proved; contracts that are not in
 * the configuration any more leave.
 */
export function updatedBaseline(
  old: Baseline,
  results: readonly ContractResult[],
  configured: readonly string[],
): Baseline {
  const kept = Object.entries(old).filter(([name]) => configured.includes(name));
  const fresh = results.flatMap(({ name, outcome, facts }) =>
    facts === undefined || outcome === "unknown" ? [] : [[name, facts] as const],
  );
  return Object.fromEntries([...kept, ...fresh]);
}

export interface BaselineInput {
  readonly file: string;
  readonly baseline: Baseline;
  readonly results: readonly ContractResult[];
  /** All contracts of the configuration, also those not selected this time. */
  readonly configured: readonly string[];
  /** How much a number may be worse, as a share: 0.5 is half as much again. */
  readonly tolerance: number;
}

export function compareBaseline({ file, baseline, results, configured, tolerance }: BaselineInput): BaselineReport {
  const weakened: BaselineChange[] = [];
  const unproved: BaselineChange[] = [];
  const better: BaselineChange[] = [];
  const added: string[] = [];
  for (const { name, facts } of results) {
    const before = baseline[name];
    if (before === undefined) added.push(name);
    // What was not run (skipped, broken environment) is told by its outcome.
    if (before === undefined || facts === undefined) continue;
    for (const { judgement, ...change } of changesOf(before, facts, tolerance)) {
      const list = { weaker: weakened, unproved, better }[judgement];
      list.push({ contract: name, ...change, text: `${name}: ${change.text}` });
    }
  }
  const gone = Object.keys(baseline).filter((name) => !configured.includes(name));
  const valid = worstOf([weakened.length + gone.length === 0, unproved.length === 0 ? true : "unknown"]);
  return { file, valid, weakened, unproved, better, added, gone };
}

type Change = Omit<BaselineChange, "contract"> & { readonly judgement: "weaker" | "unproved" | "better" };

function changesOf(before: ContractFacts, now: ContractFacts, tolerance: number): readonly Change[] {
  return [
    ...verdictChanges(before, now),
    ...wordChanges("availability class", before.class, now.class, (word) => /-like$/.test(word)),
    ...levelChanges(before.level, now.level),
    ...anomalyChanges(before.anomalies ?? [], now.anomalies ?? []),
    ...numberChanges(before, now, tolerance),
  ];
}

const change = (judgement: Change["judgement"], what: string, before: Observation, now: Observation): Change => {
  const word = (value: Observation): string =>
    value === true ? "valid" : value === false ? "invalid" : value === null ? "none" : String(value);
  return { judgement, what, before, now, text: `${what} ${word(before)} -> ${word(now)}` };
};

function verdictChanges(before: ContractFacts, now: ContractFacts): readonly Change[] {
  return Object.entries(before.checkers).flatMap(([name, was]): readonly Change[] => {
    const is: Valid = now.checkers[name] ?? "unknown";
    if (is === was) return [];
    if (is === false) return [change("weaker", name, was, is)];
    // A checker that did not judge this time is no proof, whatever it said before; a weakness not seen is no progress yet.
    if (is === "unknown") return was === true ? [change("unproved", name, was, is)] : [];
    return [change("better", name, was, is)];
  });
}

/** A class that promised something and is another one now has lost its promise. */
function wordChanges(
  what: string,
  was: string | undefined,
  is: string | undefined,
  promises: (word: string) => boolean,
): readonly Change[] {
  if (was === undefined || was === is) return [];
  const now = is ?? "unknown";
  if (promises(was)) return [change(now === "unknown" ? "unproved" : "weaker", what, was, now)];
  return promises(now) ? [change("better", what, was, now)] : [];
}

/** Strongest first: the levels of registers, and those of transactions as far as they are ordered. */
const LADDERS: readonly (readonly string[])[] = [
  ["linearizable", "sequential", "causal", "session", "eventual", "none"],
  [
    "strict-serializable",
    "strong-session-serializable",
    "serializable",
    "snapshot-isolation",
    "parallel-snapshot-isolation",
    "read-atomic",
    "monotonic-atomic-view",
    "read-committed",
    "read-uncommitted",
    "none",
  ],
];

function levelChanges(was: string | undefined, is: string | undefined): readonly Change[] {
  if (was === undefined || was === is) return [];
  const what = "consistency level";
  if (is === undefined || is === "unknown") return [change("unproved", what, was, is ?? "unknown")];
  // A level that is on no ladder together with the other cannot be called stronger.
  const better = LADDERS.some((levels) => levels.includes(is) && levels.indexOf(is) < levels.indexOf(was));
  return [change(better ? "better" : "weaker", what, was, is)];
}

function anomalyChanges(before: readonly string[], now: readonly string[]): readonly Change[] {
  const fresh = now.filter((type) => !before.includes(type));
  const gone = before.filter((type) => !now.includes(type));
  return [
    ...fresh.map((type): Change => change("weaker", `anomaly ${type}`, "not seen", "seen")),
    ...gone.map((type): Change => change("better", `anomaly ${type}`, "seen", "not seen")),
  ];
}

function numberChanges(before: ContractFacts, now: ContractFacts, tolerance: number): readonly Change[] {
  return TRACKED.flatMap(({ name, worse, slack }): readonly Change[] => {
    const [was, is] = [before.numbers[name], now.numbers[name]];
    if (was === undefined || is === undefined) return [];
    const allowed = slack + Math.abs(was) * tolerance;
    const more = worse === "more" ? is - was : was - is;
    if (Math.abs(more) <= allowed) return [];
    const made = change(more > 0 ? "weaker" : "better", name, was, is);
    return [{ ...made, text: `${made.text} (tolerated: ${round(tolerance * 100)} % and ${slack})` }];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** What `cap-test ci` says of a list of contracts: runs with expectations. Plain data, as `--json` prints it. */
import type { Valid } from "./checker.js";
import type { RuntimeName } from "./runtime.js";

export type ContractOutcome = "passed" | "failed" | "unknown" | "skipped";

/** What was expected of, or observed for, one name: a verdict, a class, a number, bounds on a number. null: not measured. */
export type Observation = Valid | string | number | null;

/** One run made for a contract. */
export interface ContractAttempt {
  readonly seed: number;
  readonly dir: string;
  /** kept: everything as expected; broken: it is not; unmet: what must be found was not, or nothing was proved. */
  readonly status: "kept" | "broken" | "unmet";
  /** One line; empty where everything was as expected. */
  readonly why: string;
  /** The command that repeats it. */
  readonly repeat: string;
}

/** What a run showed, as baselines keep it: all checkers, not only those that the contract names. */
export interface ContractFacts {
  readonly checkers: Readonly<Record<string, Valid>>;
  /** The availability class. */
  readonly class?: string;
  /** The strongest consistency level that was not ruled out. */
  readonly level?: string;
  /** Sorted. */
  readonly anomalies?: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
}

export interface ContractResult {
  readonly name: string;
  readonly outcome: ContractOutcome;
  readonly expected: Readonly<Record<string, Observation>>;
  readonly observed: Readonly<Record<string, Observation>>;
  /** One line: what was observed, or what is wrong and why. */
  readonly why: string;
  /** The folder of the run that decided; empty where nothing was run. */
  readonly dir: string;
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  /** Absent where nothing was run. */
  readonly runtime?: RuntimeName;
  readonly tags: readonly string[];
  readonly durationMs: number;
  readonly attempts: readonly ContractAttempt[];
  /** Absent where nothing was run. The worst of all repeats. */
  readonly facts?: ContractFacts;
  /** An unknown outcome that the contract or the command line allows. */
  readonly allowed?: true;
  /** It could not be run: the environment is broken. */
  readonly error?: string;
}

/** One difference to the baseline. */
export interface BaselineChange {
  readonly contract: string;
  /** "linearizable", "availability class", "anomaly G-single", "p99Ms", … */
  readonly what: string;
  readonly before: Observation;
  readonly now: Observation;
  /** One line for people. */
  readonly text: string;
}

export interface BaselineReport {
  readonly file: string;
  /** false: something was weakened; unknown: something that was known is not proved any more. */
  readonly valid: Valid;
  readonly weakened: readonly BaselineChange[];
  readonly unproved: readonly BaselineChange[];
  readonly better: readonly BaselineChange[];
  /** Contracts that the baseline does not know yet. */
  readonly added: readonly string[];
  /** Contracts that the baseline knows and the configuration has no more. */
  readonly gone: readonly string[];
  /** The file was written by this run. */
  readonly updated?: true;
}

export interface CiResults {
  readonly valid: Valid;
  readonly contracts: readonly ContractResult[];
  readonly baseline?: BaselineReport;
  /** This is part `index` (from 1) of `count`. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** The names of all contracts that were selected, over all shards, in order. */
  readonly selected: readonly string[];
  /** The names of all contracts of the configuration, selected or not. */
  readonly configured: readonly string[];
}

/** What a configuration file says, and `defineConfig`, which gives its writer types: the public face of `cap-test ci`. */
import type { Checker, Valid } from "../core/checker.js";
import type { SystemDefinition } from "../core/system.js";
import type { WorkloadDefinition } from "../core/workload.js";
import type { NemesisDefinition } from "../nemeses/parse.js";

/**
 * What is expected of one name:
 * - a checker: `true` (must hold), `false` (must fail: a known weakness that has to be found), "unknown" or "any";
 * - a checker that names a class or level: that word, as in `availability: "CP-like"`;
 * - a number of a checker's verdict: its value, or bounds as in "<= 0.2" and "> 0, <= 0.5".
 */
export type Expected = Valid | "any" | string | number;

/** What to run. Times in seconds, as on the command line; what is absent has the command line's default. */
export interface RunSettings {
  readonly system?: string;
  readonly systemOpts?: Readonly<Record<string, string | number | boolean>>;
  readonly workload?: string;
  readonly workloadOpts?: Readonly<Record<string, string | number | boolean>>;
  readonly nemesis?: string;
  readonly nemesisInterval?: number;
  readonly timeLimit?: number;
  /** 10, or "2n": twice the number of nodes. */
  readonly concurrency?: number | string;
  readonly rate?: number;
  readonly nodes?: number;
  readonly opTimeout?: number;
  /** Default: derived from the contract's name, the same every time. */
  readonly seed?: number;
  readonly runtime?: "auto" | "docker" | "simulation";
  readonly image?: string;
  readonly tags?: readonly string[];
  /** So many runs, each with a derived seed; all must keep the contract. Default 1. */
  readonly repeat?: number;
  /** How often to try again, each time with a derived seed, where what must be found was not. Default 0. */
  readonly retries?: number;
  /** Let an unknown outcome pass. Default false. */
  readonly allowUnknown?: boolean;
}

export interface Contract extends RunSettings {
  /** Unique in the file; baselines know a contract by it. */
  readonly name: string;
  /** By checker or number. Absent: the run must be valid. */
  readonly expect?: Readonly<Record<string, Expected>>;
}

export interface Config {
  /** Settings of every contract that has none of its own. */
  readonly defaults?: RunSettings;
  readonly contracts?: readonly Contract[];
  /** Your own, beside the bundled ones. */
  readonly systems?: readonly SystemDefinition[];
  readonly workloads?: readonly WorkloadDefinition[];
  readonly nemeses?: readonly NemesisDefinition[];
  /** They judge every run made with this configuration, beside the workload's checkers. */
  readonly checkers?: readonly Checker[];
}

/** Returns the configuration as it is; an editor completes and checks what is written in it. */
export const defineConfig = (config: Config): Config => config;

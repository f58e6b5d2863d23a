/** Options that several commands share, and how their words become numbers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { rng } from "../core/rng.js";
import { NETWORK_HELP, parseNetwork } from "../runner/network-option.js";
import type { RunRequest } from "../runner/plan.js";

/** Options every command understands. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export function withCommon(command: Command): Command {
  return command
    .option("--json", "print one JSON value on stdout and nothing else there")
    .option("--quiet", "print results only")
    .option("--no-color", "no colours");
}

/** What `withLoadOptions` reads. */
export interface LoadFlags extends CommonOptions {
  readonly workload?: string;
  readonly nemesis?: string;
  readonly nemesisInterval?: number;
  readonly timeLimit?: number;
  readonly concurrency?: string;
  readonly rate?: number;
  readonly nodes?: number;
  readonly opTimeout?: number;
  readonly seed?: number;
  readonly runtime?: "auto" | "docker" | "simulation";
  readonly workloadOpt?: Record<string, string>;
  readonly network?: string;
  readonly config?: string;
  readonly dir: string;
}

export interface RunFlags extends LoadFlags {
  readonly system?: string;
  readonly systemOpt?: Record<string, string>;
  readonly image?: string;
}

export const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Not a number.");
  return value;
};

export const wholeNumber = (text: string): number => {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("Not a whole number of 0 or more.");
  return value;
};

const keyValue = (text: string, held: Record<string, string> = {}): Record<string, string> => {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write NAME=VALUE.");
  return { ...held, [text.slice(0, at)]: text.slice(at + 1) };
};

const runtimeName = (text: string): string => {
  if (!["auto", "docker", "simulation"].includes(text)) throw new InvalidArgumentError("auto, docker or simulation.");
  return text;
};

/** What commands differ in, for their help. */
interface HelpDefaults {
  readonly nemesis: string;
  readonly timeLimitMs: number;
}

const RUN_HELP: HelpDefaults = { nemesis: "none", timeLimitMs: 30_000 };

/** The options that say what to run. Times in seconds, as everywhere on the command line. */
export function withRunOptions(command: Command, defaults: HelpDefaults = RUN_HELP): Command {
  return withLoadOptions(
    withCommon(command).option("--system <name>", "what to test (default: kv-raft; see `cap-test list systems`)"),
    defaults,
  )
    .option("--system-opt <k=v>", "an option of the system (repeatable)", keyValue)
    .option("--image <name>", "another image for the system's containers");
}

/** The options of load, faults and surroundings, whatever system they are for. */
export function withLoadOptions(command: Command, { nemesis, timeLimitMs }: HelpDefaults = RUN_HELP): Command {
  return command
    .option("--workload <name>", "what clients do (default: register)")
    .option(
      "--nemesis <faults>",
      `what goes wrong: "partition", "partition:primaries", "partition,kill", "swarm" (a random few by the seed), "none" (default: ${nemesis})`,
    )
    .option(
      "--nemesis-interval <s>",
      "seconds between the begin and the end of a fault, and until the next (default: 5)",
      number,
    )
    .option(
      "--time-limit <s>",
      `seconds of load, healing and final reads not counted (default: ${timeLimitMs / 1000})`,
      number,
    )
    .option("--concurrency <n>", 'clients: a number, or "2n" for twice the nodes (default: 10)')
    .option(
      "--rate <ops/s>",
      "operations a second, all clients together; 0 = as fast as they can (default: 200)",
      number,
    )
    .option("--nodes <n>", "nodes (default: what the system needs, mostly 5)", wholeNumber)
    .option("--op-timeout <s>", "deadline of one operation (default: 1)", number)
    .option("--seed <n>", "seed of everything random (default: a new one, printed first)", wholeNumber)
    .option("--runtime <name>", "docker, simulation, or auto: docker where an engine answers (default)", runtimeName)
    .option("--workload-opt <k=v>", "an option of the workload (repeatable)", keyValue)
    .option("--network <k=v,…>", `the simulated network: ${NETWORK_HELP}`)
    .option("--config <file>", "systems and workloads of your own (default: cap-test.config.{ts,mjs,js} here)")
    .option("--dir <path>", "where runs are stored", "runs");
}

const ms = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);

export function requestOf(flags: RunFlags): RunRequest {
  return { ...loadRequestOf(flags), system: flags.system, systemOpts: flags.systemOpt ?? {}, image: flags.image };
}

/** The same without the system. */
export function loadRequestOf(flags: LoadFlags): RunRequest {
  return {
    workload: flags.workload,
    workloadOpts: flags.workloadOpt ?? {},
    nemesis: flags.nemesis,
    nemesisIntervalMs: ms(flags.nemesisInterval),
    timeLimitMs: ms(flags.timeLimit),
    concurrency: flags.concurrency,
    rate: flags.rate,
    nodes: flags.nodes,
    opTimeoutMs: ms(flags.opTimeout),
    seed: flags.seed ?? rng(Date.now()).below(1_000_000),
    runtime: flags.runtime,
    ...(flags.network === undefined ? {} : { network: parseNetwork(flags.network) }),
  };
}

/** The package's version. */
export function version(): string {
  const path = fileURLToPath(new URL("../../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

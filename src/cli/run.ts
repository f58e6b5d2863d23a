/** `cap-test run`: one run, from the command line to the exit code. */
import type { Command } from "commander";
import { STORY_OPS_MAX, storyLines } from "../../reports/story.js";
import { type SummaryLine, summaryLines } from "../../reports/summary.js";
import { extendedRegistry } from "../config/extend.js";
import { UsageError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { planRun, type RunRequest } from "../runner/plan.js";
import { runTest } from "../runner/run.js";
import { type RunFlags, requestOf, version, withRunOptions } from "./common.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput, exitOf, type Output, reportError } from "./output.js";
import { createProgress } from "./progress.js";

interface Flags extends RunFlags {
  readonly leaveRunning?: boolean;
  readonly plan?: string;
}

const EXAMPLES = `
Examples:
  cap-test run --workload register --nemesis partition
  cap-test run --system redis-cluster --workload set --nemesis partition:primaries --time-limit 40
  cap-test run --system etcd --system-opt serializable=true --nemesis partition:primaries+halves
  cap-test run --system etcd --nemesis partition,kill --seed 7 --json
  cap-test run --plan runs/latest/plan.json

Exit: 0 valid, 1 invalid, 2 unknown (nothing was proved), 254 bad usage, 255 broken environment or our own crash.`;

export function runCommand(program: Command, exit: (code: number) => void): void {
  withRunOptions(program.command("run"))
    .description("start a cluster, hurt it, and judge what its clients saw")
    .option("--leave-running", "leave the nodes running (docker) to look at them; `cap-test clean` removes them")
    .option("--plan <file>", "run these faults and client ops: a plan that `cap-test sweep` found")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await run(flags)));
}

export { exitOf };

export async function dockerAnswers(): Promise<boolean> {
  const { connectDocker } = await import("../runtimes/docker/index.js");
  return connectDocker().then(
    () => true,
    () => false,
  );
}

async function run(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const { registry, checkers, configFile } = await extendedRegistry(flags.config);
  const asked = flags.plan === undefined ? requestOf(flags) : await requestOfPlanFlags(flags.plan, flags);
  const request = { ...asked, configFile };
  output.line(`seed ${request.seed}`);
  const plan = await planRun(request, { registry, version: version(), now: new Date(), dockerAnswers });
  const { spec } = plan;
  output.line(
    `${spec.system} on ${spec.nodes.length} nodes (${spec.runtime}), workload ${spec.workload}, nemesis ${spec.nemesis}, ` +
      `${spec.concurrency} clients, ${spec.timeLimitMs / 1000} s`,
  );
  if (
    flags.plan === undefined &&
    flags.network === undefined &&
    (flags.runtime ?? "auto") === "auto" &&
    spec.runtime === "simulation"
  ) {
    output.line("no Docker engine answers: running the bundled nodes in the simulation");
  }
  const progress = createProgress(output, spec);
  const ops: Op[] = [];
  const interrupt = listenForInterrupts((text) => progress.line(text));
  try {
    const outcome = await runTest({
      plan,
      dir: flags.dir,
      signal: interrupt.signal,
      listener: {
        ...progress,
        op: (op) => {
          progress.op(op);
          if (spec.ops !== undefined) ops.push(op);
        },
      },
      leaveRunning: flags.leaveRunning === true,
      now: new Date(spec.startedAt),
      extraCheckers: checkers,
    });
    progress.stop();
    output.value(outcome.results);
    for (const line of summaryLines({ test: spec, results: outcome.results })) printLine(output, line);
    if (spec.ops !== undefined && spec.ops.length <= STORY_OPS_MAX) {
      for (const line of ["", ...storyLines({ test: spec, results: outcome.results, ops }), ""]) output.line(line);
    }
    output.line(`report: ${outcome.folder.file("report.html")}`);
    output.line(`repeat: ${spec.repeat}`);
    return outcome.error === undefined ? exitOf(outcome.results.valid) : reportError(outcome.error);
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}

/** Options that a plan leaves open; all others it says itself. */
const BESIDE_PLAN: readonly string[] = [
  "plan",
  "runtime",
  "seed",
  "image",
  "dir",
  "json",
  "quiet",
  "color",
  "leaveRunning",
];

async function requestOfPlanFlags(file: string, flags: Flags): Promise<RunRequest> {
  const given = Object.entries(flags).filter(([, value]) => !(typeof value === "object" && isEmpty(value)));
  const [twice] = given.find(([name]) => !BESIDE_PLAN.includes(name)) ?? [];
  if (twice !== undefined) {
    const option = twice.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--plan says what to run: leave out --${option}, or change it in ${file}.`);
  }
  const { readPlanFile, requestOfPlan } = await import("../runner/plan-file.js");
  const request = requestOfPlan(readPlanFile(file));
  const { runtime, image } = flags;
  // A plan is of the simulation, and repeats there exactly; in Docker it runs where one asks for it.
  return { ...request, seed: flags.seed ?? request.seed, runtime: runtime ?? "simulation", image, planFile: file };
}

const isEmpty = (value: object | null): boolean => value !== null && Object.keys(value).length === 0;

function printLine({ paint, result }: Output, { tone, text }: SummaryLine): void {
  const colours = { valid: paint.green, invalid: paint.red, unknown: paint.yellow, plain: paint.reset };
  result(colours[tone](text));
}

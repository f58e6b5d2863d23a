/** `cap-test run`: one run, from the command line to the exit code. */
import type { Command } from "commander";
import { type SummaryLine, summaryLines } from "../../reports/summary.js";
import { extendedRegistry } from "../config/extend.js";
import type { Valid } from "../core/checker.js";
import { EXIT } from "../core/errors.js";
import { planRun } from "../runner/plan.js";
import { runTest } from "../runner/run.js";
import { connectDocker } from "../runtimes/docker/index.js";
import { type RunFlags, requestOf, version, withRunOptions } from "./common.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput, type Output, reportError } from "./output.js";
import { createProgress } from "./progress.js";

interface Flags extends RunFlags {
  readonly leaveRunning?: boolean;
}

const EXAMPLES = `
Examples:
  cap-test run --workload register --nemesis partition
  cap-test run --system redis-cluster --workload set --nemesis partition:primaries --time-limit 40
  cap-test run --system etcd --system-opt serializable=true --nemesis partition:primaries+halves
  cap-test run --system etcd --nemesis partition,kill --seed 7 --json

Exit: 0 valid, 1 invalid, 2 unknown (nothing was proved), 254 bad usage, 255 broken environment or our own crash.`;

export function runCommand(program: Command, exit: (code: number) => void): void {
  withRunOptions(program.command("run"))
    .description("start a cluster, hurt it, and judge what its clients saw")
    .option("--leave-running", "leave the nodes running (docker) to look at them; `cap-test clean` removes them")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await run(flags)));
}

export const exitOf = (valid: Valid): number =>
  valid === true ? EXIT.valid : valid === false ? EXIT.invalid : EXIT.unknown;

export const dockerAnswers = (): Promise<boolean> =>
  connectDocker().then(
    () => true,
    () => false,
  );

async function run(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const { registry, checkers, configFile } = await extendedRegistry(flags.config);
  const request = { ...requestOf(flags), configFile };
  output.line(`seed ${request.seed}`);
  const plan = await planRun(request, { registry, version: version(), now: new Date(), dockerAnswers });
  const { spec } = plan;
  output.line(
    `${spec.system} on ${spec.nodes.length} nodes (${spec.runtime}), workload ${spec.workload}, nemesis ${spec.nemesis}, ` +
      `${spec.concurrency} clients, ${spec.timeLimitMs / 1000} s`,
  );
  if ((flags.runtime ?? "auto") === "auto" && spec.runtime === "simulation") {
    output.line("no Docker engine answers: running the bundled nodes in the simulation");
  }
  const progress = createProgress(output, spec);
  const interrupt = listenForInterrupts((text) => progress.line(text));
  try {
    const outcome = await runTest({
      plan,
      dir: flags.dir,
      signal: interrupt.signal,
      listener: progress,
      leaveRunning: flags.leaveRunning === true,
      now: new Date(spec.startedAt),
      extraCheckers: checkers,
    });
    progress.stop();
    output.value(outcome.results);
    for (const line of summaryLines({ test: spec, results: outcome.results })) printLine(output, line);
    output.line(`report: ${outcome.folder.file("report.html")}`);
    output.line(`repeat: ${spec.repeat}`);
    return outcome.error === undefined ? exitOf(outcome.results.valid) : reportError(outcome.error);
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}

function printLine({ paint, result }: Output, { tone, text }: SummaryLine): void {
  const colours = { valid: paint.green, invalid: paint.red, unknown: paint.yellow, plain: paint.reset };
  result(colours[tone](text));
}

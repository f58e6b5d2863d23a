/** The command line: commander lives here, and every ending becomes one of the exit codes. */
import { Command, CommanderError } from "commander";
import { EXIT } from "../core/errors.js";
import { checkCommand } from "./check.js";
import { ciCommand } from "./ci.js";
import { cleanCommand } from "./clean.js";
import { version } from "./common.js";
import { doctorCommand } from "./doctor.js";
import { initCommand } from "./init.js";
import { listCommand } from "./list.js";
import { mergeCommand } from "./merge.js";
import { reportError } from "./output.js";
import { replayCommand } from "./replay.js";
import { runCommand } from "./run.js";
import { serveCommand } from "./serve.js";
import { sweepCommand } from "./sweep.js";

/** In the order of the help. */
const COMMANDS = [
  runCommand,
  sweepCommand,
  replayCommand,
  checkCommand,
  serveCommand,
  ciCommand,
  mergeCommand,
  initCommand,
  listCommand,
  doctorCommand,
  cleanCommand,
];

/** Runs one command line; sets the exit code instead of leaving, so that everything written is flushed. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that goes away (`cap-test list | head -1`) is no error of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  const exit = (code: number): void => {
    process.exitCode = code;
  };
  const program = new Command("cap-test")
    .description("chaos and consistency tests for distributed systems")
    .version(version())
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`cap-test: ${text.replace(/^error: /, "")}`) });
  for (const add of COMMANDS) add(program, exit);
  // Options are copied to a subcommand only if set before it is made: set them on all.
  for (const command of program.commands) command.exitOverride().showSuggestionAfterError();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) exit(error.exitCode === 0 ? EXIT.valid : EXIT.usage);
    else exit(reportError(error));
  }
}

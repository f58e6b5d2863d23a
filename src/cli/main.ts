/** The command line: commander lives here, and every ending becomes one of the exit codes. */
import { Command, CommanderError } from "commander";
import { EXIT } from "../core/errors.js";
import { version } from "./common.js";
import { reportError } from "./output.js";

type AddCommand = (program: Command, exit: (code: number) => void) => void;

/** In the order of the help. Loaded when named: the systems' drivers take longer to load than most histories to check. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import("./run.js")).runCommand,
  sweep: async () => (await import("./sweep.js")).sweepCommand,
  compare: async () => (await import("./compare.js")).compareCommand,
  replay: async () => (await import("./replay.js")).replayCommand,
  check: async () => (await import("./check.js")).checkCommand,
  serve: async () => (await import("./serve.js")).serveCommand,
  ci: async () => (await import("./ci.js")).ciCommand,
  merge: async () => (await import("./merge.js")).mergeCommand,
  init: async () => (await import("./init.js")).initCommand,
  list: async () => (await import("./list.js")).listCommand,
  doctor: async () => (await import("./doctor.js")).doctorCommand,
  clean: async () => (await import("./clean.js")).cleanCommand,
};

/** The command that comes first, or all: for help, and to say what there is. */
function loadersFor(argv: readonly string[]): readonly (() => Promise<AddCommand>)[] {
  const first = argv[2];
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return named === undefined ? Object.values(COMMANDS) : [named];
}

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
  for (const load of loadersFor(argv)) (await load())(program, exit);
  // Options are copied to a subcommand only if set before it is made: set them on all.
  for (const command of program.commands) command.exitOverride().showSuggestionAfterError();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) exit(error.exitCode === 0 ? EXIT.valid : EXIT.usage);
    else exit(reportError(error));
  }
}

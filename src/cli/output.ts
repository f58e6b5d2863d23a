/** Where words go: people read stdout, unless `--json` keeps it for one JSON value; then they read stderr. */
import { Chalk, type ChalkInstance } from "chalk";
import type { Valid } from "../core/checker.js";
import { CapTestError, EXIT, messageOf } from "../core/errors.js";

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export interface Output {
  readonly paint: ChalkInstance;
  /** The stream people read. */
  readonly stream: NodeJS.WriteStream;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Something to know; nothing with --quiet. */
  line(text?: string): void;
  /** A result: printed even with --quiet, but not in the way of JSON. */
  result(text: string): void;
  /** The one JSON value of `--json`. */
  value(value: unknown): void;
}

export function createOutput({ json = false, quiet = false, color = true }: OutputOptions): Output {
  const stream = json ? process.stderr : process.stdout;
  // chalk looks at stdout by itself; people may be reading stderr here. NO_COLOR: https://no-color.org
  const colored = color && stream.isTTY === true && !process.env.NO_COLOR;
  const paint = new Chalk({ level: colored ? 1 : 0 });
  const write = (text: string): void => void stream.write(`${text}\n`);
  return {
    paint,
    stream,
    json,
    quiet,
    line: (text = "") => {
      if (!quiet) write(text);
    },
    result: (text) => {
      if (!json) write(text);
      else if (!quiet) write(text);
    },
    value: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** The exit code of a verdict. */
export const exitOf = (valid: Valid): number =>
  valid === true ? EXIT.valid : valid === false ? EXIT.invalid : EXIT.unknown;

/** One clear line on stderr, and the exit code that says whose fault it was. A stack only for our own crash, when asked. */
export function reportError(error: unknown): number {
  if (error instanceof CapTestError) {
    process.stderr.write(`cap-test: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`cap-test: internal error: ${messageOf(error)}. This is a bug of cap-test.\n`);
  const stack = error instanceof Error ? error.stack : undefined;
  if (process.env.CAP_TEST_DEBUG && stack !== undefined) process.stderr.write(`${stack}\n`);
  else process.stderr.write("cap-test: set CAP_TEST_DEBUG=1 for the stack.\n");
  return EXIT.crash;
}

/** Errors for people: what failed, where, and what to do next; never a stack trace for bad input. */

/** Exit codes of every command (Jepsen's). */
export const EXIT = { valid: 0, invalid: 1, unknown: 2, usage: 254, crash: 255 } as const;

/** An error whose message is fit to print as it is. `exitCode` says whose fault it was. */
export class CapTestError extends Error {
  override readonly name: string = "CapTestError";
  constructor(
    message: string,
    readonly exitCode: number = EXIT.crash,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Bad input or usage: exit 254. Say what was wrong and what would be right. */
export class UsageError extends CapTestError {
  override readonly name = "UsageError";
  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.usage, options);
  }
}

/** The environment is broken (no Docker, full disk, a node that does not start): exit 255. */
export class EnvironmentError extends CapTestError {
  override readonly name = "EnvironmentError";
  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.crash, options);
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

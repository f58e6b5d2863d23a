/**
 * The bundled modes by name, and how their text options become programs: the container's entry point and the systems use the
 * same table, so a run in Docker and one in the simulation start the same node.
 */
import { UsageError } from "../core/errors.js";
import type { NodeId } from "../core/op.js";
import type { Program } from "../core/program.js";
import { ASYNC_DEFAULTS, asyncProgram } from "./async/index.js";

/** Options as they are given on a command line. */
export type TextOptions = Readonly<Record<string, string>>;
export type ProgramFactory = (node: NodeId, nodes: readonly NodeId[]) => Program<unknown>;

const MODES: Readonly<Record<string, (options: TextOptions) => ProgramFactory>> = {
  async: (options) =>
    asyncProgram({
      failoverMs: wholeNumber(options, "failover-ms", ASYNC_DEFAULTS.failoverMs),
      primaryTimeoutMs: wholeNumber(options, "primary-timeout-ms", ASYNC_DEFAULTS.primaryTimeoutMs),
      bug: options.bug ?? "none",
    }),
};

/** The programs of a mode ("async", "quorum", …). Throws a UsageError for an unknown mode or a bad option. */
export function programsOf(mode: string, options: TextOptions): ProgramFactory {
  const make = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (make === undefined) throw new UsageError(`unknown mode "${mode}"; there are ${Object.keys(MODES).join(", ")}`);
  return make(options);
}

/** A whole number of 0 or more among text options. */
export function wholeNumber(options: TextOptions, name: string, fallback: number): number {
  const text = options[name];
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} is a whole number of 0 or more, not "${text}"`);
  return Number(text);
}

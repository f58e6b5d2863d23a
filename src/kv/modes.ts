/**
 * The bundled modes by name, and how their text options become programs: the container's entry point and the systems use the
 * same table, so a run in Docker and one in the simulation start the same node.
 */
import { UsageError } from "../core/errors.js";
import type { NodeId } from "../core/op.js";
import type { Program } from "../core/program.js";
import { ASYNC_DEFAULTS, asyncProgram } from "./async/index.js";
import { GOSSIP_DEFAULTS, gossipProgram } from "./gossip/index.js";
import { QUORUM_DEFAULTS, quorumProgram } from "./quorum/index.js";
import { RAFT_DEFAULTS, raftProgram } from "./raft/index.js";

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
  quorum: (options) =>
    quorumProgram({
      n: wholeNumber(options, "n", QUORUM_DEFAULTS.n),
      r: wholeNumber(options, "r", QUORUM_DEFAULTS.r),
      w: wholeNumber(options, "w", QUORUM_DEFAULTS.w),
      sloppy: options.sloppy === "true",
      repair: oneOf(options, "repair", ["blocking", "async", "none"]),
      versions: oneOf(options, "versions", ["lww", "vector"]),
      antiEntropyMs: wholeNumber(options, "anti-entropy-ms", QUORUM_DEFAULTS.antiEntropyMs),
      bug: options.bug ?? "none",
    }),
  raft: (options) =>
    raftProgram({
      reads: oneOf(options, "reads", ["index", "lease", "local"]),
      electionMs: wholeNumber(options, "election-ms", RAFT_DEFAULTS.electionMs),
      preVote: oneOf(options, "pre-vote", ["true", "false"]) === "true",
      settleMs: wholeNumber(options, "settle-ms", RAFT_DEFAULTS.settleMs),
      snapshotEntries: wholeNumber(options, "snapshot-entries", RAFT_DEFAULTS.snapshotEntries),
      bug: options.bug ?? "none",
    }),
  gossip: (options) =>
    gossipProgram({
      ttlMs: wholeNumber(options, "ttl-ms", GOSSIP_DEFAULTS.ttlMs),
      antiEntropyMs: wholeNumber(options, "anti-entropy-ms", GOSSIP_DEFAULTS.antiEntropyMs),
      fanout: wholeNumber(options, "fanout", GOSSIP_DEFAULTS.fanout),
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

/** One of some words among text options; the first where none is given. */
function oneOf<const T extends string>(options: TextOptions, name: string, words: readonly [T, ...T[]]): T {
  const text = options[name];
  if (text === undefined) return words[0];
  const word = words.find((one) => one === text);
  if (word === undefined) throw new UsageError(`${name} is one of ${words.join(", ")}, not "${text}"`);
  return word;
}

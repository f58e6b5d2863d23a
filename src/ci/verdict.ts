/** What all contracts say together, and which of them a command line selects. */
import type { Valid } from "../core/checker.js";
import type { BaselineReport, CiResults, ContractResult } from "../core/contract.js";
import { EXIT, UsageError } from "../core/errors.js";

/**
 * false: an expectation is broken, or the baseline; unknown: something was not proved (and is not allowed to be), or
 * nothing was run at all; else true.
 */
export function validOf(contracts: readonly ContractResult[], baseline?: BaselineReport): Valid {
  if (contracts.some(({ outcome }) => outcome === "failed") || baseline?.valid === false) return false;
  const open = contracts.some(({ outcome, allowed }) => outcome === "unknown" && allowed !== true);
  const nothing = contracts.every(({ outcome }) => outcome === "skipped");
  return open || nothing || baseline?.valid === "unknown" ? "unknown" : true;
}

/** 0, 1 or 2; 255 where the environment broke and no expectation is known to be broken. */
export function exitOfCi({ valid, contracts }: CiResults): number {
  if (valid === false) return EXIT.invalid;
  if (contracts.some(({ error }) => error !== undefined)) return EXIT.crash;
  return valid === true ? EXIT.valid : EXIT.unknown;
}

export interface Selection {
  /** A regular expression over names, ignoring case. */
  readonly grep?: string | undefined;
  /** Contracts with at least one of them. */
  readonly tags?: readonly string[] | undefined;
}

interface Selectable {
  readonly name: string;
  readonly tags: readonly string[];
}

/** @throws UsageError where nothing is left: a run of nothing would be green. */
export function select<T extends Selectable>(contracts: readonly T[], { grep, tags }: Selection): readonly T[] {
  const pattern = grep === undefined ? undefined : patternOf(grep);
  const known = new Set(contracts.flatMap((contract) => contract.tags));
  const odd = tags?.find((tag) => !known.has(tag));
  if (odd !== undefined) {
    throw new UsageError(
      `--tags: no contract has the tag "${odd}". There are: ${[...known].sort().join(", ") || "none"}.`,
    );
  }
  const selected = contracts.filter(
    (contract) =>
      (pattern === undefined || pattern.test(contract.name)) &&
      (tags === undefined || tags.some((tag) => contract.tags.includes(tag))),
  );
  if (selected.length > 0) return selected;
  throw new UsageError(`no contract is selected. There are: ${contracts.map(({ name }) => `"${name}"`).join(", ")}.`);
}

function patternOf(grep: string): RegExp {
  try {
    return new RegExp(grep, "i");
  } catch {
    throw new UsageError(`--grep: "${grep}" is no regular expression.`);
  }
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export function parseShard(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > count)
    throw new UsageError(`--shard ${text}: write 2/5, the second of five.`);
  return { index, count };
}

/** Every contract is in exactly one shard, on every machine: they are dealt out in turn, so that neighbours spread. */
export function shardOf<T>(contracts: readonly T[], { index, count }: Shard): readonly T[] {
  return contracts.filter((_, i) => i % count === index - 1);
}

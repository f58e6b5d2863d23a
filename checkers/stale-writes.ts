/**
 * Does a resource guarded by a lock accept writes of holders whose lock is long another's? Judges writes that carry the fencing
 * token of the lock under which they were made: after a write with a larger token was acknowledged, none with a smaller one may
 * be accepted any more (Kleppmann 2016, "How to do distributed locking"; Burrows 2006, Chubby's sequencers).
 */
import type { Checker, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import type { Key, Op } from "../src/core/op.js";
import { toMs } from "./numbers.js";

export interface StaleWritesVerdict extends Verdict {
  /** Guarded writes that were accepted, and those refused for their token. */
  readonly accepted: number;
  readonly refused: number;
  /** Of those accepted: with a token smaller than that of a write acknowledged before they began. */
  readonly stale: number;
}

/** How the refusal of an old token is called. */
export const STALE_TOKEN = "stale token";
const WITNESSES = 5;

/**
 * The checker "stale-writes", for ops of the given f's with values [token, …]. "unknown" where no write of a newer token came
 * before another write: then nothing could have been stale.
 */
export function staleWritesChecker(fs: readonly string[]): Checker {
  return { name: "stale-writes", check: (history) => check(history, new Set(fs)) };
}

interface Newest {
  readonly token: number;
  readonly ok: Op;
}

function check(history: History, fs: ReadonlySet<string>): StaleWritesVerdict {
  const newest = new Map<Key | undefined, Newest>();
  /** What was newest when a write began, by the position of its invocation. */
  const before = new Map<number, Newest>();
  const witnesses: Witness[] = [];
  let accepted = 0;
  let refused = 0;
  let stale = 0;
  let tested = 0;
  for (let position = 0; position < history.length; position++) {
    const op = history.op(position);
    if (op.process === "nemesis" || !fs.has(op.f)) continue;
    const known = newest.get(op.key);
    if (op.type === "invoke") {
      if (known !== undefined) before.set(position, known);
      continue;
    }
    const token = tokenOf(op);
    const seen = before.get(history.pair(position));
    before.delete(history.pair(position));
    if (op.type === "fail" && op.error === STALE_TOKEN) refused++;
    if (seen !== undefined && token !== undefined && seen.token !== token && op.type !== "info") tested++;
    if (op.type !== "ok" || token === undefined) continue;
    accepted++;
    if (seen !== undefined && token < seen.token) {
      stale++;
      if (witnesses.length < WITNESSES) witnesses.push(witnessOf(history, position, op, token, seen));
    }
    if (known === undefined || token > known.token) newest.set(op.key, { token, ok: op });
  }
  const counts = { accepted, refused, stale };
  if (stale > 0) {
    const summary = `${stale} of ${accepted} accepted writes came from a holder whose lock was another's by then; ${witnesses[0]?.text ?? ""}`;
    return { valid: false, summary, ...counts, witnesses };
  }
  if (tested === 0) {
    return {
      valid: "unknown",
      summary: "no write met a resource that a newer holder had written, or was one itself",
      ...counts,
    };
  }
  return {
    valid: true,
    summary: `no stale write accepted: ${accepted} accepted, ${refused} refused for their token`,
    ...counts,
  };
}

function tokenOf({ value }: Op): number | undefined {
  const token: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof token === "number" ? token : undefined;
}

function witnessOf(history: History, position: number, op: Op, token: number, { token: newer, ok }: Newest): Witness {
  const invoke = history.pair(position);
  const when = (one: Op): string => `${(toMs(one.time) / 1000).toFixed(3)} s`;
  const key = op.key === undefined ? "" : `key ${op.key}: `;
  return {
    text: `${key}p${op.process}'s write with token ${token} was accepted at ${when(op)}, though p${ok.process}'s with token ${newer} had been at ${when(ok)}, before it began`,
    ops: [ok, ...(invoke < 0 ? [] : [history.op(invoke)]), op],
  };
}

/**
 * Lost writes of registers. Overwritten is not lost: an acknowledged write w is gone when a final read returns a value v
 * that must have been written before w began. Then whatever overwrote w is gone too, or w itself is.
 *
 * "Must have been written before" uses the end of v's write, and where v was written by a compare-and-set(u -> v), also the
 * end of u's: nothing can stand between u and v, so a write that began after u was there can only have come after v.
 * Counterexample that the shorter rule misses: u is written and done; w begins, and is acknowledged by an old primary; the
 * new primary swaps u for v while w still runs; the final read returns v. w did not precede v, for then u was gone.
 */
import type { CheckContext } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import type { Key } from "../../src/core/op.js";
import { type Calls, FAIL, OK } from "../calls.js";
import { identityOf } from "../values.js";
import { type FinalRead, finalReads } from "./final-reads.js";
import type { Finding, Findings, Intruder } from "./findings.js";

/** One register. */
interface Register {
  readonly acknowledged: number[];
  /** Value -> the writes of it that happened or may have happened. */
  readonly writers: Map<unknown, number[]>;
  /** Compare-and-sets: call -> the value it replaced. */
  readonly replaced: Map<number, unknown>;
  readonly failed: Set<unknown>;
}

/** What a final read proves: writes that began after `since` are gone, but for the ones that made its value. */
interface Proof {
  readonly since: number;
  readonly makers: ReadonlySet<number>;
}

type Registers = Map<Key | undefined, Register>;

/** Finds lost writes of registers whose initial value is `initial`. See the head of this file for the rule. */
export function lostRegisterWrites(
  history: History,
  calls: Calls,
  context: CheckContext,
  initial: unknown = null,
): Findings {
  const registers: Registers = new Map();
  const byKey = new Map<Key | undefined, number>();
  const any = gather(history, calls, registers, byKey);
  const reads = finalReads(history, calls, context, { any, byKey });
  const readsOf = new Map<Key | undefined, FinalRead[]>();
  for (const read of reads) {
    const list = readsOf.get(read.key);
    if (list === undefined) readsOf.set(read.key, [read]);
    else list.push(read);
  }
  const findings: Finding[] = [];
  const acknowledged: number[] = [];
  let unread = 0;
  for (const [key, register] of registers) {
    for (const call of register.acknowledged) acknowledged.push(call);
    const keyReads = readsOf.get(key);
    if (keyReads === undefined) unread += register.acknowledged.length;
    else for (const found of judge(history, calls, register, keyReads, identityOf(initial))) findings.push(found);
  }
  const readAt = [...new Set(reads.map(({ at }) => at))];
  const seen = inspect(calls, registers, reads, identityOf(initial));
  return { acknowledged, findings, ...seen, unread, finalReads: reads.length, readAt };
}

function gather(history: History, calls: Calls, registers: Registers, byKey: Map<Key | undefined, number>): number {
  const writeF = calls.fs.indexOf("write");
  const casF = calls.fs.indexOf("cas");
  let any = -1;
  for (let call = 0; call < calls.length; call++) {
    const f = calls.f[call];
    if (f !== writeF && f !== casF) continue;
    const { key, value } = history.op(calls.invokePos[call] as number);
    const [from, to] = f === casF ? pairOf(value) : [undefined, value];
    const type = calls.type[call];
    const last = type === OK ? (calls.endPos[call] as number) : (calls.invokePos[call] as number);
    any = Math.max(any, last);
    byKey.set(key, Math.max(byKey.get(key) ?? -1, last));
    let register = registers.get(key);
    if (register === undefined) {
      register = { acknowledged: [], writers: new Map(), replaced: new Map(), failed: new Set() };
      registers.set(key, register);
    }
    const id = identityOf(to);
    if (type === FAIL) {
      register.failed.add(id);
      continue;
    }
    if (type === OK) register.acknowledged.push(call);
    if (f === casF) register.replaced.set(call, identityOf(from));
    const writers = register.writers.get(id);
    if (writers === undefined) register.writers.set(id, [call]);
    else writers.push(call);
  }
  return any;
}

function pairOf(value: unknown): readonly [unknown, unknown] {
  if (Array.isArray(value) && value.length === 2) return [value[0], value[1]];
  throw new TypeError(`a cas has the value ${JSON.stringify(value)?.slice(0, 80)}, which is no pair [from, to]`);
}

/**
 * When had the value of a final read been written for certain, and by whom? undefined: nobody wrote it, so it proves
 * nothing. A write that never ended (`info`) may have landed at any time: since = infinity, nothing is lost by it alone.
 */
function proofOf(calls: Calls, register: Register, value: unknown, initial: unknown): Proof | undefined {
  const makers = new Set<number>();
  let since = Number.POSITIVE_INFINITY;
  let current = identityOf(value);
  for (;;) {
    const writers = register.writers.get(current);
    if (writers === undefined) {
      if (current === initial) return { since: -1, makers };
      return makers.size === 0 ? undefined : { since, makers };
    }
    // A value written twice may be there since either write: only what began after both is gone.
    let ended = -1;
    let fresh = true;
    for (const call of writers) {
      if (makers.has(call)) fresh = false;
      makers.add(call);
      ended = Math.max(ended, calls.type[call] === OK ? (calls.endPos[call] as number) : Number.POSITIVE_INFINITY);
    }
    since = Math.min(since, ended);
    const only = writers[0] as number;
    const from = register.replaced.get(only);
    if (!fresh || writers.length > 1 || from === undefined) return { since, makers };
    current = from;
  }
}

/** Lost: gone by every final read of the register. Stale: by some of them. */
function judge(
  history: History,
  calls: Calls,
  register: Register,
  reads: readonly FinalRead[],
  initial: unknown,
): Finding[] {
  const proofs = reads.map((read) => proofOf(calls, register, read.value, initial));
  const found: Finding[] = [];
  for (const call of register.acknowledged) {
    const began = calls.invokePos[call] as number;
    const missing = reads.filter((_, i) => {
      const proof = proofs[i];
      return proof !== undefined && began > proof.since && !proof.makers.has(call);
    });
    const [read] = missing;
    if (read === undefined) continue;
    const { key, value } = history.op(began);
    const writer = register.writers.get(identityOf(read.value))?.[0] ?? -1;
    found.push({
      outcome: missing.length === reads.length ? "lost" : "stale",
      call,
      key,
      value: register.replaced.has(call) ? pairOf(value)[1] : value,
      missingAt: missing.map(({ at }) => at),
      read: read.call,
      instead: { value: read.value ?? null, writer },
    });
  }
  return found;
}

/** What the final reads show that was never acknowledged. */
function inspect(
  calls: Calls,
  registers: Registers,
  reads: readonly FinalRead[],
  initial: unknown,
): { recovered: number; phantoms: Intruder[]; unexpected: Intruder[] } {
  const recovered = new Set<number>();
  const phantoms: Intruder[] = [];
  const unexpected: Intruder[] = [];
  for (const { key, value, call } of reads) {
    const id = identityOf(value);
    const register = registers.get(key);
    const writers = register?.writers.get(id);
    if (writers !== undefined) {
      if (!writers.some((writer) => calls.type[writer] === OK)) recovered.add(writers[0] as number);
    } else if (id !== initial)
      (register?.failed.has(id) === true ? phantoms : unexpected).push({ key, value, read: call });
  }
  return { recovered: recovered.size, phantoms, unexpected };
}

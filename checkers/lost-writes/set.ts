/**
 * Lost writes of what only grows, grow-only sets and lists that transactions append to: an acknowledged element that the final
 * reads miss. One pass over the writes and the final reads.
 */
import type { CheckContext } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import type { Key, NodeId, Op } from "../../src/core/op.js";
import { type Calls, FAIL, OK } from "../calls.js";
import { identityOf, listOf } from "../values.js";
import { type FinalRead, finalReads, type Looks } from "./final-reads.js";
import type { Finding, Findings, Intruder } from "./findings.js";

interface Element {
  readonly key: Key | undefined;
  readonly value: unknown;
  /** The add that speaks for it: the first acknowledged one, else the first that may have happened. */
  call: number;
  status: "ok" | "info" | "fail";
  /** Final reads that show it. */
  seen: number;
  /** The last read that showed it (a read may list an element twice). */
  stamp: number;
}

/** Which ops write, and what: elements and their keys. Which ops look. */
export interface Growing {
  readonly f: string;
  written(op: Op): readonly (readonly [key: Key | undefined, element: unknown])[];
  readonly looks?: Looks;
}

/** Sets: "add" and "read". */
export const ADDS: Growing = { f: "add", written: ({ key, value }) => [[key, value]] };

const mopsOf = ({ value }: Op): readonly (readonly unknown[])[] =>
  Array.isArray(value) ? value.filter((mop) => Array.isArray(mop)) : [];

/** Lists in transactions: every micro-op "append"; of reads, those in transactions that do nothing else. */
export const APPENDS: Growing = {
  f: "txn",
  written: (op) => mopsOf(op).flatMap(([f, key, value]) => (f === "append" ? [[key as Key, value] as const] : [])),
  looks: {
    f: "txn",
    shown: (op) => {
      const mops = mopsOf(op);
      return mops.every(([f]) => f === "r") ? mops.map(([, key, value]) => [key as Key, value] as const) : [];
    },
  },
};

type Elements = Map<Key | undefined, Map<unknown, Element>>;

/**
 * Finds lost elements. `lost`: no node's last final read shows it. `stale`: some show it, others do not, so it survived but
 * the nodes did not converge although everything is healed and nothing runs.
 */
export function lostElements(history: History, calls: Calls, context: CheckContext, growing: Growing = ADDS): Findings {
  const elements: Elements = new Map();
  const byKey = new Map<Key | undefined, number>();
  const any = gather(history, calls, growing, elements, byKey);
  const reads = finalReads(history, calls, context, { any, byKey }, growing.looks);
  const phantoms: Intruder[] = [];
  const unexpected: Intruder[] = [];
  const readsOf = new Map<Key | undefined, FinalRead[]>();
  for (const read of reads) {
    const list = readsOf.get(read.key);
    if (list === undefined) readsOf.set(read.key, [read]);
    else list.push(read);
    sight(read, elements.get(read.key), phantoms, unexpected);
  }
  const findings: Finding[] = [];
  const acknowledged: number[] = [];
  let recovered = 0;
  let unread = 0;
  for (const [key, set] of elements) {
    const keyReads = readsOf.get(key) ?? [];
    for (const element of set.values()) {
      if (element.status === "ok") {
        acknowledged.push(element.call);
        if (keyReads.length === 0) unread++;
        else if (element.seen < keyReads.length) findings.push(finding(element, keyReads));
      } else if (element.status === "info" && element.seen > 0) recovered++;
    }
  }
  const readAt: NodeId[] = [...new Set(reads.map(({ at }) => at))];
  return {
    acknowledged,
    findings: locate(findings, readsOf),
    recovered,
    phantoms,
    unexpected,
    unread,
    finalReads: reads.length,
    readAt,
  };
}

/** Collects the elements by key; returns the position of the last invocation or acknowledgement of a write. */
function gather(
  history: History,
  calls: Calls,
  growing: Growing,
  elements: Elements,
  byKey: Map<Key | undefined, number>,
): number {
  const writeF = calls.fs.indexOf(growing.f);
  let any = -1;
  for (let call = 0; call < calls.length; call++) {
    if (calls.f[call] !== writeF) continue;
    const type = calls.type[call];
    const last = type === OK ? (calls.endPos[call] as number) : (calls.invokePos[call] as number);
    const status = type === OK ? "ok" : type === FAIL ? "fail" : "info";
    for (const [key, value] of growing.written(history.op(calls.invokePos[call] as number))) {
      any = Math.max(any, last);
      byKey.set(key, Math.max(byKey.get(key) ?? -1, last));
      note(elements, { key, value, call, status, seen: 0, stamp: -1 });
    }
  }
  return any;
}

/** Keeps the write that speaks for an element. */
function note(elements: Elements, element: Element): void {
  let set = elements.get(element.key);
  if (set === undefined) {
    set = new Map();
    elements.set(element.key, set);
  }
  const id = identityOf(element.value);
  const known = set.get(id);
  if (known === undefined) set.set(id, element);
  else if (RANK[element.status] > RANK[known.status]) {
    known.status = element.status;
    known.call = element.call;
  }
}

const RANK = { fail: 0, info: 1, ok: 2 } as const;

function sight(
  read: FinalRead,
  set: Map<unknown, Element> | undefined,
  phantoms: Intruder[],
  unexpected: Intruder[],
): void {
  for (const value of listOf(read.value)) {
    const element = set?.get(identityOf(value));
    if (element === undefined) unexpected.push({ key: read.key, value, read: read.call });
    else if (element.stamp !== read.call) {
      element.stamp = read.call;
      element.seen++;
      if (element.status === "fail" && element.seen === 1) phantoms.push({ key: read.key, value, read: read.call });
    }
  }
}

function finding(element: Element, reads: readonly FinalRead[]): Finding {
  return {
    outcome: element.seen === 0 ? "lost" : "stale",
    call: element.call,
    key: element.key,
    value: element.value,
    missingAt: reads.map(({ at }) => at),
    read: (reads[0] as FinalRead).call,
  };
}

/** Fills in which reads miss the stale ones. (Lost ones are missed by all.) */
function locate(findings: readonly Finding[], readsOf: ReadonlyMap<Key | undefined, FinalRead[]>): readonly Finding[] {
  if (!findings.some(({ outcome }) => outcome === "stale")) return findings;
  const sets = new Map<number, Set<unknown>>();
  for (const read of [...readsOf.values()].flat()) sets.set(read.call, new Set(listOf(read.value).map(identityOf)));
  return findings.map((found) => {
    if (found.outcome === "lost") return found;
    const id = identityOf(found.value);
    const missing = (readsOf.get(found.key) ?? []).filter(({ call }) => sets.get(call)?.has(id) !== true);
    return { ...found, missingAt: missing.map(({ at }) => at), read: missing[0]?.call ?? found.read };
  });
}

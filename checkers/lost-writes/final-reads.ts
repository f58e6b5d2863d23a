/**
 * Which reads show what survived? The quiet final ones: invoked after the faults were healed and after every write had been
 * invoked and acknowledged. Of several at one node the last counts: a node may still have been catching up before.
 */
import type { CheckContext } from "../../src/core/checker.js";
import type { FaultKind } from "../../src/core/fault.js";
import type { History } from "../../src/core/history.js";
import type { Key, NodeId, Op } from "../../src/core/op.js";
import { type Calls, OK } from "../calls.js";
import { overNs } from "../moment.js";
import { byName } from "../sides.js";

/** The last quiet read of a key at one node. */
export interface FinalRead {
  readonly call: number;
  readonly key: Key | undefined;
  /** The node the reader was pinned to, else its process. */
  readonly at: NodeId;
  readonly value: unknown;
}

/** Where writes stop: positions in the history. */
export interface LastWrites {
  /** Position of the last invocation or acknowledgement of a write, of any key and by key. */
  readonly any: number;
  readonly byKey: ReadonlyMap<Key | undefined, number>;
}

type Pairs = readonly (readonly [key: Key | undefined, value: unknown])[];

/** Which ops look, and the keys a completed one showed, with their values. */
export interface Looks {
  readonly f: string;
  shown(op: Op): Pairs;
}

const READS: Looks = { f: "read", shown: ({ key, value }) => [[key, value]] };

/** Why no read of this history can be a final one; undefined where one may be. */
export function notHealed(calls: Calls): string | undefined {
  const last = new Map<FaultKind, number>();
  calls.windows.forEach((window, i) => {
    last.set(window.kind, i);
  });
  for (const [kind, i] of last) {
    const window = calls.windows[i];
    if (window === undefined) continue;
    if (window.endNs === -1) return `the last ${kind} was never ended`;
    // A read at a node that is still cut off misses what the others hold: that would not be a loss.
    if (!window.healProved) return `the end of the last ${kind} was not proved`;
  }
  return undefined;
}

/**
 * The final reads, one per key and node, in the order of the nodes. With `finalNs` the final phase says when it is quiet and only writes of the same
 * key matter; without it a read is quiet when no write of any key runs at its invocation or later. An `info` write runs on
 * for ever in theory: it is not waited for, since a write that lands late can only add to what was read.
 */
export function finalReads(
  history: History,
  calls: Calls,
  context: CheckContext,
  writes: LastWrites,
  looks: Looks = READS,
): FinalRead[] {
  if (notHealed(calls) !== undefined) return [];
  const readF = calls.fs.indexOf(looks.f);
  let fromNs = context.finalNs ?? 0;
  for (const window of calls.windows) fromNs = Math.max(fromNs, overNs(window));
  const lastOf = new Map<string, FinalRead>();
  for (let call = 0; call < calls.length; call++) {
    if (calls.f[call] !== readF || calls.type[call] !== OK) continue;
    const position = calls.invokePos[call] as number;
    if ((calls.invokeNs[call] as number) < fromNs) continue;
    if (context.finalNs === undefined && position <= writes.any) continue;
    const at = calls.nodes[calls.node[call] as number] ?? `process ${calls.process[call]}`;
    for (const [key, value] of looks.shown(history.op(calls.endPos[call] as number))) {
      if (position <= (writes.byKey.get(key) ?? -1)) continue;
      // Calls come in the order of their invocations, so the last one wins.
      lastOf.set(`${typeof key}:${key}\u0000${at}`, { call, key, at, value });
    }
  }
  return [...lastOf.values()].sort((a, b) => byName(a.at, b.at));
}

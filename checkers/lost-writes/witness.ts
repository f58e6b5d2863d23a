/** The few ops that show a lost write by themselves. */
import type { Witness } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import type { Calls } from "../calls.js";
import { shortened } from "../shorten.js";
import type { Finding } from "./findings.js";

/** The write, what replaced it (registers), and a final read that misses it; in recorded order. */
export function witnessOf(history: History, calls: Calls, found: Finding, text: string): Witness {
  const positions = new Set<number>();
  const add = (call: number): void => {
    if (call < 0) return;
    positions.add(calls.invokePos[call] as number);
    const end = calls.endPos[call] as number;
    if (end !== -1) positions.add(end);
  };
  add(found.call);
  add(found.instead?.writer ?? -1);
  add(found.read);
  const ops = [...positions].sort((a, b) => a - b).map((position) => shortened(history.op(position)));
  return { text, ops };
}

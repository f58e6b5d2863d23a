/** Calls in plain words: who did what, where and when. */

import type { Calls } from "./calls.js";

/** "p3" or, with a comma-free time, "12.4 s". Nothing where the history has no times. */
export function timeOf(calls: Calls, position: number): string {
  const { history } = calls;
  if (!history.timed) return "";
  const seconds = (history.times[position] as number) / 1e9;
  // As many digits as tell neighbours apart: a whole run in seconds, a test's history of microseconds too.
  const digits = seconds >= 0.001 || seconds === 0 ? 3 : 9;
  return `${Number(seconds.toFixed(digits))} s`;
}

/** " at 12.4 s", or nothing. */
export function at(calls: Calls, position: number): string {
  const time = timeOf(calls, position);
  return time === "" ? "" : ` at ${time}`;
}

/** "p3". */
export function who(calls: Calls, call: number): string {
  return `p${calls.history.processes[calls.inv[call] as number]}`;
}

/** The node a call went to, or "". */
export function nodeOf(calls: Calls, call: number): string {
  const { history } = calls;
  const inv = calls.inv[call] as number;
  const done = history.pairs[inv] as number;
  for (const position of [done, inv]) {
    if (position === -1) continue;
    const node = history.vias[position] !== -1 ? history.vias[position] : history.nodes[position];
    if (node !== undefined && node !== -1) return history.string(node);
  }
  return "";
}

/** " from n2" or " on n2", or nothing. */
export function node(calls: Calls, call: number, preposition: string): string {
  const name = nodeOf(calls, call);
  return name === "" ? "" : ` ${preposition} ${name}`;
}

/** A value in words, cut where it is long. Texts are bare, but for those that would pass for another value: "1", "null", "". */
export function show(value: unknown): string {
  const text = typeof value === "string" && !misleads(value) ? value : (JSON.stringify(value) ?? "null");
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function misleads(text: string): boolean {
  if (text === "" || text.trim() !== text) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** "key x: ", or nothing for a history without keys. */
export function keyPrefix(calls: Calls, key: number): string {
  return key === -1 ? "" : `key ${calls.history.key(key)}: `;
}

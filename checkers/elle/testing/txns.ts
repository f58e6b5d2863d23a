/** Histories of transactions in a few lines, for tests: the shape of an example must be visible at a glance. */
import type { Op, OpType } from "../../../src/core/op.js";
import { type ColumnarHistory, historyOf } from "../../../src/history/index.js";

const TYPES: Readonly<Record<string, OpType>> = { "": "ok", "!": "fail", "?": "info" };

/**
 * The ops of these lines, in the order of time:
 *
 * - `0: ax1 ry[1 2]` process 0 appends 1 to x and reads y as [1 2], and is done before the next line (invoke and ok);
 * - `0!: …` ends in fail, `0?: …` in info;
 * - `0( ax1` only begins, `0)` ends it (`0)!` fail, `0)?` info): the lines between overlap it. Never ended: open to the end;
 * - micro-ops: `ax1` append, `wx1` write, `rx1` `rx[1 2]` `rx[]` `rx_` (null) read; keys are letters, values whole numbers.
 *
 * Reads show in the invocation as null. Times are 1 ms apart.
 */
export function t(...lines: readonly string[]): Op[] {
  const ops: Op[] = [];
  const open = new Map<number, unknown[]>();
  const emit = (process: number, type: OpType, value: unknown): void => {
    ops.push({ index: ops.length, time: ops.length * 1e6, process, type, f: "txn", value });
  };
  for (const line of lines) {
    const match = /^(\d+)([!?]?:|\(|\)[!?]?)(.*)$/.exec(line.trim());
    if (match === null) throw new Error(`not a transaction: ${line}`);
    const process = Number(match[1]);
    const mark = match[2] as string;
    if (mark.startsWith(")")) {
      const value = open.get(process);
      if (value === undefined) throw new Error(`process ${process} has no open transaction: ${line}`);
      open.delete(process);
      finish(emit, process, mark.slice(1), value);
      continue;
    }
    const value = microOps(match[3] as string);
    emit(process, "invoke", asked(value));
    if (mark === "(") open.set(process, value);
    else finish(emit, process, mark.slice(0, -1), value);
  }
  return ops;
}

/** The same as a history. */
export function h(...lines: readonly string[]): ColumnarHistory {
  return historyOf(t(...lines));
}

type Emit = (process: number, type: OpType, value: unknown) => void;

function finish(emit: Emit, process: number, mark: string, value: unknown[]): void {
  const type = TYPES[mark] as OpType;
  // Only a completed transaction knows what it read.
  emit(process, type, type === "ok" ? value : asked(value));
}

/** What the invocation says: reads have no result yet. */
function asked(value: readonly unknown[]): unknown[] {
  return value.map((mop) => ((mop as unknown[])[0] === "r" ? ["r", (mop as unknown[])[1], null] : mop));
}

function microOps(text: string): unknown[] {
  const rest = text.replace(/\s*([arw])([a-z])(\[[^\]]*\]|_|-?\d+)\s*/g, "");
  if (rest !== "") throw new Error(`not micro-ops: ${text}`);
  return [...text.matchAll(/([arw])([a-z])(\[[^\]]*\]|_|-?\d+)/g)].map(([, f, key, value]) => [
    f === "a" ? "append" : f,
    key,
    value === "_" ? null : (value as string).startsWith("[") ? numbers(value as string) : Number(value),
  ]);
}

function numbers(list: string): number[] {
  return (list.match(/-?\d+/g) ?? []).map(Number);
}

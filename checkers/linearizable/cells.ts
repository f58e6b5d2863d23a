/** Registers: reads, writes and cas of the history as one row each, in value ids. Both methods for registers begin here. */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, FAIL, INVOKE, NEMESIS, NONE, NULL_VALUE, valueKey } from "../../src/history/index.js";
import { type Calls, callsOf, DONE, MISMATCH, type Part, partsOf } from "./calls.js";

/** Kinds of calls on a cell. */
export const READ = 0;
export const WRITE = 1;
export const CAS = 2;
/** A cas that failed because the value was not `from`. */
export const MISS = 3;

/** The names of a cell's ops. */
export const CELL_FS: ReadonlyMap<string, number> = new Map([
  ["read", READ],
  ["r", READ],
  ["write", WRITE],
  ["w", WRITE],
  ["cas", CAS],
]);

/** Calls on cells. */
export interface Cells {
  readonly calls: Calls;
  readonly parts: readonly Part[];
  readonly kinds: Uint8Array;
  /** READ: the value seen. CAS, MISS: the value expected. */
  readonly from: Int32Array;
  /** WRITE, CAS: the value written. */
  readonly to: Int32Array;
  /** The value before the first write. */
  readonly initial: number;
}

export interface CellOptions {
  readonly initial?: unknown;
  readonly nilReads?: "observed" | "any";
}

/** @throws UsageError where the history has ops that are no reads, writes or cas, or a cas whose value is no pair. */
export function cellsOf(history: ColumnarHistory, options: CellOptions, modelName: string): Cells {
  const calls = callsOf(history, { fs: CELL_FS, looks: new Set([READ]), cas: CAS }, modelName);
  const { values } = history.tables;
  const given = values.intern(options.initial ?? null);
  const canonical = values.hasCompounds ? values.canonical() : undefined;
  const idOf = (id: number): number => (canonical === undefined ? id : (canonical[id] as number));
  const kinds = new Uint8Array(calls.count);
  const from = new Int32Array(calls.count);
  const to = new Int32Array(calls.count);
  const skipNil = options.nilReads === "any";
  let n = 0;
  for (let call = 0; call < calls.count; call++) {
    const kind = calls.fs[call] as number;
    if (kind === READ) {
      const seen = calls.outputs[call] as number;
      if (skipNil && seen === NULL_VALUE) continue;
      from[n] = idOf(seen);
    } else {
      const input = calls.inputs[call] as number;
      if (kind === WRITE) to[n] = idOf(input);
      else {
        if (!values.isPair(input)) splitCas(history, calls, call);
        from[n] = values.first(input);
        to[n] = values.second(input);
      }
    }
    kinds[n] = calls.status[call] === MISMATCH ? MISS : kind;
    keep(calls, call, n++);
  }
  const kept = { ...calls, count: n };
  return { calls: kept, parts: partsOf(kept), kinds, from, to, initial: idOf(given) };
}

/** Moves a row up, over those that were dropped. */
function keep(calls: Calls, call: number, to: number): void {
  if (call === to) return;
  calls.fs[to] = calls.fs[call] as number;
  calls.status[to] = calls.status[call] as number;
  calls.inv[to] = calls.inv[call] as number;
  calls.ret[to] = calls.ret[call] as number;
  calls.inputs[to] = calls.inputs[call] as number;
  calls.outputs[to] = calls.outputs[call] as number;
  calls.keys[to] = calls.keys[call] as number;
}

function splitCas(history: ColumnarHistory, calls: Calls, call: number): never {
  const op = history.op(calls.inv[call] as number);
  throw new UsageError(
    `op ${op.index}: a cas has the value [from, to], two plain values; this one has ${JSON.stringify(op.value)}`,
  );
}

/** Is there anything in it that could have gone wrong: an ok read, an ok cas or a mismatch? */
export function observesAnything({ calls, kinds }: Cells): boolean {
  for (let call = 0; call < calls.count; call++) {
    if (kinds[call] !== WRITE && calls.status[call] !== NONE && (calls.status[call] === DONE || kinds[call] === MISS))
      return true;
  }
  return false;
}

/** Positions of the writes (and cas) of the value that a call saw, in its key, that failed. */
export function failedWrites({ calls, from }: Cells, call: number): number[] {
  const { history } = calls;
  const { types, pairs, keys } = history;
  const wanted = valueKey(history.value(from[call] as number));
  const key = calls.keys[call] as number;
  const out: number[] = [];
  for (let i = 0; i < history.length; i++) {
    if (types[i] !== INVOKE || keys[i] !== key || history.processes[i] === NEMESIS) continue;
    if (types[pairs[i] as number] !== FAIL) continue;
    const kind = CELL_FS.get(history.string(history.fs[i] as number));
    const value = history.value(history.values[i] as number);
    const written = kind === WRITE ? value : kind === CAS && Array.isArray(value) ? value[1] : undefined;
    if (written !== undefined && valueKey(written) === wanted) out.push(i);
  }
  return out;
}

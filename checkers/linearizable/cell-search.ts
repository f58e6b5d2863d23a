/** The search over one register: any values, repeated or not. */
import { NEVER, type Part } from "./calls.js";
import { CAS, type Cells, MISS, READ, WRITE } from "./cells.js";
import type { PartProblem } from "./family.js";
import type { Problem } from "./search.js";
import { show } from "./words.js";

/** What a value's history says about it, before the search. */
interface Sightings {
  /** Value -> may a read or cas have seen it? */
  readonly wanted: Uint8Array;
  /** Value -> was some cas told that it is not this? */
  readonly denied: Uint8Array;
  readonly anyDenied: boolean;
}

/**
 * The search problem of one key.
 *
 * - Values that nobody saw nor was denied are one value (`junk`): no call can tell them apart.
 * - A crashed call that writes junk is left out, unless some cas was denied: only that could need it.
 * - A crashed write that alone can explain what an ok call saw did happen, before that call ended: it completes there.
 */
export function cellProblem(cells: Cells, part: Part, exact = false): PartProblem {
  const local = new Map<number, number>();
  const values: number[] = [];
  const idOf = (value: number): number => {
    const known = local.get(value);
    if (known !== undefined) return known;
    local.set(value, values.length);
    return values.push(value) - 1;
  };
  const initial = idOf(cells.initial);
  const rows = rowsOf(cells, part, idOf);
  const sightings = sightingsOf(rows, values.length);
  const junk = values.push(-1) - 1;
  const plain = (value: number): number =>
    exact || value === -1 || sightings.wanted[value] === 1 || sightings.denied[value] === 1 ? value : junk;
  // Crashed reads were dropped while reading, so what crashed writes.
  const kept = rows.filter(({ to, ret }) => ret !== NEVER || sightings.anyDenied || plain(to) !== junk);
  settle(kept, initial);
  const { history } = cells.calls;
  return {
    problem: problemOf(kept, plain, plain(initial), values.length),
    calls: Int32Array.from(kept, (row) => row.call),
    stateText: (state) => (state === junk ? "a value that nobody saw" : show(history.value(values[state] as number))),
  };
}

interface Row {
  readonly call: number;
  readonly kind: number;
  /** Local value ids, -1 where there is none. */
  readonly from: number;
  readonly to: number;
  readonly inv: number;
  ret: number;
}

function rowsOf(cells: Cells, part: Part, idOf: (value: number) => number): Row[] {
  const { inv, ret } = cells.calls;
  const rows: Row[] = [];
  for (const call of part.calls) {
    const kind = cells.kinds[call] as number;
    const row = {
      call,
      kind,
      from: kind === WRITE ? -1 : idOf(cells.from[call] as number),
      to: kind === WRITE || kind === CAS ? idOf(cells.to[call] as number) : -1,
      inv: inv[call] as number,
      ret: ret[call] as number,
    };
    // A crashed cas of a value to itself changes nothing.
    if (row.ret !== NEVER || row.from !== row.to) rows.push(row);
  }
  return rows;
}

function sightingsOf(rows: readonly Row[], count: number): Sightings {
  const wanted = new Uint8Array(count);
  const denied = new Uint8Array(count);
  let anyDenied = false;
  for (const { kind, from } of rows) {
    if (kind === MISS) {
      denied[from] = 1;
      anyDenied = true;
    } else if (from !== -1) wanted[from] = 1;
  }
  return { wanted, denied, anyDenied };
}

/**
 * A value with one writer only was written before the first call that saw it ended: so the writer, crashed or not, takes
 * effect by then.
 */
function settle(rows: readonly Row[], initial: number): void {
  /** undefined: there are several. */
  const writers = new Map<number, Row | undefined>();
  for (const row of rows) if (row.to !== -1) writers.set(row.to, writers.has(row.to) ? undefined : row);
  // A crashed cas saw something only if it happened, which is known once it was settled.
  const todo = rows.filter((row) => row.kind !== MISS && row.ret !== NEVER);
  for (let row = todo.pop(); row !== undefined; row = todo.pop()) {
    const { from, ret } = row;
    const writer = from === initial ? undefined : writers.get(from);
    // Written only after it was seen: no order allows that, and the search will say so.
    if (writer === undefined || writer.inv >= ret || writer.ret <= ret) continue;
    writer.ret = ret;
    if (writer.kind === CAS) todo.push(writer);
  }
}

function problemOf(rows: readonly Row[], plain: (value: number) => number, initial: number, values: number): Problem {
  const count = rows.length;
  const labelOf = new Map<number, number>();
  const labels = new Int32Array(count);
  const looks = new Uint8Array(count);
  const depends = new Uint8Array(count);
  const kinds = new Uint8Array(count);
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  rows.forEach((row, call) => {
    kinds[call] = row.kind;
    from[call] = row.from;
    to[call] = plain(row.to);
    // A cas of a value to itself, where it succeeded, was a read.
    looks[call] = row.kind === READ || row.kind === MISS || (row.kind === CAS && row.from === row.to) ? 1 : 0;
    depends[call] = row.kind === WRITE ? 0 : 1;
    const name = (row.kind * (values + 1) + row.from + 1) * (values + 1) + (to[call] as number) + 1;
    let label = labelOf.get(name);
    if (label === undefined) {
      label = labelOf.size;
      labelOf.set(name, label);
    }
    labels[call] = label;
  });
  const step = (state: number, call: number): number => {
    const kind = kinds[call];
    if (kind === WRITE) return to[call] as number;
    if (kind === MISS) return state === from[call] ? -1 : state;
    if (state !== from[call]) return -1;
    return kind === READ ? state : (to[call] as number);
  };
  return {
    count,
    inv: Int32Array.from(rows, (row) => row.inv),
    ret: Int32Array.from(rows, (row) => row.ret),
    labels,
    labelCount: labelOf.size,
    looks,
    depends,
    lazy: true,
    machine: { initial, step },
  };
}

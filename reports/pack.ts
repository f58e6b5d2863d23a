/** Turns the ops of a run into the columns that travel inside the page. */
import type { NodeId } from "../src/core/op.js";
import {
  ENDINGS,
  type OpColumns,
  type PackedValue,
  type PageData,
  SAME,
  type WitnessRows,
  type WordColumn,
} from "./data.js";
import { visible } from "./html.js";
import { seriesOf } from "./series.js";
import { sameValue, show } from "./show.js";
import { type Calls, endingOf, type OpPair, type Survey } from "./survey.js";
import type { FoundWitness } from "./witnesses.js";

/** Rows a page holds at most: more open slowly and show nothing more. */
export const MAX_ROWS = 100_000;
/** Characters kept of a value; the page shows one op at a time and results.json and history.jsonl hold the rest. */
const MAX_VALUE_CHARS = 160;

/** Builds the page's data. `nodes` and `concurrency` are of test.json, where there is one. */
export function pageData(
  found: Survey,
  witnesses: readonly FoundWitness[],
  about: { readonly nodes: readonly NodeId[]; readonly concurrency: number },
  maxRows = MAX_ROWS,
): PageData {
  const wanted = new Set(witnesses.flatMap(({ pairs }) => pairs.map(({ invoke }) => found.rowOf(invoke) ?? -1)));
  const rows = thin(found.calls, wanted, maxRows);
  const placeOf = new Map<number, number>();
  for (const [place, row] of rows.entries()) if (wanted.has(row)) placeOf.set(row, place);
  return {
    format: 1,
    nodes: (about.nodes.length > 0 ? about.nodes : found.nodes).map(visible),
    concurrency: about.concurrency,
    endNs: found.endNs,
    bands: found.faults.map(({ band }) => ({
      ...band,
      kind: visible(band.kind),
      label: visible(band.label),
      targets: band.targets.map(visible),
    })),
    witnesses: witnesses.map((witness): WitnessRows => {
      const places = witness.pairs.map(({ invoke }) => placeOf.get(found.rowOf(invoke) ?? -1));
      return { id: witness.id, label: visible(witness.label), rows: places.filter((place) => place !== undefined) };
    }),
    invocations: found.calls.count,
    ops: columns(Array.from(rows, (row) => found.pair(row))),
    ...seriesOf(found.calls, found.endNs),
  };
}

const OK = ENDINGS.indexOf("ok");

/**
 * The rows of at most `max` calls: all of the witnesses, then fails and infos up to half of the room (or what the oks
 * leave), then oks; where a kind has too many, every n-th, so that the shape over time stays.
 */
export function thin(calls: Pick<Calls, "count" | "ending">, wanted: ReadonlySet<number>, max: number): Int32Array {
  if (calls.count <= max) return Int32Array.from({ length: calls.count }, (_, row) => row);
  const kind = (row: number): number => (wanted.has(row) ? 0 : calls.ending[row] === OK ? 2 : 1);
  const totals = [0, 0, 0];
  for (let row = 0; row < calls.count; row++) totals[kind(row)] = (totals[kind(row)] ?? 0) + 1;
  const [must = 0, bad = 0, ok = 0] = totals;
  const room = Math.max(0, max - must);
  const badRoom = Math.min(bad, Math.max(Math.floor(room / 2), room - ok));
  const rooms = [must, badRoom, Math.min(ok, room - badRoom)];
  const seen = [0, 0, 0];
  const kept: number[] = [];
  for (let row = 0; row < calls.count; row++) {
    const at = kind(row);
    const [total, share, n] = [totals[at] as number, rooms[at] as number, seen[at] as number];
    seen[at] = n + 1;
    // Keeps the n-th when the kept share crosses a whole number there: exactly `share` of `total`, evenly spread.
    if (Math.floor(((n + 1) * share) / total) > Math.floor((n * share) / total)) kept.push(row);
  }
  return Int32Array.from(kept);
}

function columns(pairs: readonly OpPair[]): OpColumns {
  const start = pairs.map((pair) => Math.floor(pair.invoke.time / 1000));
  const index = pairs.map((pair) => pair.invoke.index);
  return {
    count: pairs.length,
    startUs: differences(start),
    tookUs: pairs.map(({ invoke, end }) =>
      end === undefined ? -1 : Math.max(0, Math.round((end.time - invoke.time) / 1000)),
    ),
    process: pairs.map((pair) => Number(pair.invoke.process)),
    ending: pairs.map((pair) => ENDINGS.indexOf(endingOf(pair))),
    index: differences(index),
    endIndex: pairs.map(({ invoke, end }) => (end === undefined ? -1 : end.index - invoke.index)),
    f: wordColumn(pairs, (pair) => pair.invoke.f),
    key: wordColumn(pairs, (pair) => (pair.invoke.key === undefined ? undefined : clipWord(String(pair.invoke.key)))),
    node: wordColumn(pairs, (pair) => pair.invoke.node),
    via: wordColumn(pairs, (pair) => pair.end?.via),
    error: wordColumn(pairs, (pair) => (pair.end?.error === undefined ? undefined : clipWord(pair.end.error))),
    value: pairs.map((pair) => packValue(pair.invoke.value)),
    result: pairs.map(packResult),
  };
}

function packResult({ invoke, end }: OpPair): PackedValue {
  if (end === undefined || end.type !== "ok" || end.value === undefined || sameValue(invoke.value, end.value))
    return SAME;
  return packValue(end.value);
}

function packValue(value: unknown): PackedValue {
  if (value === null || value === undefined) return null;
  return typeof value === "number" && Number.isFinite(value) ? value : visible(show(value, MAX_VALUE_CHARS));
}

function clipWord(text: string): string {
  return text.length <= MAX_VALUE_CHARS ? text : `${text.slice(0, MAX_VALUE_CHARS)}… (${text.length} characters)`;
}

function differences(numbers: readonly number[]): number[] {
  return numbers.map((n, i) => (i === 0 ? n : n - (numbers[i - 1] as number)));
}

function wordColumn(pairs: readonly OpPair[], word: (pair: OpPair) => string | undefined): WordColumn {
  const idOf = new Map<string, number>();
  const ids = pairs.map((pair) => {
    const raw = word(pair);
    if (raw === undefined) return -1;
    const text = visible(raw);
    let id = idOf.get(text);
    if (id === undefined) {
      id = idOf.size;
      idOf.set(text, id);
    }
    return id;
  });
  return { words: [...idOf.keys()], ids };
}

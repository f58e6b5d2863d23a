/** The embedded data, unpacked: typed columns that the timeline can walk 100,000 rows of in a frame. */
import { ENDINGS, type Ending, type OpColumns, type PackedValue, type PageData, SAME } from "../data.js";

export interface Model {
  readonly data: PageData;
  readonly count: number;
  /** Microseconds since the run began. */
  readonly start: Float64Array;
  /** End of the bar: the completion, or the end of the run where there is none. */
  readonly end: Float64Array;
  readonly index: Float64Array;
  readonly process: Float64Array;
  readonly ending: Uint8Array;
  /** 0 where the row belongs to no witness, else the witness's position + 1 (the first of several). */
  readonly witness: Uint16Array;
  readonly endUs: number;
}

/** Decodes what `embed` packed. Rejects when the text is damaged. */
export async function decode(text: string): Promise<PageData> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as PageData;
}

export function modelOf(data: PageData): Model {
  const { ops } = data;
  const start = running(ops.startUs);
  // A little room, so that what ends last is not drawn on the edge.
  const endUs = Math.max(1, (data.endNs / 1000) * 1.004);
  const end = Float64Array.from(ops.tookUs, (took, row) => (took < 0 ? endUs : (start[row] as number) + took));
  const witness = new Uint16Array(ops.count);
  for (const [i, each] of data.witnesses.entries()) {
    for (const row of each.rows) if (witness[row] === 0) witness[row] = i + 1;
  }
  return {
    data,
    count: ops.count,
    start,
    end,
    index: running(ops.index),
    process: Float64Array.from(ops.process),
    ending: Uint8Array.from(ops.ending),
    witness,
    endUs,
  };
}

function running(differences: readonly number[]): Float64Array {
  const out = new Float64Array(differences.length);
  let sum = 0;
  for (let i = 0; i < differences.length; i++) out[i] = sum += differences[i] as number;
  return out;
}

export function endingAt(model: Model, row: number): Ending {
  return ENDINGS[model.ending[row] as number] ?? "info";
}

type Words = "f" | "key" | "node" | "via" | "error";

/** A word of a row, or undefined where it has none. */
export function wordAt(model: Model, column: Words, row: number): string | undefined {
  const { words, ids } = model.data.ops[column];
  return words[ids[row] ?? -1];
}

/** A packed value as text. */
export function valueText(value: PackedValue | undefined): string {
  return value === null || value === undefined ? "nil" : String(value);
}

/** "write(k3, 5)" */
export function callAt(model: Model, row: number): string {
  const value = model.data.ops.value[row];
  const parts = [wordAt(model, "key", row), value === null ? undefined : valueText(value)];
  return `${wordAt(model, "f", row) ?? "?"}(${parts.filter((part) => part !== undefined).join(", ")})`;
}

/** "→ 5" where the answer says more than the question did; "" otherwise. */
export function answerAt(model: Model, row: number): string {
  const result = (model.data.ops as OpColumns).result[row];
  const value = model.data.ops.value[row];
  if (result === SAME) return value === null && endingAt(model, row) === "ok" ? "→ nil" : "";
  return result === null && value !== null ? "" : `→ ${valueText(result)}`;
}

/** The row whose invocation or completion has this index in the history; -1 where the page does not hold it. */
export function rowOfIndex(model: Model, index: number): number {
  for (let row = 0; row < model.count; row++) {
    const invoked = model.index[row] as number;
    const toEnd = model.data.ops.endIndex[row] as number;
    if (invoked > index) break;
    // -1 stands for "no completion": it must not make the op before this one its own completion.
    if (invoked === index || (toEnd > 0 && invoked + toEnd === index)) return row;
  }
  return -1;
}

/** Which ops the timeline shows. Pure. */
import { answerAt, callAt, type Model, wordAt } from "./model.js";

export interface Filter {
  readonly f: string;
  readonly key: string;
  readonly node: string;
  /** As typed: a process number, or "". */
  readonly process: string;
  readonly ok: boolean;
  readonly fail: boolean;
  readonly info: boolean;
  /** Anywhere in the call, the answer or the error; upper and lower case alike. */
  readonly text: string;
  readonly witnessOnly: boolean;
}

export const SHOW_ALL: Filter = {
  f: "",
  key: "",
  node: "",
  process: "",
  ok: true,
  fail: true,
  info: true,
  text: "",
  witnessOnly: false,
};

export interface Filtered {
  readonly mask: Uint8Array;
  readonly count: number;
}

export function applyFilter(model: Model, filter: Filter): Filtered {
  const mask = new Uint8Array(model.count);
  const endings = [filter.ok, filter.fail, filter.info];
  const text = filter.text.trim().toLowerCase();
  const process = filter.process.trim();
  let count = 0;
  for (let row = 0; row < model.count; row++) {
    if (endings[model.ending[row] as number] !== true) continue;
    if (filter.witnessOnly && model.witness[row] === 0) continue;
    if (filter.f !== "" && wordAt(model, "f", row) !== filter.f) continue;
    if (filter.key !== "" && wordAt(model, "key", row) !== filter.key) continue;
    if (filter.node !== "" && wordAt(model, "node", row) !== filter.node) continue;
    if (process !== "" && String(model.process[row]) !== process) continue;
    if (text !== "" && !textOf(model, row).includes(text)) continue;
    mask[row] = 1;
    count++;
  }
  return { mask, count };
}

function textOf(model: Model, row: number): string {
  return `${callAt(model, row)} ${answerAt(model, row)} ${wordAt(model, "error", row) ?? ""}`.toLowerCase();
}

/** Everything about one op, in words; announced to screen readers when the selection moves. */

import { SAME } from "../data.js";
import { duration } from "../format.js";
import type { Filter } from "./filter.js";
import { answerAt, callAt, endingAt, type Model, valueText, wordAt } from "./model.js";
import { timeLabel } from "./range.js";

interface Props {
  readonly model: Model;
  readonly row: number;
  onFilter(part: Partial<Filter>): void;
}

const ENDING_WORDS = {
  ok: "ok: it happened",
  fail: "failed: it did not happen",
  info: "unknown: it may have happened, or may still",
};

export function Details({ model, row, onFilter }: Props) {
  if (row < 0) return <p class="hint">Choose an op to see it here: click it, or use the arrow keys.</p>;
  const key = wordAt(model, "key", row);
  const node = wordAt(model, "node", row);
  const process = String(model.process[row]);
  return (
    <div class="details">
      <p class="details-head" aria-live="polite">
        <code>{callAt(model, row)}</code> <code>{answerAt(model, row)}</code>{" "}
        <span class={`ending ${endingAt(model, row)}`}>{endingAt(model, row)}</span>
      </p>
      <dl>
        {facts(model, row).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="only">
        Show only{" "}
        {key !== undefined && (
          <button type="button" class="link" onClick={() => onFilter({ key })}>
            key {key.slice(0, 30)}
          </button>
        )}{" "}
        <button type="button" class="link" onClick={() => onFilter({ process })}>
          process {process}
        </button>{" "}
        {node !== undefined && (
          <button type="button" class="link" onClick={() => onFilter({ node })}>
            node {node}
          </button>
        )}
      </p>
    </div>
  );
}

function facts(model: Model, row: number): readonly (readonly [string, string])[] {
  const { ops, witnesses, bands } = model.data;
  const [start, end] = [model.start[row] as number, model.end[row] as number];
  const open = (ops.tookUs[row] as number) < 0;
  const index = model.index[row] as number;
  const result = ops.result[row];
  const during = bands
    .filter((band) => band.beginNs / 1000 <= end && band.endNs / 1000 >= start)
    .map((band) => `${band.kind} ${band.label}`);
  const of = witnesses[(model.witness[row] as number) - 1];
  const list: (readonly [string, string | undefined])[] = [
    ["Ending", ENDING_WORDS[endingAt(model, row)]],
    ["Error", wordAt(model, "error", row)],
    ["Asked", ops.value[row] === null ? undefined : valueText(ops.value[row])],
    ["Answered", result === SAME ? undefined : valueText(result)],
    ["Key", wordAt(model, "key", row)],
    ["Node", wordAt(model, "node", row)],
    ["Answered by", wordAt(model, "via", row)],
    ["Process", String(model.process[row])],
    ["Invoked", timeLabel(start, 1)],
    ["Completed", open ? "never" : timeLabel(end, 1)],
    ["Took", open ? undefined : duration((end - start) * 1000)],
    ["In the history", open ? `${index}` : `${index} and ${index + (ops.endIndex[row] as number)}`],
    ["During", during.length === 0 ? undefined : during.slice(0, 4).join("; ")],
    ["Witness of", of?.label],
  ];
  return list.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

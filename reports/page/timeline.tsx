/** The zoomable timeline: filters, canvases, the details of one op, and the ops in view as a table. */
import { useMemo, useState } from "preact/hooks";
import { Details } from "./details.js";
import { applyFilter, type Filter, SHOW_ALL } from "./filter.js";
import { Filters } from "./filters.js";
import { type Grouping, lanesOf } from "./lanes.js";
import type { Model } from "./model.js";
import { OpTable } from "./op-table.js";
import { type Range, timeLabel, zoom } from "./range.js";
import { Stage } from "./stage.js";
import { type Store, useStore } from "./store.js";
import { witnessRange } from "./witness-range.js";

interface Props {
  readonly model: Model;
  readonly range: Store<Range>;
  /** The witness in focus, from 1; 0 for none. */
  readonly witness: Store<number>;
  /** The row whose details are shown; -1 for none. */
  readonly selection: Store<number>;
}

export function Timeline({ model, range, witness, selection }: Props) {
  const [filter, setFilter] = useState<Filter>(SHOW_ALL);
  const [grouping, setGrouping] = useState<Grouping>("clients");
  const selected = useStore(selection);
  const focus = useStore(witness);
  const filtered = useMemo(() => applyFilter(model, filter), [model, filter]);
  const lanes = useMemo(() => lanesOf(model, grouping, filtered.mask), [model, grouping, filtered]);
  const showWitness = (at: number) => {
    witness.set(at);
    range.set(witnessRange(model, at));
  };
  if (model.count === 0) return <p class="none">The history holds no client ops.</p>;
  return (
    <div class="timeline">
      <Filters
        model={model}
        filter={filter}
        grouping={grouping}
        shown={filtered.count}
        onFilter={setFilter}
        onGrouping={setGrouping}
      />
      <Toolbar model={model} range={range} focus={focus} onWitness={showWitness} />
      <Stage
        model={model}
        lanes={lanes}
        range={range}
        witness={focus}
        selected={selected}
        onSelect={selection.set}
        onNextWitness={() => model.data.witnesses.length > 0 && showWitness((focus % model.data.witnesses.length) + 1)}
      />
      <p class="hint" id="timeline-help">
        Drag to move, <kbd>Ctrl</kbd> + wheel or two fingers to zoom. With the timeline focused: arrow keys go from op
        to op, <kbd>Shift</kbd> + arrows move, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>0</kbd> shows the whole run,{" "}
        <kbd>w</kbd> the next witness.
      </p>
      <Details model={model} row={selected} onFilter={(part) => setFilter({ ...filter, ...part })} />
      <OpTable model={model} mask={filtered.mask} range={range} onSelect={selection.set} />
    </div>
  );
}

function Toolbar(props: { model: Model; range: Store<Range>; focus: number; onWitness(at: number): void }) {
  const { model, range, focus } = props;
  const seen = useStore(range);
  const by = (factor: number) => range.set(zoom(seen, factor, (seen.from + seen.to) / 2, model.endUs));
  const step = Math.max(1, (seen.to - seen.from) / 200);
  return (
    <div class="toolbar" role="toolbar" aria-label="Zoom">
      <button type="button" onClick={() => by(0.5)}>
        Zoom in
      </button>
      <button type="button" onClick={() => by(2)}>
        Zoom out
      </button>
      <button type="button" onClick={() => range.set({ from: 0, to: model.endUs })}>
        Whole run
      </button>
      {model.data.witnesses.length > 0 && (
        <label>
          <span class="visually-hidden">Witness</span>
          <select value={String(focus)} onChange={(event) => props.onWitness(Number(event.currentTarget.value))}>
            <option value="0">Go to a witness</option>
            {model.data.witnesses.map((witness, i) => (
              <option key={witness.id} value={String(i + 1)}>
                {witness.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <span class="range">
        {timeLabel(seen.from, step)} to {timeLabel(seen.to, step)}
      </span>
    </div>
  );
}

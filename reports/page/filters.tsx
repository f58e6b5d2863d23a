/** The controls above the timeline: which ops to show, and how the lanes are grouped. */
import type { Filter } from "./filter.js";
import { SHOW_ALL } from "./filter.js";
import type { Grouping } from "./lanes.js";
import type { Model } from "./model.js";

interface Props {
  readonly model: Model;
  readonly filter: Filter;
  readonly grouping: Grouping;
  readonly shown: number;
  onFilter(filter: Filter): void;
  onGrouping(grouping: Grouping): void;
}

/** Keys offered while typing; any other can be typed. */
const MAX_OFFERS = 300;

export function Filters({ model, filter, grouping, shown, onFilter, onGrouping }: Props) {
  const { ops, witnesses, nodes } = model.data;
  const change = (part: Partial<Filter>) => onFilter({ ...filter, ...part });
  return (
    <form class="filters" aria-label="Filter the timeline" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label="Rows"
        value={grouping}
        options={[
          ["clients", "clients"],
          ["nodes", "nodes"],
        ]}
        onChange={(value) => onGrouping(value as Grouping)}
      />
      <Choice
        label="Op"
        value={filter.f}
        options={[["", "all"], ...ops.f.words.map((f): [string, string] => [f, f])]}
        onChange={(f) => change({ f })}
      />
      <Choice
        label="Node"
        value={filter.node}
        options={[["", "all"], ...nodes.map((node): [string, string] => [node, node])]}
        onChange={(node) => change({ node })}
      />
      {ops.key.words.length > 0 && (
        <label>
          <span>Key</span>
          <input
            type="search"
            list="timeline-keys"
            size={8}
            placeholder="all"
            value={filter.key}
            onInput={(event) => change({ key: event.currentTarget.value })}
          />
          <datalist id="timeline-keys">
            {ops.key.words.slice(0, MAX_OFFERS).map((key) => (
              <option key={key} value={key} />
            ))}
          </datalist>
        </label>
      )}
      <label>
        <span>Process</span>
        <input
          type="search"
          inputMode="numeric"
          size={5}
          placeholder="all"
          value={filter.process}
          onInput={(event) => change({ process: event.currentTarget.value })}
        />
      </label>
      <label class="grow">
        <span>Text</span>
        <input
          type="search"
          size={12}
          placeholder="value or error"
          value={filter.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      <fieldset class="endings">
        <legend>Ending</legend>
        <Tick label="ok" kind="ok" on={filter.ok} onChange={(ok) => change({ ok })} />
        <Tick label="failed" kind="fail" on={filter.fail} onChange={(fail) => change({ fail })} />
        <Tick label="unknown" kind="info" on={filter.info} onChange={(info) => change({ info })} />
        {witnesses.length > 0 && (
          <Tick
            label="witnesses only"
            kind="in-witness"
            on={filter.witnessOnly}
            onChange={(witnessOnly) => change({ witnessOnly })}
          />
        )}
      </fieldset>
      <p class="shown">
        <span role="status">{countText(shown, model)}</span>
        {filter !== SHOW_ALL && (
          <button type="button" class="link" onClick={() => onFilter(SHOW_ALL)}>
            Show all
          </button>
        )}
      </p>
    </form>
  );
}

function countText(shown: number, model: Model): string {
  const all = model.count.toLocaleString("en");
  const left = model.data.invocations - model.count;
  const sampled = left > 0 ? ` (a sample: the history holds ${model.data.invocations.toLocaleString("en")})` : "";
  return shown === model.count ? `${all} ops${sampled}` : `${shown.toLocaleString("en")} of ${all} ops${sampled}`;
}

function Choice(props: {
  label: string;
  value: string;
  options: readonly [string, string][];
  onChange(value: string): void;
}) {
  return (
    <label>
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tick(props: { label: string; kind: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label class={`tick ${props.kind}`}>
      <input type="checkbox" checked={props.on} onChange={(event) => props.onChange(event.currentTarget.checked)} />
      <span>{props.label}</span>
    </label>
  );
}

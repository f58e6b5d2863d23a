/** Latency and rate over time. Zooming a chart zooms all of them and the timeline. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Series } from "../data.js";
import { type ChartKind, drawChart } from "./chart.js";
import type { Model } from "./model.js";
import type { Range } from "./range.js";
import type { Store } from "./store.js";
import { themeChanges } from "./theme.js";

interface Props {
  readonly model: Model;
  readonly range: Store<Range>;
}

const CHARTS: readonly (readonly [kind: ChartKind, title: string, note: string])[] = [
  ["scatter", "Latency of each op", "Each dot is an op; the scale is logarithmic."],
  ["quantiles", "Latency quantiles", "Of ops that ended ok, by the time they ended; the scale is logarithmic."],
  ["rate", "Rate", "Ops a second that ended in each way."],
];

/** While one drags elsewhere, the charts wait. */
const SETTLE_MS = 120;

export function Charts({ model, range }: Props) {
  const names = Object.keys(model.data.series).filter((name) => name !== "");
  const [f, setF] = useState("");
  const series = model.data.series[f];
  if (model.count === 0 || series === undefined) return <p class="none">There are no ops to draw.</p>;
  return (
    <div class="charts">
      {names.length > 0 && (
        <label class="chart-choice">
          <span>Op</span>
          <select value={f} onChange={(event) => setF(event.currentTarget.value)}>
            <option value="">all</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {CHARTS.map(([kind, title, note]) => (
        <Chart key={kind} kind={kind} title={title} note={note} model={model} series={series} f={f} range={range} />
      ))}
    </div>
  );
}

interface ChartProps extends Props {
  readonly kind: ChartKind;
  readonly title: string;
  readonly note: string;
  readonly series: Series;
  readonly f: string;
}

function Chart({ kind, title, note, model, series, f, range }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let chart = drawChart(element, { kind, model, series, f, range });
    let timer = 0;
    const again = () => {
      chart.destroy();
      chart = drawChart(element, { kind, model, series, f, range });
    };
    const stopTheme = themeChanges.listen(again);
    const stopRange = range.listen(() => {
      clearTimeout(timer);
      timer = window.setTimeout(() => chart.follow(range.get()), SETTLE_MS);
    });
    const observer = new ResizeObserver(() => chart.resize(element.clientWidth));
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      stopTheme();
      stopRange();
      observer.disconnect();
      chart.destroy();
    };
  }, [kind, model, series, f, range]);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span>{note}</span>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={`${title}. ${note}`} />
    </figure>
  );
}

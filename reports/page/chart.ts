/** One uPlot chart: its series, its scales, and the faults shaded behind. */
import uPlot from "uplot";
import type { Series } from "../data.js";
import { duration } from "../format.js";
import { type Model, wordAt } from "./model.js";
import { clamp, type Range } from "./range.js";
import type { Store } from "./store.js";
import { cssColour, cssFont } from "./theme.js";

export type ChartKind = "scatter" | "quantiles" | "rate";

export interface ChartInput {
  readonly kind: ChartKind;
  readonly model: Model;
  readonly series: Series;
  /** "" for all. */
  readonly f: string;
  readonly range: Store<Range>;
}

export interface Drawn {
  destroy(): void;
  resize(width: number): void;
  /** Shows this part of the run. */
  follow(range: Range): void;
}

const HEIGHT = 220;

export function drawChart(element: HTMLElement, input: ChartInput): Drawn {
  const { kind, model, range } = input;
  const plan = kind === "scatter" ? scatterPlan(input) : kind === "quantiles" ? quantilePlan(input) : ratePlan(input);
  let following = false;
  const plot = new uPlot(
    {
      width: Math.max(200, element.clientWidth),
      height: HEIGHT,
      cursor: { sync: { key: "charts" }, points: { show: kind !== "scatter" }, drag: { x: true, y: false } },
      legend: { live: kind !== "scatter" },
      scales: { x: { time: false, ...fixed(range.get()) }, y: plan.scale },
      axes: [
        axis({ size: 34, values: (_, times) => times.map((s) => `${Number(s.toFixed(6))} s`) }),
        axis({ values: plan.labels, size: 64 }),
      ],
      series: [
        { label: "time", value: (_, s) => (s === null || s === undefined ? "–" : `${s.toFixed(3)} s`) },
        ...plan.series,
      ],
      hooks: {
        drawClear: [(u) => shade(u, model)],
        setScale: [
          (u, key) => {
            const { min, max } = u.scales["x"] ?? {};
            if (key !== "x" || following || min === undefined || max === undefined || min === null || max === null)
              return;
            range.set(clamp({ from: min * 1e6, to: max * 1e6 }, model.endUs));
          },
        ],
      },
    },
    plan.data,
    element,
  );
  const follow = (next: Range) => {
    following = true;
    plot.setScale("x", { min: next.from / 1e6, max: next.to / 1e6 });
    following = false;
  };
  // A double click means "all of it": uPlot's own reset fits the data, which may be shorter than the run.
  plot.over.addEventListener("dblclick", () => range.set({ from: 0, to: model.endUs }));
  follow(range.get());
  return {
    destroy: () => plot.destroy(),
    resize: (width) =>
      width > 0 && width !== plot.width && plot.setSize({ width: Math.max(200, width), height: HEIGHT }),
    follow,
  };
}

function fixed(range: Range): { min: number; max: number } {
  return { min: range.from / 1e6, max: range.to / 1e6 };
}

function axis(options: Partial<uPlot.Axis>): uPlot.Axis {
  const line = cssColour("--line");
  return {
    stroke: cssColour("--quiet"),
    font: cssFont(11),
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    ...options,
  };
}

function shade(u: uPlot, model: Model): void {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  for (const band of model.data.bands) {
    const x0 = u.valToPos(band.beginNs / 1e9, "x", true);
    const x1 = Math.max(x0 + 1, u.valToPos(band.endNs / 1e9, "x", true));
    u.ctx.fillStyle = cssColour("--band");
    u.ctx.fillRect(x0, top, x1 - x0, height);
  }
  u.ctx.restore();
}

interface Plan {
  readonly data: uPlot.AlignedData;
  readonly series: uPlot.Series[];
  readonly scale: uPlot.Scale;
  readonly labels: uPlot.Axis.DynamicValues;
}

/** Latencies in seconds, so that uPlot's logarithmic ticks fall on round durations. */
const LATENCY: Pick<Plan, "scale" | "labels"> = {
  scale: { distr: 3 },
  labels: (_, values) => values.map((s) => (s === null ? "" : duration(Math.round(s * 1e9)))),
};

function latencyValue(_: uPlot, s: number | null): string {
  return s === null || s === undefined ? "–" : duration(Math.round(s * 1e9));
}

function quantilePlan({ model, series }: ChartInput): Plan {
  const seconds = (list: readonly (number | null)[]) => list.map((us) => (us === null ? null : Math.max(us, 1) / 1e6));
  const line = (label: string, colour: string, dash?: number[]): uPlot.Series => ({
    label,
    stroke: cssColour(colour),
    width: 2,
    points: { show: false },
    value: latencyValue,
    ...(dash === undefined ? {} : { dash }),
  });
  return {
    data: [
      bucketTimes(model, series.p50.length),
      seconds(series.p50),
      seconds(series.p95),
      seconds(series.p99),
      seconds(series.max),
    ],
    series: [line("p50", "--q1"), line("p95", "--q2"), line("p99", "--q3"), line("max", "--quiet", [3, 4])],
    ...LATENCY,
  };
}

function ratePlan({ model, series }: ChartInput): Plan {
  const bucketSeconds = model.data.bucketNs / 1e9;
  const rate = (counts: readonly number[]) => counts.map((n) => n / bucketSeconds);
  const line = (label: string, colour: string, filled: boolean): uPlot.Series => ({
    label,
    stroke: cssColour(colour),
    width: 2,
    points: { show: false },
    value: (_, n) => (n === null || n === undefined ? "–" : `${Math.round(n * 10) / 10} /s`),
    ...(filled ? { fill: cssColour("--ok-soft") } : {}),
  });
  return {
    data: [bucketTimes(model, series.ok.length), rate(series.ok), rate(series.fail), rate(series.info)],
    series: [line("ok", "--ok", true), line("failed", "--fail", false), line("unknown", "--info", false)],
    scale: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] },
    labels: (_, values) => values.map((n) => (n === null ? "" : `${n} /s`)),
  };
}

function bucketTimes(model: Model, buckets: number): number[] {
  const seconds = model.data.bucketNs / 1e9;
  return Array.from({ length: buckets }, (_, i) => Math.min((i + 0.5) * seconds, model.endUs / 1e6));
}

/** uPlot takes null for "no outline"; its types do not know. */
const NOTHING = null as unknown as Path2D;

/** One dot an op, at its completion. Dots that would fall onto the same spot are drawn once. */
function scatterPlan({ model, f }: ChartInput): Plan {
  const rows: number[] = [];
  for (let row = 0; row < model.count; row++) {
    if ((model.data.ops.tookUs[row] as number) >= 0 && (f === "" || wordAt(model, "f", row) === f)) rows.push(row);
  }
  rows.sort((a, b) => (model.start[a] as number) - (model.start[b] as number));
  const took = (code: number) =>
    rows.map((row) => (model.ending[row] === code ? Math.max(1, model.data.ops.tookUs[row] as number) / 1e6 : null));
  const dots = (label: string, colour: string): uPlot.Series => ({
    label,
    stroke: cssColour(colour),
    fill: cssColour(colour),
    points: { show: false },
    paths: dotPaths,
    value: latencyValue,
  });
  return {
    data: [rows.map((row) => (model.start[row] as number) / 1e6), took(0), took(1), took(2)],
    series: [dots("ok", "--ok"), dots("failed", "--fail"), dots("unknown", "--info")],
    ...LATENCY,
  };
}

/** Positions are computed here, since 100,000 calls into uPlot take ten times as long as drawing the dots. */
const dotPaths: uPlot.Series.PathBuilder = (u, seriesIndex, first, last) => {
  const path = new Path2D();
  const { left, top, width, height } = u.bbox;
  const [x, y] = [u.scales["x"], u.scales["y"]];
  if (x?.min == null || x.max == null || y?.min == null || y.max == null) return { stroke: NOTHING, fill: path };
  const perSecond = width / (x.max - x.min);
  const [low, high] = [Math.log10(y.min), Math.log10(y.max)];
  const perDecade = height / (high - low);
  const size = Math.round((seriesIndex === 1 ? 2 : 3) * devicePixelRatio);
  const taken = new Uint8Array((Math.ceil(width) + 1) * (Math.ceil(height) + 1));
  const xs = u.data[0] as readonly number[];
  const ys = u.data[seriesIndex] as readonly (number | null)[];
  for (let i = first; i <= last; i++) {
    const value = ys[i];
    if (value === null || value === undefined) continue;
    const px = Math.round(((xs[i] as number) - x.min) * perSecond);
    const py = Math.round((high - Math.log10(value)) * perDecade);
    const spot = py * (Math.ceil(width) + 1) + px;
    if (px < 0 || px > width || taken[spot] !== 0) continue;
    taken[spot] = 1;
    path.rect(left + px - size / 2, top + py - size / 2, size, size);
  }
  return { stroke: NOTHING, fill: path };
};

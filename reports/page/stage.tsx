/** The canvases of the timeline. They draw on their own when the range moves, without a render of the components around. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { drawScene } from "./draw.js";
import { AXIS, type Frame } from "./geometry.js";
import { listenMain, listenOverview } from "./gestures.js";
import { isVisible, rowAfter, rowAt, type Step } from "./hit.js";
import type { Lane } from "./lanes.js";
import { answerAt, callAt, type Model, wordAt } from "./model.js";
import { drawOverview, OVERVIEW_HEIGHT } from "./overview.js";
import { currentPalette } from "./palette.js";
import { pan, type Range, timeLabel, zoom } from "./range.js";
import type { Store } from "./store.js";
import { themeChanges } from "./theme.js";

interface Props {
  readonly model: Model;
  readonly lanes: readonly Lane[];
  readonly range: Store<Range>;
  readonly witness: number;
  readonly selected: number;
  onSelect(row: number): void;
  onNextWitness(): void;
}

interface Tip {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

export function Stage(props: Props) {
  const { model, lanes, range } = props;
  const main = useRef<HTMLCanvasElement>(null);
  const strip = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  const frame: Frame = {
    width,
    laneHeight: laneHeightFor(lanes.length),
    height: AXIS + Math.max(1, lanes.length) * laneHeightFor(lanes.length),
  };
  // Listeners live as long as the canvas and read what is current from here.
  const now = useRef({ props, frame, tip });
  now.current = { props, frame, tip };
  const paint = usePainter(main, strip, now);
  useLayoutEffect(() => {
    const canvas = main.current;
    if (canvas === null) return;
    const measure = () => setWidth(canvas.parentElement?.clientWidth ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    if (canvas.parentElement !== null) observer.observe(canvas.parentElement);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(paint);
  useEffect(() => range.listen(paint), [range, paint]);
  useEffect(() => themeChanges.listen(paint), [paint]);
  useEffect(() => {
    const [canvas, overview] = [main.current, strip.current];
    if (canvas === null || overview === null) return;
    const find = (x: number, y: number) => rowAt(model, now.current.props.lanes, range.get(), now.current.frame, x, y);
    const stopMain = listenMain({
      canvas,
      model,
      range,
      hover(x, y) {
        const row = find(x, y);
        setTip((before) => (row < 0 ? undefined : before?.row === row ? before : { row, x, y }));
      },
      leave: () => setTip(undefined),
      click: (x, y) => now.current.props.onSelect(find(x, y)),
    });
    const stopStrip = listenOverview(overview, model, range);
    return () => {
      stopMain();
      stopStrip();
    };
  }, [model, range]);
  return (
    <div class="stage">
      <canvas
        ref={strip}
        class="strip-canvas"
        height={OVERVIEW_HEIGHT}
        role="img"
        aria-label="The whole run; the frame marks the part that the timeline shows"
      />
      <div
        class="lanes"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard
        tabIndex={0}
        role="application"
        aria-label={`Timeline of ${model.count} ops in ${lanes.length} lanes`}
        aria-describedby="timeline-help"
        onKeyDown={(event) => onKey(event, props, frame)}
      >
        <canvas ref={main} class="main-canvas" />
        {tip !== undefined && <Tooltip model={model} tip={tip} width={width} />}
      </div>
    </div>
  );
}

function laneHeightFor(lanes: number): number {
  if (lanes <= 12) return 26;
  if (lanes <= 24) return 20;
  return lanes <= 60 ? 14 : lanes <= 120 ? 9 : 6;
}

type Now = { readonly current: { readonly props: Props; readonly frame: Frame; readonly tip: Tip | undefined } };
type CanvasRef = { readonly current: HTMLCanvasElement | null };

/** Returns a function that draws both canvases in the next frame, once however often it is called. */
function usePainter(main: CanvasRef, strip: CanvasRef, now: Now): () => void {
  const painter = useRef<(() => void) | undefined>(undefined);
  if (painter.current === undefined) {
    let asked = 0;
    painter.current = () => {
      if (asked !== 0) return;
      asked = requestAnimationFrame(() => {
        asked = 0;
        paintNow(main.current, strip.current, now.current);
      });
    };
  }
  return painter.current;
}

function paintNow(main: HTMLCanvasElement | null, strip: HTMLCanvasElement | null, now: Now["current"]): void {
  const { props, frame, tip } = now;
  if (main === null || strip === null || frame.width === 0) return;
  const palette = currentPalette();
  const range = props.range.get();
  const c = sized(main, frame.width, frame.height);
  const { model, lanes, witness, selected } = props;
  if (c !== null) drawScene(c, { model, lanes, range, witness, selected, hovered: tip?.row ?? -1 }, frame, palette);
  const o = sized(strip, frame.width, OVERVIEW_HEIGHT);
  if (o !== null) drawOverview(o, model, range, frame.width, palette);
}

/** A canvas has the resolution of the screen, and is drawn on in CSS pixels. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = Math.min(3, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const c = canvas.getContext("2d");
  c?.setTransform(scale, 0, 0, scale, 0, 0);
  return c;
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

function onKey(event: KeyboardEvent, props: Props, frame: Frame): void {
  const { model, lanes, range, selected } = props;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const seen = range.get();
  const about =
    selected >= 0 && isVisible(model, selected, seen, frame.width)
      ? (model.start[selected] as number)
      : (seen.from + seen.to) / 2;
  const step = STEPS[event.key];
  if (step !== undefined && event.shiftKey && (step === "left" || step === "right")) {
    range.set(pan(seen, ((step === "left" ? -1 : 1) * (seen.to - seen.from)) / 4, model.endUs));
  } else if (step !== undefined) {
    const row = rowAfter(model, lanes, selected, step, seen);
    props.onSelect(row);
    if (row >= 0 && !isVisible(model, row, seen, frame.width)) {
      range.set(pan(seen, (model.start[row] as number) - (seen.from + seen.to) / 2, model.endUs));
    }
  } else if (event.key === "+" || event.key === "=") range.set(zoom(seen, 0.5, about, model.endUs));
  else if (event.key === "-" || event.key === "_") range.set(zoom(seen, 2, about, model.endUs));
  else if (event.key === "0" || event.key === "Home") range.set({ from: 0, to: model.endUs });
  else if (event.key === "w") props.onNextWitness();
  else if (event.key === "Escape") props.onSelect(-1);
  else return;
  event.preventDefault();
}

function Tooltip({ model, tip, width }: { readonly model: Model; readonly tip: Tip; readonly width: number }) {
  const start = model.start[tip.row] as number;
  const right = tip.x > width / 2;
  const side = right ? { right: `${width - tip.x + 12}px` } : { left: `${tip.x + 12}px` };
  return (
    <div class="tip" style={{ top: `${tip.y + 14}px`, ...side }} aria-hidden="true">
      <code>
        {callAt(model, tip.row)} {answerAt(model, tip.row)}
      </code>
      <span>
        process {model.process[tip.row]}{" "}
        {wordAt(model, "node", tip.row) === undefined ? "" : `on ${wordAt(model, "node", tip.row)}`},{" "}
        {timeLabel(start, 1000)}
        {wordAt(model, "error", tip.row) === undefined ? "" : `, ${wordAt(model, "error", tip.row)}`}
      </span>
    </div>
  );
}

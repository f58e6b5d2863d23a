/** Pointer, touch and wheel on the timeline's canvases, turned into changes of the range. */
import { timeAt } from "./geometry.js";
import type { Model } from "./model.js";
import { overviewTime } from "./overview.js";
import { clamp, pan, type Range, zoom } from "./range.js";
import type { Store } from "./store.js";

/** A press that moves less than this is a click. */
const CLICK_PX = 4;

export interface GestureTarget {
  readonly canvas: HTMLCanvasElement;
  readonly model: Model;
  readonly range: Store<Range>;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Drag pans, two fingers or Ctrl + wheel zoom, double click zooms in, a plain wheel scrolls the page. Returns the undoing. */
export function listenMain(target: GestureTarget): () => void {
  const { canvas, model, range } = target;
  const pointers = new Map<number, Point>();
  let pressed: Point | undefined;
  let moved = false;
  const point = (event: MouseEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const usPerPx = () => timeAt(1, range.get(), canvas.clientWidth) - timeAt(0, range.get(), canvas.clientWidth);
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
    canvas.addEventListener(name, listener, { signal: stop.signal, passive: false });
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, point(event));
    pressed = point(event);
    moved = pointers.size > 1;
  });
  on("pointermove", (event) => {
    const now = point(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) return target.hover(now.x, now.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (pressed !== undefined && Math.hypot(now.x - pressed.x, now.y - pressed.y) > CLICK_PX) moved = true;
    if (!moved) return;
    target.leave();
    if (other === undefined) range.set(pan(range.get(), (before.x - now.x) * usPerPx(), model.endUs));
    else {
      const factor = Math.max(8, Math.abs(before.x - other.x)) / Math.max(8, Math.abs(now.x - other.x));
      range.set(zoom(range.get(), factor, timeAt((now.x + other.x) / 2, range.get(), canvas.clientWidth), model.endUs));
    }
  });
  const up = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    if (pressed !== undefined && !moved && event.type === "pointerup") target.click(pressed.x, pressed.y);
    if (pointers.size === 0) pressed = undefined;
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => target.leave());
  on("dblclick", (event) => {
    range.set(zoom(range.get(), 0.25, timeAt(point(event).x, range.get(), canvas.clientWidth), model.endUs));
  });
  on("wheel", (event) => {
    const sideways = event.shiftKey
      ? event.deltaX || event.deltaY
      : Math.abs(event.deltaX) > Math.abs(event.deltaY)
        ? event.deltaX
        : 0;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.006);
      range.set(zoom(range.get(), factor, timeAt(point(event).x, range.get(), canvas.clientWidth), model.endUs));
    } else if (sideways !== 0) {
      event.preventDefault();
      range.set(pan(range.get(), sideways * usPerPx(), model.endUs));
    }
  });
  return () => stop.abort();
}

/** On the strip: drag selects a part of the run; a click moves the present window there. Returns the undoing. */
export function listenOverview(canvas: HTMLCanvasElement, model: Model, range: Store<Range>): () => void {
  const stop = new AbortController();
  const time = (event: PointerEvent) =>
    overviewTime(event.clientX - canvas.getBoundingClientRect().left, model, canvas.clientWidth);
  let began: number | undefined;
  let beganX = 0;
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      canvas.setPointerCapture(event.pointerId);
      began = time(event);
      beganX = event.clientX;
    },
    { signal: stop.signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (began === undefined || Math.abs(event.clientX - beganX) <= CLICK_PX) return;
      const now = time(event);
      range.set(
        clamp(
          { from: Math.max(0, Math.min(began, now)), to: Math.min(model.endUs, Math.max(began, now)) },
          model.endUs,
        ),
      );
    },
    { signal: stop.signal },
  );
  const up = (event: PointerEvent) => {
    if (began !== undefined && Math.abs(event.clientX - beganX) <= CLICK_PX) {
      const half = (range.get().to - range.get().from) / 2;
      range.set(clamp({ from: began - half, to: began + half }, model.endUs));
    }
    began = undefined;
  };
  canvas.addEventListener("pointerup", up, { signal: stop.signal });
  canvas.addEventListener("pointercancel", up, { signal: stop.signal });
  return () => stop.abort();
}

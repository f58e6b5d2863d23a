/** Where the page's script begins. The page is complete without it but for the timeline and the charts. */
import { render } from "preact";
import type { PageData } from "../data.js";
import { Charts } from "./charts.js";
import { startCopyButtons } from "./copy.js";
import { decode, type Model, modelOf, rowOfIndex } from "./model.js";
import { around, type Range } from "./range.js";
import { type Store, store } from "./store.js";
import { startTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { witnessRange } from "./witness-range.js";

startTheme(document.getElementById("theme"));
startCopyButtons();
start().catch((error: unknown) => {
  const place = document.getElementById("timeline-app");
  if (place !== null) place.textContent = `The embedded data could not be read: ${String(error)}`;
});

async function start(): Promise<void> {
  const data: PageData = await decode(document.getElementById("report-data")?.textContent ?? "");
  const model = modelOf(data);
  const range = store<Range>({ from: 0, to: model.endUs });
  const witness = store(0);
  const selection = store(-1);
  startWitnessButtons(model, range, witness);
  startOpLinks(model, range, selection);
  const timeline = document.getElementById("timeline-app");
  if (timeline !== null)
    render(<Timeline model={model} range={range} witness={witness} selection={selection} />, timeline);
  // The charts are further down: let the timeline paint first.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const charts = document.getElementById("charts");
  if (charts !== null) render(<Charts model={model} range={range} />, charts);
  document.documentElement.dataset["readyMs"] = String(Math.round(performance.now()));
  document.documentElement.dataset["ready"] = "true";
}

function showTimeline(): void {
  document.getElementById("timeline")?.scrollIntoView({ block: "start" });
  document.querySelector<HTMLElement>(".lanes")?.focus({ preventScroll: true });
}

/** "Show in the timeline" under each witness picture. */
function startWitnessButtons(model: Model, range: Store<Range>, witness: Store<number>): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-witness]")) {
    const at = model.data.witnesses.findIndex((each) => each.id === button.dataset["witness"]);
    if (at < 0 || model.data.witnesses[at]?.rows.length === 0) {
      button.remove();
      continue;
    }
    button.addEventListener("click", () => {
      witness.set(at + 1);
      range.set(witnessRange(model, at + 1));
      showTimeline();
    });
  }
}

/** Indices of ops in tables lead to the op in the timeline. */
function startOpLinks(model: Model, range: Store<Range>, selection: Store<number>): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-op]") : null;
    const row = link === null ? -1 : rowOfIndex(model, Number(link.dataset["op"]));
    if (row < 0) return;
    event.preventDefault();
    selection.set(row);
    range.set(around(model.start[row] as number, model.end[row] as number, model.endUs));
    showTimeline();
  });
}

/** The script of a comparison's page: theme, copy button, and weights that re-rank the systems as they are moved. */
import { CRITERIA, type Criterion, type Ranked } from "../compare/model.js";
import { inOrder } from "../compare/rank.js";
import { startCopyButtons } from "./copy.js";
import { startTheme } from "./theme.js";

/** Moves the rows of the ranking into the order of the weights, and tells it to those who cannot see them move. */
function startRanking(): void {
  const table = document.querySelector<HTMLTableElement>("table.rank");
  const form = document.querySelector<HTMLFormElement>("form.weights");
  const body = table?.tBodies[0];
  if (table === null || form === null || body === undefined) return;
  const scores = JSON.parse(table.dataset["scores"] ?? "[]") as readonly Ranked[];
  const rows = new Map([...body.rows].map((row) => [row.dataset["system"] ?? "", row]));
  const weightOf = (name: Criterion): number => {
    const input = form.elements.namedItem(name);
    return input instanceof HTMLInputElement ? Math.round(Number(input.value) * 10) / 10 : 0;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const weights = { consistency: 0, availability: 0, latency: 0 };
    for (const name of CRITERIA) {
      weights[name] = weightOf(name);
      for (const place of document.querySelectorAll(`#weight-${name}, [data-weight="${name}"]`))
        place.textContent = String(weights[name]);
    }
    const order = inOrder(scores, weights);
    for (const { system, place, score } of order) {
      const row = rows.get(system);
      if (row === undefined) continue;
      body.append(row);
      for (const [selector, text] of [
        [".place", String(place)],
        [".total strong", score.toFixed(2)],
      ] as const) {
        const cell = row.querySelector(selector);
        if (cell !== null) cell.textContent = text;
      }
    }
    const said = document.getElementById("ranking-said");
    if (said !== null) said.textContent = order.map(({ place, system }) => `${place}. ${system}`).join(", ");
  });
}

startTheme(document.getElementById("theme"));
startCopyButtons();
startRanking();
document.documentElement.dataset["ready"] = "";

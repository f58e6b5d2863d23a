/** The decision matrix: systems by what counts for the reader. The script lets the weights be moved; without it they stand. */
import { type Html, html } from "../html.js";
import { type Comparison, CRITERIA, type Ranked, type Score } from "./model.js";
import { SCORING } from "./rank.js";
import { hueOf } from "./verdicts.js";
import { listed } from "./words.js";

/** The furthest a weight can be moved. */
const MOST = 5;

export function rankingSection({ ranking, systems }: Comparison): Html {
  const { order, weights, mostConsistent } = ranking;
  if (order.length === 0) return html``;
  const hue = (name: string): string =>
    hueOf(
      Math.max(
        0,
        systems.findIndex(({ system }) => system === name),
      ),
    );
  return html`<section id="ranking" aria-labelledby="ranking-head"><h2 id="ranking-head">Which one, if this counts?</h2>
<div class="card ranking">
<form class="weights needs-js" aria-label="Weights">${CRITERIA.map((name) => html`<label><span>${name} <output id="weight-${name}">${weights[name]}</output></span><input type="range" name="${name}" min="0" max="${Math.max(MOST, weights[name])}" step="0.5" value="${weights[name]}"></label>`)}</form>
<p class="weights-said">Weights: ${CRITERIA.map((name, i) => html`${i > 0 ? ", " : ""}${name} <span data-weight="${name}">${weights[name]}</span>`)}. ${mostConsistent.length === 0 ? "No system kept consistency without losing data." : `Most consistent: ${listed(mostConsistent)}.`}</p>
<div class="scroll" role="group" tabindex="0" aria-label="Ranking"><table class="rank" data-scores="${JSON.stringify(order)}"><thead><tr><th scope="col">Place</th><th scope="col">System</th><th scope="col">Score</th>${CRITERIA.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${order.map((one) => rankRow(one, hue(one.system)))}</tbody></table></div>
<p class="visually-hidden" role="status" id="ranking-said"></p>
<details><summary>What the scores mean</summary><dl class="fields">${CRITERIA.map((name) => html`<div><dt>${name}</dt><dd>${SCORING[name]}</dd></div>`)}</dl>
<p class="more">Scores depend on a system's own figures alone, so another system in the comparison changes nobody's. The place is by the weighted mean.</p></details>
</div></section>`;
}

function rankRow(one: Ranked, hue: string): Html {
  return html`<tr data-system="${one.system}"><td class="place">${one.place}</td><th scope="row"><span class="dot ${hue}"></span>${one.system}</th><td class="total"><strong>${one.score.toFixed(2)}</strong></td>${CRITERIA.map((name) => html`<td>${scoreCell(one[name])}</td>`)}</tr>`;
}

/** The number is the information; the bar only makes it quick to see. */
function scoreCell({ score, reason }: Score): Html {
  return html`<span class="meter"><strong>${score.toFixed(2)}</strong><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="6"/><rect class="got" width="${(score * 100).toFixed(1)}" height="6"/></svg><small>${reason}</small></span>`;
}

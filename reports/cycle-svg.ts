/** Draws a cycle of transactions: each must come before the next, and the last before the first. */
import { type Html, html } from "./html.js";
import { clip, show } from "./show.js";

/** One transaction: its name in the words of the checker (T1, T2, …), who ran it and what it did. */
export interface CycleNode {
  readonly name: string;
  readonly who: string;
  readonly did: string;
}

/** Why it must come before the next one. */
export interface CycleEdge {
  readonly kind: string;
  readonly key?: unknown;
  readonly why: string;
}

const WIDTH = 620;
const BOX = { x: 8, width: 500, height: 46 };
const GAP = 46;
const KINDS: Readonly<Record<string, string>> = {
  ww: "overwrites",
  wr: "is read by",
  rw: "missed the write of",
  process: "same client, earlier than",
  realtime: "ended before the start of",
};

/** Boxes below each other, an arrow between neighbours, and one back to the top that closes the cycle. */
export function cycleSvg(nodes: readonly CycleNode[], edges: readonly CycleEdge[]): Html {
  const bottom = (i: number): number => 8 + i * (BOX.height + GAP) + BOX.height;
  const height = bottom(nodes.length - 1) + 14;
  const last = edges.at(-1);
  const words = edges.map((edge, i) => `${nodes[i]?.name} before ${nodes[(i + 1) % nodes.length]?.name}: ${edge.why}`);
  return html`<svg class="cycle-svg" role="img" aria-label="Cycle. ${words.join(". ")}" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
${nodes.map((node, i) => nodeSvg(node, bottom(i) - BOX.height))}
${edges.slice(0, -1).map((edge, i) => downSvg(edge, bottom(i)))}
${last === undefined ? "" : backSvg(last, bottom(nodes.length - 1) - BOX.height / 2)}
</svg>`;
}

function nodeSvg(node: CycleNode, y: number): Html {
  return html`<g class="txn"><title>${node.name}: ${node.did}</title><rect x="${BOX.x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="7"/>
<text class="name" x="${BOX.x + 12}" y="${y + 19}">${node.name} <tspan class="who">${node.who}</tspan></text><text x="${BOX.x + 12}" y="${y + 37}">${clip(node.did, 62)}</text></g>`;
}

function downSvg(edge: CycleEdge, y: number): Html {
  const x = BOX.x + 40;
  return html`<g class="edge"><title>${edge.why}</title><path d="M${x} ${y + 2}v${GAP - 10}"/><path class="head" d="M${x - 5} ${y + GAP - 10}h10l-5 8z"/>${label(edge, x + 16, y + GAP / 2 + 4, "start")}</g>`;
}

/** The arrow that should not be: from the last transaction back to the first. */
function backSvg(edge: CycleEdge, from: number): Html {
  const right = BOX.x + BOX.width;
  const to = 8 + BOX.height / 2;
  const middle = (from + to) / 2;
  return html`<g class="edge back"><title>${edge.why}</title><path d="M${right + 2} ${from}h30q12 0 12 -12V${to + 12}q0 -12 -12 -12h-20"/><path class="head" d="M${right + 12} ${to - 5}v10l-9 -5z"/>
<g transform="rotate(90 ${right + 58} ${middle})">${label(edge, right + 58, middle + 4, "middle")}</g></g>`;
}

function label(edge: CycleEdge, x: number, y: number, anchor: "start" | "middle"): Html {
  const key = edge.key === undefined ? "" : ` ${show(edge.key, 20).replace(/^"|"$/g, "")}`;
  const words = KINDS[edge.kind];
  return html`<text x="${x}" y="${y}" text-anchor="${anchor}"><tspan class="kind">${clip(edge.kind, 12)}${key}</tspan>${words === undefined || anchor === "middle" ? "" : ` ${words}`}</text>`;
}

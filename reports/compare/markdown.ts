/** A comparison as Markdown, for a pull request or a job summary. */
import { visible } from "../html.js";
import { clip } from "../show.js";
import type { ComparedSystem, Comparison } from "./model.js";
import { SCORING } from "./rank.js";
import { biteText, failoverText, greenMeans, headline, lostText, notes, shareText, timeText } from "./words.js";

const SIGNS = { true: "✅", false: "❌", unknown: "❔" } as const;

export function renderMarkdown(comparison: Comparison): string {
  const { systems, ranking, workload, nemesis, seed, repeat } = comparison;
  const runs = repeat === 1 ? "" : `, ${repeat} runs each`;
  return `${[
    `## ${text(systems.map(({ system }) => system).join(", "))} under ${text(nemesis)}`,
    `${text(headline(comparison))}`,
    `Workload ${text(workload)}, seed ${seed}${runs}. Figures are those of the worst run; losses are summed.`,
    table(
      [
        "system",
        "consistency",
        "class",
        "lost",
        "stale reads",
        "majority answered",
        "minority answered",
        "fail-over",
        "recovery",
        "p50",
        "p99",
        "p99 in a fault",
      ],
      systems.map(row),
    ),
    "### Why",
    systems.map(why).join("\n"),
    `### Ranking\n\n${Object.entries(ranking.weights)
      .map(([name, weight]) => `${name} ${weight}`)
      .join(", ")}`,
    table(
      ["", "system", "score", "consistency", "availability", "latency"],
      ranking.order.map((one) => [
        String(one.place),
        one.system,
        one.score.toFixed(2),
        ...[one.consistency, one.availability, one.latency].map(
          ({ score, reason }) => `${score.toFixed(2)}: ${reason}`,
        ),
      ]),
    ),
    Object.entries(SCORING)
      .map(([name, words]) => `- ${name}: ${text(words)}`)
      .join("\n"),
    [...greenMeans(comparison), ...notes(comparison)].map((line) => text(line)).join("\n\n"),
    `\`\`\`sh\n${comparison.command.replaceAll("`", "")}\n\`\`\``,
  ].join("\n\n")}\n`;
}

function row(system: ComparedSystem): readonly string[] {
  if (system.runs.length === 0) return [system.system, system.summary, ...new Array<string>(10).fill("–")];
  return [
    system.system,
    `${SIGNS[String(system.valid) as keyof typeof SIGNS]} ${system.consistency}`,
    system.class,
    (system.lost ?? 0) > 0 ? `${lostText(system)} (${system.lost})` : lostText(system),
    system.stale === null ? "–" : String(system.stale),
    shareText(system.majorityYield),
    shareText(system.minorityYield),
    failoverText(system),
    timeText(system.recoveryMs),
    timeText(system.p50Ms),
    timeText(system.p99Ms),
    timeText(system.p99FaultMs),
  ];
}

function why(system: ComparedSystem): string {
  if (system.runs.length === 0) return `- **${text(system.system)}** ${text(system.summary)}`;
  const reports = system.runs.map(({ run, report }) => `[run ${run}](${encodeURI(report).replaceAll(")", "%29")})`);
  const found = system.violations.map(
    ({ checker, text: words }) => `\n  - ${text(checker)}: ${text(clip(words, 400))}`,
  );
  return (
    `- **${text(system.system)}** promises: ${text(system.promises)}. Observed: ${text(system.summary)}. ` +
    `${text(system.class)}: ${text(system.reason)}. ${text(biteText(system))} (${reports.join(", ")}).${found.join("")}`
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** Text of a system as text: no markup, no table cell, no line of its own. */
function text(raw: string): string {
  return visible(raw.replace(/\s+/g, " ").trim()).replace(/[\\`*_{}[\]<>|#~&]/g, (char) => `\\${char}`);
}

/** Sentences of a comparison that the page, the Markdown and the terminal share. */
import { durationMs, percent, plural } from "../format.js";
import type { ComparedSystem, Comparison, Figures } from "./model.js";

/**
 * The bound of clean runs: with probability 95 % a single run shows a violation less often than this. n clean runs have the
 * probability (1 - p)^n; that is 5 % at p = 1 - 0.05^(1/n).
 */
export function cleanBound(runs: number): number {
  return 1 - 0.05 ** (1 / runs);
}

/** What was found, in the first sentence people read. */
export function headline({ systems }: Comparison): string {
  const names = (list: readonly ComparedSystem[]): string => listed(list.map(({ system }) => system));
  const ran = systems.filter(({ runs }) => runs.length > 0);
  const lost = ran.filter((one) => (one.lost ?? 0) > 0);
  const broken = ran.filter((one) => one.consistent === false && !lost.includes(one));
  const clean = ran.filter((one) => one.consistent === true);
  const rest = ran.filter((one) => one.consistent === "unknown" && !lost.includes(one));
  const parts = [
    clean.length === 0 ? "" : `${names(clean)} stayed consistent`,
    broken.length === 0 ? "" : `${names(broken)} did not stay consistent`,
    lost.length === 0 ? "" : `${names(lost)} lost acknowledged writes`,
    rest.length === 0 ? "" : `of ${names(rest)} nothing was proved`,
    ran.length === systems.length ? "" : `${names(systems.filter((one) => !ran.includes(one)))} did not run`,
  ].filter((part) => part !== "");
  const text = parts.join("; ");
  // Names stay as they are written, also at the beginning.
  return text === "" ? "Nothing was compared." : `${text.replace(/^of /, "Of ")}.`;
}

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What green means, by how many runs were clean. */
export function greenMeans({ systems }: Comparison): readonly string[] {
  const byRuns = new Map<number, string[]>();
  for (const { system, runs, valid } of systems) {
    if (valid !== true || runs.length === 0) continue;
    byRuns.set(runs.length, [...(byRuns.get(runs.length) ?? []), system]);
  }
  if (byRuns.size === 0)
    return ["Nothing here is green. A red verdict is proved by its witness; unknown proves nothing."];
  return [...byRuns]
    .sort(([a], [b]) => a - b)
    .map(
      ([runs, names]) =>
        `Green means “not found in ${plural(runs, "run")}”, never “proved”: for ${listed(names)} it only shows, at 95 % ` +
        `confidence, that a run like ${runs === 1 ? "this" : "these"} finds a violation with a probability below ${percent(cleanBound(runs))} ` +
        `(1 − 0.05^(1/${runs})).`,
    );
}

/** Reservations that the figures do not show by themselves. */
export function notes({ systems, interrupted, repeat, nemesis }: Comparison): readonly string[] {
  const out: string[] = [];
  const ran = systems.filter(({ runs }) => runs.length > 0);
  const runtimes = [...new Set(ran.map(({ runtime }) => runtime))];
  if (runtimes.length > 1) {
    const simulated = ran.filter(({ runtime }) => runtime === "simulation").map(({ system }) => system);
    out.push(
      `${listed(simulated)} ran in the simulation, whose latencies are made up: compare no times across runtimes.`,
    );
  } else if (runtimes[0] === "simulation") {
    out.push(
      "All ran in the simulation, whose network latencies are made up: the times compare protocols, not products.",
    );
  }
  if (interrupted) out.push("Interrupted: this compares what there was by then.");
  const short = ran.filter(({ runs }) => runs.length < repeat);
  if (short.length > 0 && !interrupted)
    out.push(`${listed(short.map(({ system }) => system))} had fewer than ${repeat} runs.`);
  const unproved = ran.filter(({ bite }) => bite.applied > bite.proved || (nemesis !== "none" && bite.applied === 0));
  if (unproved.length > 0) {
    out.push(`The faults of ${listed(unproved.map(({ system }) => system))} were not all proved to bite.`);
  }
  const sizes = [...new Set(ran.map(({ nodes }) => nodes))];
  if (sizes.length > 1) {
    out.push(`Clusters differ in size (${listed(ran.map(({ system, nodes }) => `${system} ${nodes} nodes`))}).`);
  }
  for (const { system, error, runs } of systems)
    if (error !== undefined && runs.length > 0) out.push(`${system}: ${error}`);
  return out;
}

/** Short texts of figures: "–" for what was not measured. */
export const dash = "–";
export const shareText = (share: number | null): string => (share === null ? dash : percent(share));
export const timeText = (ms: number | null): string => (ms === null ? dash : ms === 0 ? "at once" : durationMs(ms));

/** "2.4 %", "none", "–". */
export function lostText({ lost, lostFraction }: Figures): string {
  if (lost === null) return dash;
  return lost === 0 ? "none" : percent(lostFraction ?? 0);
}

/** Until the majority side served again: "2 s", or that there was no outage, with the longest silence. */
export function failoverText({ failoverMs, gapMs }: Figures): string {
  if (failoverMs === null) return gapMs === null ? dash : "not seen";
  return failoverMs === 0 ? "none" : durationMs(failoverMs);
}

/** "4 of 4 faults proved, 5,312 ops tried during them". */
export function biteText({ bite }: Pick<ComparedSystem, "bite">): string {
  if (bite.applied === 0) return "no fault was applied";
  return `${bite.proved} of ${plural(bite.applied, "fault")} proved to bite, ${plural(bite.opsTried, "op")} tried meanwhile`;
}

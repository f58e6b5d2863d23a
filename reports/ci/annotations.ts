/** Contracts as workflow commands of GitHub Actions: what is not kept stands beside the configuration's line. */
import type { CiResults } from "../../src/core/contract.js";
import { plain } from "./words.js";

export interface AnnotationPlace {
  readonly file: string;
  lineOf(contract: string): number | undefined;
}

/** One command a line. */
export function annotations({ contracts, baseline }: CiResults, place?: AnnotationPlace): readonly string[] {
  const lines: string[] = [];
  const add = (level: "error" | "warning" | "notice", contract: string, title: string, text: string): void => {
    const line = place?.lineOf(contract);
    const where =
      place === undefined ? {} : { file: place.file, ...(line === undefined ? {} : { line: String(line) }) };
    lines.push(command(level, { ...where, title: `cap-test: ${plain(title, 200)}` }, plain(text)));
  };
  for (const { name, outcome, why, allowed } of contracts) {
    if (outcome === "failed") add("error", name, name, why);
    if (outcome === "unknown") add(allowed === true ? "warning" : "error", name, `${name} (unknown)`, why);
    if (outcome === "skipped") add("notice", name, `${name} (skipped)`, why);
  }
  for (const { contract, text } of baseline?.weakened ?? []) add("error", contract, "weaker than the baseline", text);
  for (const { contract, text } of baseline?.unproved ?? []) add("error", contract, "not proved any more", text);
  for (const name of baseline?.gone ?? []) add("error", name, "no longer tested", name);
  return lines;
}

/** Data and properties escape differently: a property also ends at ":" and ",". */
function command(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name} ${pairs.join(",")}::${escapeData(data)}`;
}

const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** The first mistake of a configuration as one line: where it is, what is wrong, what was probably meant. */
import type { z } from "zod";
import { nearest } from "../runner/names.js";
import { configSchema } from "./schema.js";

type Issue = z.core.$ZodIssue;

/** One line without the file's name. `value` is the configuration as it was read. */
export function problemOf(issues: readonly Issue[], value: unknown): string {
  // An unknown field explains a missing one ("nam: x" is both), so it is told first.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) return "it is not valid";
  const { place, rest } = placeOf(issue.path, value);
  if (issue.code === "unrecognized_keys") return `${place}${unknownField(issue)}`;
  const found = at(value, issue.path);
  const shown = found === undefined ? "is missing" : `is ${shortJson(found)}`;
  return `${place}${rest.length === 0 ? "it" : rest.join(".")} ${shown}; it takes ${issue.message}`;
}

function unknownField(issue: Issue & { readonly keys: readonly string[] }): string {
  const [key = ""] = issue.keys;
  const known = knownFields(issue.path);
  const meant = nearest(key, known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return `unknown field "${key}".${hint} There are: ${known.join(", ")}`;
}

function knownFields(path: readonly PropertyKey[]): readonly string[] {
  const { contracts, defaults } = configSchema.shape;
  if (path[0] === "contracts") return Object.keys(contracts.unwrap().element.shape);
  return Object.keys(path[0] === "defaults" ? defaults.unwrap().shape : configSchema.shape);
}

/** `contract "a name": ` or `contract 3: `, and the same for systems, workloads, …; and what of the path is left to say. */
function placeOf(path: readonly PropertyKey[], value: unknown): { place: string; rest: readonly string[] } {
  const [list, index] = path;
  const rest = (from: number): readonly string[] => path.slice(from).map(String);
  if (list === "defaults") return { place: "defaults: ", rest: rest(1) };
  if (typeof list !== "string" || typeof index !== "number") return { place: "", rest: rest(0) };
  const kind = list === "nemeses" ? "nemesis" : list.replace(/s$/, "");
  const name = at(value, [list, index, "name"]);
  const place = typeof name === "string" && name !== "" ? `${kind} "${name}": ` : `${kind} ${index + 1}: `;
  return { place, rest: rest(2) };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[step];
  }
  return found;
}

function shortJson(value: unknown): string {
  const json = typeof value === "function" ? "a function" : (JSON.stringify(value) ?? String(value));
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}

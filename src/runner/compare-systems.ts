/** Which systems to compare, and what counts in a ranking: from the words of the command line. */
import { CRITERIA, type Weights } from "../../reports/compare/model.js";
import { UsageError } from "../core/errors.js";
import type { SystemDefinition } from "../core/system.js";
import { lookUp } from "./names.js";
import { checkOptions } from "./options.js";
import type { Registry } from "./plan.js";

/** A system with its options: `etcd`, or `etcd:serializable=true` to compare it with itself. */
export interface SystemChoice {
  /** As written; names the row. */
  readonly label: string;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Splits "etcd,etcd:serializable=true,kv-quorum:r=1+w=1". @throws UsageError with what would be right. */
export function parseSystems(text: string, registry: Registry): readonly SystemChoice[] {
  const words = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const choices = words.map(parseSystem);
  for (const choice of choices) {
    const { name, options } = definitionOf(choice, registry);
    checkOptions(name, options, choice.options);
  }
  const twice = words.find((word, i) => words.indexOf(word) !== i);
  if (twice !== undefined) {
    throw new UsageError(
      `--systems names ${twice} twice. Use --repeat for more runs, or compare it with other options: ${twice}:NAME=VALUE.`,
    );
  }
  if (choices.length < 2) {
    throw new UsageError("--systems needs at least two, joined by commas: --systems kv-raft,kv-async.");
  }
  return choices;
}

function parseSystem(label: string): SystemChoice {
  const at = label.indexOf(":");
  if (at === -1) return { label, name: label, options: {} };
  const options: Record<string, string> = {};
  for (const word of label.slice(at + 1).split("+")) {
    const equals = word.indexOf("=");
    if (equals < 1)
      throw new UsageError(`--systems ${label}: write options as ${label.slice(0, at)}:NAME=VALUE+NAME=VALUE.`);
    options[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return { label, name: label.slice(0, at), options };
}

/** @throws UsageError for a system that does not exist. */
export function definitionOf({ name }: SystemChoice, registry: Registry): SystemDefinition {
  return lookUp("system", name, registry.systems);
}

/** "consistency=3,availability=1": weights of 0 or more; what is not named does not count. */
export function parseWeights(text: string): Weights {
  const weights: Record<string, number> = { consistency: 0, availability: 0, latency: 0 };
  const known = CRITERIA.map((name) => ({ name }));
  for (const word of text.split(",").filter((each) => each.trim() !== "")) {
    const [name = "", value = ""] = word.split("=").map((part) => part.trim());
    lookUp("criterion", name, known);
    const weight = Number(value);
    if (value === "" || !Number.isFinite(weight) || weight < 0) {
      throw new UsageError(`--prefer ${word.trim()}: write a weight of 0 or more, as in consistency=3,availability=1.`);
    }
    weights[name] = weight;
  }
  if (CRITERIA.every((name) => weights[name] === 0)) {
    throw new UsageError("--prefer needs a weight above 0: --prefer consistency=3,availability=1,latency=1.");
  }
  return weights as unknown as Weights;
}

/** `--network latency=zones,loss=0.5`: the simulated network in words, as test.json keeps it and as the simulation takes it. */
import { UsageError } from "../core/errors.js";
import type { NodeId } from "../core/op.js";
import type { TestSpec } from "../core/run.js";
import { LATENCIES, type LatencyName, type NetworkOptions } from "../runtimes/simulation/index.js";
import { nearest } from "./names.js";

/** As in TestSpec: flat, so that a plan or a test.json can be read and edited. Links are named "n1>n2". */
export type NetworkSpec = NonNullable<TestSpec["network"]>;

const TOPOLOGIES = ["mesh", "star", "ring"];
const LATENCY_NAMES = Object.keys(LATENCIES).filter((name) => name !== "fsync");

/** The words of the option that are shares of all packets, in percent, and the fields they stand for. */
const SHARES: Readonly<Record<string, keyof NetworkOptions>> = {
  loss: "lossPer10k",
  duplicate: "duplicatePer10k",
  reorder: "reorderPer10k",
  late: "revivePer10k",
  "client-loss": "clientLossPer10k",
  "client-duplicate": "clientDuplicatePer10k",
};
const NAMES: Readonly<Record<string, { readonly field: keyof NetworkOptions; readonly values: readonly string[] }>> = {
  topology: { field: "topology", values: TOPOLOGIES },
  latency: { field: "latency", values: LATENCY_NAMES },
  "client-latency": { field: "clientLatency", values: LATENCY_NAMES },
};
const WORDS = [...Object.keys(NAMES), ...Object.keys(SHARES), "NODE>NODE"];

/** What `--network` takes, for its help. */
export const NETWORK_HELP = `${Object.entries(NAMES)
  .map(([word, { values }]) => `${word}=${values.join("|")}`)
  .join(", ")}, ${Object.keys(SHARES).join(", ")} (percent of packets), n1>n2=wan for one link`;

/** Reads the option. @throws UsageError that says what it takes. */
export function parseNetwork(text: string): NetworkSpec {
  const spec: Record<string, string | number> = {};
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const word = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (at < 1 || value === "") throw new UsageError(`--network ${text}: write NAME=VALUE, joined by commas.`);
    const [field, held] = fieldOf(word, value);
    if (field in spec) throw new UsageError(`--network names ${word} twice.`);
    spec[field] = held;
  }
  return spec;
}

function fieldOf(word: string, value: string): readonly [field: string, value: string | number] {
  const share = Object.hasOwn(SHARES, word) ? SHARES[word] : undefined;
  if (share !== undefined) {
    const percent = Number(value);
    if (!(percent >= 0 && percent <= 100)) throw new UsageError(`--network ${word} is a percentage from 0 to 100.`);
    return [share, Math.round(percent * 100)];
  }
  if (word.includes(">")) return [word, oneOf(word, value, LATENCY_NAMES)];
  const name = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  if (name !== undefined) return [name.field, oneOf(word, value, name.values)];
  const meant = nearest(word, WORDS);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`--network knows no "${word}".${hint} There are: ${WORDS.join(", ")}.`);
}

function oneOf(word: string, value: string, values: readonly string[]): string {
  if (values.includes(value)) return value;
  throw new UsageError(`--network ${word} is one of ${values.join(", ")}, not "${value}".`);
}

/** The option that `parseNetwork` reads as this. */
export function formatNetwork(spec: NetworkSpec): string {
  const words = new Map<string, string>([
    ...Object.entries(SHARES).map(([word, field]) => [field, word] as const),
    ...Object.entries(NAMES).map(([word, { field }]) => [field, word] as const),
  ]);
  return Object.entries(spec)
    .map(([field, value]) => `${words.get(field) ?? field}=${typeof value === "number" ? value / 100 : value}`)
    .join(",");
}

/** What the simulation takes. @throws UsageError for a link to a node that is not there, or a field nobody knows. */
export function networkOptions(spec: NetworkSpec, nodes: readonly NodeId[]): Partial<NetworkOptions> {
  const known = new Set<string>([...Object.values(SHARES), ...Object.values(NAMES).map(({ field }) => field)]);
  const links: Record<string, LatencyName> = {};
  const rest: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(spec)) {
    if (!field.includes(">")) {
      if (!known.has(field)) throw new UsageError(`the network has no "${field}"; it has ${[...known].join(", ")}.`);
      rest[field] = value;
      continue;
    }
    const strange = field.split(">").find((node) => !nodes.includes(node));
    if (strange !== undefined || field.split(">").length !== 2) {
      throw new UsageError(`the link ${field} is not between two of the nodes ${nodes.join(", ")}.`);
    }
    links[field] = value as LatencyName;
  }
  return { ...(rest as Partial<NetworkOptions>), ...(Object.keys(links).length === 0 ? {} : { links }) };
}

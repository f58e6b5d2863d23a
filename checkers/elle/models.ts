/**
 * The lattice of consistency models and anomalies: which anomaly implies which, which model forbids which, which model
 * implies which. The names and the relations are those of Elle (Kingsbury & Alvaro 2020), so that verdicts can be compared
 * line by line; Elle takes them from Adya 1999 (PL-*, G*), Bailis et al. 2013, Cerone et al. 2015 and Daudjee & Salem 2006.
 */
import { lookUp } from "../../src/core/names.js";
import { closure, type Relation, relation } from "./relation.js";

const VARIANTS = ["", "-process", "-realtime"] as const;

/** A -> B: whoever found A has also found B. */
const ANOMALY_IMPLIES: Relation = relation([
  ...VARIANTS.flatMap((v): [string, string][] => [
    [`G0${v}`, `G1c${v}`],
    [`G1c${v}`, `G1${v}`],
    [`G-single-item${v}`, `G-single${v}`],
    [`G-single-item${v}`, `G-nonadjacent-item${v}`],
    [`G-single${v}`, `G-nonadjacent${v}`],
    [`G-nonadjacent-item${v}`, `G-nonadjacent${v}`],
    [`G-nonadjacent-item${v}`, `G2-item${v}`],
    [`G-nonadjacent${v}`, `G2${v}`],
    [`G2-item${v}`, `G2${v}`],
  ]),
  // A process runs one transaction at a time, so its order is part of the real-time order.
  ...["G0", "G1c", "G1", "G-single-item", "G-single", "G-nonadjacent-item", "G-nonadjacent", "G2-item", "G2"].flatMap(
    (type): [string, string][] => [
      [type, `${type}-process`],
      [`${type}-process`, `${type}-realtime`],
    ],
  ),
  ["G1a", "G1"],
  ["G1b", "G1"],
  ["G-single", "GSIb"],
  ["GSIa", "GSI"],
  ["GSIb", "GSI"],
  // Two reads that no single order of appends explains: one of them saw something that was never installed.
  ["incompatible-order", "G1a"],
  ["dirty-update", "G1a"],
  // A value that nobody wrote cannot come from a committed transaction either. (Elle has no name for it: it stops there.)
  ["unwritten-read", "G1a"],
  // A cycle of one transaction, which dependency graphs do not show: they have no self edges.
  ["future-read", "G1c"],
  ["lost-update", "write-skew"],
  ["lost-update", "G2-item"],
  ["write-skew", "G2"],
]);

/** Model -> weaker models it implies. Canonical names. */
const MODEL_IMPLIES: Relation = relation([
  ["causal-cerone", "read-atomic"],
  ["PL-2+", "PL-CS"],
  ["PL-2+", "PL-2L"],
  ["PL-CS", "PL-2"],
  ["PL-FCV", "PL-2+"],
  ["PL-2", "PL-1"],
  ["PL-3", "PL-2.99"],
  ["PL-3", "PL-3U"],
  ["PL-3", "PL-SI"],
  ["PL-3", "view-serializable"],
  ["PL-3U", "PL-FCV"],
  ["monotonic-atomic-view", "PL-2"],
  ["PL-2L", "PL-2"],
  ["PL-MSR", "PL-2"],
  ["parallel-snapshot-isolation", "causal-cerone"],
  ["parallel-snapshot-isolation", "update-atomic"],
  ["prefix", "causal-cerone"],
  ["read-atomic", "monotonic-atomic-view"],
  ["PL-2.99", "PL-CS"],
  ["PL-2.99", "monotonic-atomic-view"],
  ["update-atomic", "read-atomic"],
  ["session-serializable", "1SR"],
  ["PL-SI", "PL-FCV"],
  ["PL-SI", "monotonic-atomic-view"],
  ["PL-SI", "PL-MSR"],
  ["PL-SI", "parallel-snapshot-isolation"],
  ["PL-SI", "prefix"],
  ["PL-SS", "PL-3"],
  ["PL-SS", "linearizable"],
  ["PL-SS", "PL-SI"],
  ["PL-SS", "strong-snapshot-isolation"],
  ["PL-SS", "strong-session-serializable"],
  ["PL-SS", "session-serializable"],
  ["strong-session-PL-1", "PL-1"],
  ["strong-session-PL-2", "PL-2"],
  ["strong-session-PL-2", "strong-session-PL-1"],
  ["strong-PL-1", "strong-session-PL-1"],
  ["strong-PL-2", "strong-session-PL-2"],
  ["strong-PL-2", "strong-PL-1"],
  ["strong-session-serializable", "PL-3"],
  ["strong-session-serializable", "strong-session-snapshot-isolation"],
  ["strong-session-snapshot-isolation", "PL-SI"],
  ["strong-session-snapshot-isolation", "strong-session-PL-2"],
  ["strong-snapshot-isolation", "strong-session-snapshot-isolation"],
  ["strong-snapshot-isolation", "strong-PL-2"],
  ["linearizable", "sequential"],
  ["sequential", "causal"],
  ["causal", "writes-follow-reads"],
  ["causal", "PRAM"],
  ["PRAM", "monotonic-reads"],
  ["PRAM", "monotonic-writes"],
  ["PRAM", "read-your-writes"],
]);

/** Model -> anomalies it forbids beyond those its weaker models forbid. Canonical names. */
const MODEL_FORBIDS: Relation = relation(
  Object.entries({
    "causal-cerone": ["internal", "G1a"],
    "PL-CS": ["G1", "G-cursor", "lost-update"],
    "PL-2L": ["G1", "G-monotonic"],
    "PL-MSR": ["G1", "G-MSR"],
    "PL-2+": ["G1", "G-single"],
    "PL-FCV": ["G1", "G-SIb"],
    "parallel-snapshot-isolation": ["internal", "G1a"],
    "PL-3": ["G1", "G2", "internal", "predicate-read-miss"],
    "PL-2": ["G1"],
    "PL-1": ["G0", "duplicate-elements", "cyclic-versions"],
    prefix: ["internal", "G1a"],
    "PL-SI": ["internal", "G1", "G-SI", "G-nonadjacent"],
    "read-atomic": ["internal", "G1a", "future-read"],
    "PL-2.99": ["G1", "G2-item", "lost-update"],
    "update-atomic": ["lost-update"],
    "PL-SS": ["G1", "G1c-realtime", "G2-realtime"],
    "strong-session-PL-1": ["G0-process"],
    "strong-session-PL-2": ["G1c-process"],
    "strong-PL-1": ["G0-realtime"],
    "strong-PL-2": ["G1c-realtime"],
    "strong-session-snapshot-isolation": ["internal", "G1-process", "G-nonadjacent-process"],
    "strong-snapshot-isolation": ["internal", "G1-realtime", "G-nonadjacent-realtime"],
    "strong-session-serializable": ["G1-process", "G2-process"],
    "PL-3U": ["G1", "G-update"],
  }).flatMap(([model, anomalies]) => anomalies.map((anomaly): [string, string] => [model, anomaly])),
);

/**
 * Model -> anomalies of which it forbids some kinds and allows others that are not told apart here, so that finding one decides
 * nothing. Elle lets them pass. A fractured read is a cycle with one rw edge, and so is any breach of causality (Cerone et al.
 * 2015), of a cursor or of a monotonic view (Adya 1999); a long fork, which prefix consistency forbids, has several.
 */
const MODEL_DOUBTS: Relation = relation(
  Object.entries({
    "monotonic-atomic-view": ["G-single"],
    "read-atomic": ["G-single"],
    "causal-cerone": ["G-single"],
    "parallel-snapshot-isolation": ["G-single"],
    prefix: ["G-single", "G-nonadjacent"],
    "PL-CS": ["G-single"],
    "PL-2L": ["G-single"],
    "PL-MSR": ["G-single"],
    "PL-3U": ["G-nonadjacent", "G2"],
  }).flatMap(([model, anomalies]) => anomalies.map((anomaly): [string, string] => [model, anomaly])),
);

/** Names people use -> canonical names. */
const CANONICAL: Readonly<Record<string, string>> = {
  "consistent-view": "PL-2+",
  "conflict-serializable": "PL-3",
  "cursor-stability": "PL-CS",
  "forward-consistent-view": "PL-FCV",
  "monotonic-snapshot-read": "PL-MSR",
  "monotonic-view": "PL-2L",
  "read-committed": "PL-2",
  "read-uncommitted": "PL-1",
  "repeatable-read": "PL-2.99",
  serializable: "PL-3",
  "snapshot-isolation": "PL-SI",
  "strict-serializable": "PL-SS",
  "strong-serializable": "PL-SS",
  "update-serializable": "PL-3U",
  "strong-session-read-uncommitted": "strong-session-PL-1",
  "strong-session-read-committed": "strong-session-PL-2",
  "strong-read-uncommitted": "strong-PL-1",
  "strong-read-committed": "strong-PL-2",
  // Until it was renamed, after the protocol that provides it.
  ROLA: "update-atomic",
};

/** Names that verdicts never print: Elle has PL-3 as "serializable" and PL-SS as "strong-serializable". */
const UNPRINTED: ReadonlySet<string> = new Set(["conflict-serializable", "strict-serializable", "ROLA"]);

const FRIENDLY: ReadonlyMap<string, string> = new Map(
  Object.entries(CANONICAL)
    .filter(([name]) => !UNPRINTED.has(name))
    .map(([name, canonical]) => [canonical, name]),
);

const friendly = (model: string): string => FRIENDLY.get(model) ?? model;

const ALL_NAMES: readonly string[] = [
  ...new Set([...Object.keys(CANONICAL), ...MODEL_IMPLIES.nodes, ...MODEL_FORBIDS.sources]),
].sort();

const NAMED = ALL_NAMES.map((name) => ({ name }));

/** The canonical names of models. @throws UsageError for an unknown one: it names what was probably meant, and what there is. */
export function canonicalModels(models: readonly string[]): string[] {
  return models.map((model) => CANONICAL[model] ?? lookUp("consistency model", model, NAMED).name);
}

/** The anomalies that must not be there if all of `models` hold: those forbidden by them or a weaker model, and all that imply one. */
export function forbiddenBy(models: readonly string[]): ReadonlySet<string> {
  const held = closure(MODEL_IMPLIES.out, canonicalModels(models));
  const direct = [...held].flatMap((model) => MODEL_FORBIDS.out.get(model) ?? []);
  return closure(ANOMALY_IMPLIES.in, direct);
}

/** The anomalies of which `models`, or weaker ones that follow from them, may forbid what was found: see MODEL_DOUBTS. */
export function doubtedBy(models: readonly string[]): ReadonlySet<string> {
  const held = closure(MODEL_IMPLIES.out, canonicalModels(models));
  return closure(
    ANOMALY_IMPLIES.in,
    [...held].flatMap((model) => MODEL_DOUBTS.out.get(model) ?? []),
  );
}

/** The anomalies that follow from these, themselves included. */
export function impliedAnomalies(types: Iterable<string>): ReadonlySet<string> {
  return closure(ANOMALY_IMPLIES.out, types);
}

/** Which models a set of anomalies rules out. */
export interface Boundary {
  /** The weakest models ruled out, sorted. */
  readonly not: readonly string[];
  /** All stronger ones, ruled out by implication, sorted. */
  readonly alsoNot: readonly string[];
}

/** Closes the anomalies over the lattice, as Elle's :not and :also-not. `refuted`: models known not to hold besides. */
export function boundaryOf(types: Iterable<string>, refuted: readonly string[] = []): Boundary {
  const forbidding = [...impliedAnomalies(types)].flatMap((type) => MODEL_FORBIDS.in.get(type) ?? []);
  const direct = [...forbidding, ...canonicalModels(refuted)];
  const impossible = closure(MODEL_IMPLIES.in, direct);
  const weakest = [...impossible].filter((model) =>
    [...closure(MODEL_IMPLIES.out, [model])].every((weaker) => weaker === model || !impossible.has(weaker)),
  );
  const not = new Set(weakest);
  const stronger = [...impossible].filter((model) => !not.has(model));
  return { not: weakest.map(friendly).sort(), alsoNot: stronger.map(friendly).sort() };
}

/**
 * Every model name that `consistency` may be, sorted: what people use and Adya's. Not those that forbid no anomaly of
 * transactions (linearizable, causal, …): all histories would pass.
 */
export const CONSISTENCY_MODELS: readonly string[] = ALL_NAMES.filter((model) => forbiddenBy([model]).size > 0);

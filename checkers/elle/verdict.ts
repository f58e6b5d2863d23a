/** From findings to the verdict: what counts for the consistency asked for, what that rules out, and the words for people. */
import type { Valid, Witness } from "../../src/core/checker.js";
import { UsageError } from "../../src/core/errors.js";
import type { History } from "../../src/core/history.js";
import type { Op } from "../../src/core/op.js";
import type { Orders } from "./classify.js";
import { type EdgeWriter, findCycles } from "./core.js";
import { type Explainer, explainCycle } from "./explain.js";
import type { Findings } from "./findings.js";
import { boundaryOf, CONSISTENCY_MODELS, doubtedBy, forbiddenBy } from "./models.js";
import type { SparseEdges } from "./sparse-edges.js";
import { FAIL, INFO, NIL, OK, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import type { ElleAnomaly, ElleOptions, ElleVerdict, TxnModel } from "./types.js";

const BUDGET = 4_000_000;
/** How many witnesses a verdict carries. */
const WITNESSES = 8;

/** Options with their defaults filled in. */
export interface Demands {
  readonly models: readonly string[];
  /** Anomaly types that make the history invalid. */
  readonly forbidden: ReadonlySet<string>;
  /** Anomaly types that leave open whether the models hold. */
  readonly doubted: ReadonlySet<string>;
  readonly orders: Orders;
  readonly budget: number;
}

/**
 * What the options ask for. The orders looked at are those the models need, as in Elle: real time where a real-time anomaly
 * counts (a process's order is part of it), else the processes' where one of those counts.
 * @throws UsageError for a model that is unknown, or that no history of transactions could be found to break.
 */
export function demandsOf(options: ElleOptions): Demands {
  const asked = options.consistency ?? "strict-serializable";
  const models = typeof asked === "string" ? [asked] : asked;
  if (models.length === 0) throw new UsageError("consistency names no model, so that every history would pass");
  const idle = models.find((model) => forbiddenBy([model]).size === 0);
  if (idle !== undefined) {
    throw new UsageError(
      `the consistency model ${idle} forbids no anomaly that transactions are searched for, so that every history would pass; there are: ${CONSISTENCY_MODELS.join(", ")}`,
    );
  }
  const forbidden = forbiddenBy(models);
  const realtime = [...forbidden].some((type) => type.endsWith("-realtime"));
  const process = !realtime && [...forbidden].some((type) => type.endsWith("-process"));
  const orders = {
    realtime: realtime || (options.orders?.includes("realtime") ?? false),
    process: process || (options.orders?.includes("process") ?? false),
  };
  return { models, forbidden, doubted: doubtedBy(models), orders, budget: options.budget ?? BUDGET };
}

/** Adds the cycles to the findings. Returns what to say where the search was cut short. */
export function addCycles(
  txns: TxnHistory,
  sparse: SparseEdges,
  writeEdges: EdgeWriter,
  explain: Explainer,
  demands: Demands,
  findings: Findings,
): string | undefined {
  const { cycles, counts, limited } = findCycles(txns, sparse, writeEdges, demands.orders, demands.budget);
  for (const found of cycles) findings.add(found.type, () => explainCycle(txns, found, explain));
  for (const [type, count] of Object.entries(counts)) {
    findings.count(type, count - (findings.counts.get(type) ?? 0));
  }
  if (!limited) return undefined;
  return `the search stopped at its budget of ${demands.budget} edges in some component: a sharper anomaly or a shorter cycle may exist`;
}

export function verdictOf(
  model: TxnModel,
  txns: TxnHistory,
  demands: Demands,
  findings: Findings,
  limited?: string,
): ElleVerdict {
  const found = [...findings.counts.keys()].sort();
  const anomalyTypes = found.filter((type) => demands.forbidden.has(type));
  const all = boundaryOf(found);
  const judged = observes(model, txns);
  const doubted = found.filter((type) => demands.doubted.has(type));
  const valid: Valid = anomalyTypes.length > 0 ? false : judged && doubted.length === 0 ? true : "unknown";
  const boundary = valid === false ? all : { not: [], alsoNot: [] };
  const anomalies: Record<string, readonly ElleAnomaly[]> = {};
  const counts: Record<string, number> = {};
  for (const type of anomalyTypes) {
    anomalies[type] = findings.cases.get(type) ?? [];
    counts[type] = findings.counts.get(type) as number;
  }
  const witnesses = valid === false ? witnessesOf(txns.history, anomalyTypes, anomalies) : undefined;
  return {
    valid,
    summary: summaryOf(txns, demands, valid, counts, boundary.not, doubted),
    model,
    consistency: demands.models,
    anomalyTypes,
    not: boundary.not,
    alsoNot: boundary.alsoNot,
    anomalies,
    counts,
    found,
    ruledOut: [...all.not, ...all.alsoNot].sort(),
    transactions: countTypes(txns),
    ...(limited === undefined ? {} : { limited }),
    ...(witnesses === undefined ? {} : { witnesses }),
  };
}

/** The verdict on what cannot be judged. */
export function unknownVerdict(model: TxnModel, demands: Demands, summary: string): ElleVerdict {
  return {
    valid: "unknown",
    summary,
    model,
    consistency: demands.models,
    anomalyTypes: [],
    not: [],
    alsoNot: [],
    anomalies: {},
    counts: {},
    found: [],
    ruledOut: [],
    transactions: { ok: 0, info: 0, fail: 0 },
  };
}

function summaryOf(
  txns: TxnHistory,
  demands: Demands,
  valid: Valid,
  counts: Readonly<Record<string, number>>,
  not: readonly string[],
  doubted: readonly string[],
): string {
  const size = `${txns.count} transactions`;
  if (valid === "unknown" && doubted.length > 0) {
    return `${size}: ${doubted.join(", ")}, of which ${demands.models.join(", ")} forbids some kinds and allows others; which it is was not decided`;
  }
  if (valid === "unknown") return `${size}: no completed read of anything written, so nothing to judge`;
  if (valid) return `${size}: nothing that ${demands.models.join(", ")} forbids`;
  const types = Object.entries(counts).map(([type, count]) => (count === 1 ? type : `${type} (${count})`));
  return `${size}: ${types.join(", ")}; not ${not.join(", not ")}`;
}

function countTypes(txns: TxnHistory): { ok: number; info: number; fail: number } {
  const counts = [0, 0, 0];
  for (let t = 0; t < txns.count; t++) counts[txns.type[t] as number] = (counts[txns.type[t] as number] as number) + 1;
  return { ok: counts[OK] as number, info: counts[INFO] as number, fail: counts[FAIL] as number };
}

/**
 * Was anything seen that could have been wrong? That takes a completed read, and a write that happened: an acknowledged one,
 * or one whose value was read. Counterexample: every append was refused and every list read as empty, as a store that does
 * nothing at all would have it.
 */
function observes(model: TxnModel, txns: TxnHistory): boolean {
  let read = false;
  let written = false;
  for (let t = 0; t < txns.count && !(read && written); t++) {
    if (txns.type[t] !== OK) continue;
    for (let m = txns.mopStart[t] as number; m < (txns.mopEnd[t] as number); m++) {
      if (txns.mopKind[m] !== READ) written = true;
      else if (txns.mopValue[m] !== UNKNOWN) {
        read = true;
        if (model === "list-append" ? (txns.mopSize[m] as number) > 0 : txns.mopValue[m] !== NIL) written = true;
      }
    }
  }
  return read && written;
}

/** The first case of each type, then the second, … */
function witnessesOf(
  history: History,
  types: readonly string[],
  anomalies: Readonly<Record<string, readonly ElleAnomaly[]>>,
): Witness[] {
  const witnesses: Witness[] = [];
  for (let round = 0; witnesses.length < WITNESSES; round++) {
    const cases = types.flatMap((type) => anomalies[type]?.[round] ?? []);
    if (cases.length === 0) break;
    for (const { type, text, positions } of cases) {
      if (witnesses.length < WITNESSES) witnesses.push({ text: `${type}: ${text}`, ops: opsAt(history, positions) });
    }
  }
  return witnesses;
}

/** Invocations and completions of the transactions named by these positions, in recorded order. */
export function opsAt(history: History, positions: readonly number[]): Op[] {
  const all = new Set<number>();
  for (const position of positions) {
    all.add(position);
    const pair = history.pair(position);
    if (pair >= 0) all.add(pair);
  }
  return [...all].sort((a, b) => a - b).map((position) => history.op(position));
}

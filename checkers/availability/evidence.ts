/**
 * From slices of time to three questions per kind of op: was every side served, was the majority served, did the minority
 * refuse? Each is answered yes, no or unknown; what was hardly tried, or hidden by another fault, answers nothing.
 */
import type { NodeId } from "../../src/core/op.js";
import { toMs } from "../numbers.js";
import type { Side } from "../sides.js";
import type { Measured, Stretch } from "./measure.js";
import type { Cut, Plan } from "./plan.js";
import { REFUSED_SHARE, type Service, Slices, serviceOf } from "./service.js";

export type Answer = "yes" | "no" | "unknown";

/** A shorter cut is over before most failure detectors notice it: it would make a CP system look available. */
export const SHORTEST_CUT_MS = 3000;

/** A fail-over may take so long. In a shorter cut, no service by its end means "not yet". */
export const GRACE_LIMIT_MS = 10_000;

/** With fewer ops on a side nothing is claimed of it. */
export const FEWEST_TRIES = 3;

/** With fewer ops in one cut, one unlucky op would look like an outage. */
const FEW = 5;

/** What was seen of one kind of op over all judged cuts. */
export interface KindEvidence {
  readonly f: string;
  readonly everySideServed: Answer;
  readonly majorityServed: Answer;
  readonly minorityRefused: Answer;
  /** Did any judged cut leave nodes without a majority? (Not in a ring or under a bridge.) */
  readonly hasMinority: boolean;
  readonly hasMajority: boolean;
  /** Ops (with those that could not be issued) on each side during judged cuts. */
  readonly majorityTried: number;
  readonly minorityTried: number;
  /** Of the minority's, after it had begun to refuse: tried, and answered all the same. */
  readonly refusedTried: number;
  readonly refusedAnswered: number;
  /** The longest time until the majority side was served; null: it was never. */
  readonly failoverMs: number | null;
  /** The longest time until the minority side refused; null: it never did. */
  readonly refusedAfterMs: number | null;
}

/** One cut as results show it. */
export interface CutReport {
  readonly fault: number;
  readonly shape?: string;
  readonly oneWay?: boolean;
  readonly minority: readonly NodeId[];
  readonly beginMs: number;
  readonly durationMs: number;
  /** Did it count for the class? Else why not. */
  readonly judged: boolean;
  readonly why?: string;
  /** Until each kind of op was served on the majority side; null: some kind never was. */
  readonly failoverMs: number | null;
  /** Until each kind of op was refused on the minority side; null: some kind never was. */
  readonly refusedAfterMs: number | null;
  /** From the proved end of the cut until every side was served again; null: not seen. */
  readonly recoveryMs: number | null;
}

interface Group {
  readonly side: Side;
  readonly service: Service;
}

/** Why a cut does not count; undefined where it does. */
export function notJudged(cut: Cut): string | undefined {
  if (!cut.window.proved) return "it was not proved to bite";
  if (toMs(cut.endNs - cut.beginNs) < SHORTEST_CUT_MS) return `it lasted less than ${SHORTEST_CUT_MS / 1000} s`;
  return undefined;
}

/** The evidence of all kinds of op that were tried in the main phase. */
export function evidenceOf(plan: Plan, measured: Measured): KindEvidence[] {
  const kinds = [...new Set(measured.cells.map(({ f }) => f))];
  const judged = plan.cuts.map((cut, i) => ({ cut, i })).filter(({ cut }) => notJudged(cut) === undefined);
  return kinds.map((f) => {
    const cuts = judged.map(({ cut, i }) => ({ cut, groups: groupsOf(cut, measured.during[i], f, GRACE_LIMIT_MS) }));
    return kindEvidence(f, cuts);
  });
}

function groupsOf(cut: Cut, stretch: Stretch | undefined, f: string, graceMs: number): Group[] {
  const byNode = stretch?.get(f);
  const groups: Group[] = [];
  for (const nodes of cut.sides.groups) {
    let slices: Slices | undefined;
    for (const node of nodes) {
      const own = byNode?.get(node);
      if (own === undefined) continue;
      slices ??= new Slices(own.fromNs, own.toNs);
      slices.addAll(own);
    }
    const side = cut.sides.side.get(nodes[0] as NodeId) ?? "minority";
    if (slices !== undefined) groups.push({ side, service: serviceOf(slices, graceMs) });
  }
  return groups.filter(({ service }) => service.tried > 0);
}

interface JudgedCut {
  readonly cut: Cut;
  readonly groups: readonly Group[];
}

function kindEvidence(f: string, cuts: readonly JudgedCut[]): KindEvidence {
  const all = cuts.flatMap(({ groups }) => groups);
  const tried = (side: Side): number =>
    all.reduce((sum, group) => sum + (group.side === side ? group.service.tried : 0), 0);
  const labels = cuts.flatMap(({ cut }) => [...cut.sides.side.values()]);
  const refusal = refusalOf(cuts);
  return {
    f,
    everySideServed: everySideServed(cuts),
    majorityServed: majorityServed(cuts),
    minorityRefused: refusal.answer,
    hasMinority: labels.includes("minority"),
    hasMajority: labels.includes("majority"),
    majorityTried: Math.round(tried("majority")),
    minorityTried: Math.round(tried("minority")),
    refusedTried: Math.round(refusal.tried),
    refusedAnswered: Math.round(refusal.answered),
    failoverMs: longest(cuts.map(({ groups }) => bestServed(groups)?.service.servedFromMs ?? null)),
    refusedAfterMs: longest(
      all
        .filter(({ side }) => side === "minority")
        .map(({ service }) => (service.refused ? service.refusedFromMs : null)),
    ),
  };
}

const longest = (times: readonly (number | null)[]): number | null =>
  times.reduce((most, ms) => (ms === null ? most : Math.max(most ?? 0, ms)), null);

/** The majority group that was served soonest, if any was. (A symmetric cut has one; of a ring's nodes one is enough.) */
function bestServed(groups: readonly Group[]): Group | undefined {
  return groups
    .filter(({ side, service }) => side === "majority" && service.served)
    .sort((a, b) => (a.service.servedFromMs ?? 0) - (b.service.servedFromMs ?? 0))[0];
}

/** Was a group served to the end of the cut, after a grace? */
function servedIn(cut: Cut, { side, service }: Group): Answer {
  if (service.served) return "yes";
  if (service.tried < FEW || cut.disturbed) return "unknown";
  // The majority may still be failing over; but a minority that does not answer is not available, whatever it plans.
  return side === "majority" && toMs(cut.endNs - cut.beginNs) < GRACE_LIMIT_MS ? "unknown" : "no";
}

function everySideServed(cuts: readonly JudgedCut[]): Answer {
  let yes = false;
  const split = cuts.some(({ cut }) => [...cut.sides.side.values()].includes("minority"));
  for (const { cut, groups } of cuts) {
    const answers = groups.map((group) => servedIn(cut, group));
    if (answers.includes("no")) return "no";
    const whole = groups.length === cut.sides.groups.length && answers.every((answer) => answer === "yes");
    const tells = !split || [...cut.sides.side.values()].includes("minority");
    if (whole && tells && groups.every(({ service }) => service.servedTried >= FEWEST_TRIES)) yes = true;
  }
  return yes ? "yes" : "unknown";
}

function majorityServed(cuts: readonly JudgedCut[]): Answer {
  let tried = 0;
  for (const { cut, groups } of cuts) {
    const majority = groups.filter(({ side }) => side === "majority");
    const answers = majority.map((group) => servedIn(cut, group));
    if (answers.length > 0 && answers.every((answer) => answer === "no")) return "no";
    tried += bestServed(majority)?.service.servedTried ?? 0;
  }
  return tried >= FEWEST_TRIES ? "yes" : "unknown";
}

/**
 * Did the minority sides refuse? Pooled over the cuts: an answer that straggles in does not make a system available. In a
 * cut without any majority one group may be served (it may hold a quorum by the system's own rules, e.g. of shards).
 */
function refusalOf(cuts: readonly JudgedCut[]): { answer: Answer; tried: number; answered: number } {
  let tried = 0;
  let answered = 0;
  for (const { cut, groups } of cuts) {
    const minority = groups.filter(({ side }) => side === "minority");
    if (![...cut.sides.side.values()].includes("majority")) {
      minority.sort((a, b) => b.service.refusedAnswered - a.service.refusedAnswered).shift();
    }
    for (const { service } of minority) {
      const young = toMs(cut.endNs - cut.beginNs) < GRACE_LIMIT_MS;
      // Neither served to the end nor refused to the end: in a short cut it may just have been about to refuse.
      if (!service.refused && !service.served && young) continue;
      tried += service.refusedTried;
      answered += service.refusedAnswered;
    }
  }
  if (tried < FEWEST_TRIES) return { answer: "unknown", tried, answered };
  return { answer: answered <= REFUSED_SHARE * tried ? "yes" : "no", tried, answered };
}

/** Each cut for the results, with its recovery. */
export function cutReports(plan: Plan, measured: Measured): CutReport[] {
  const kinds = [...new Set(measured.cells.map(({ f }) => f))];
  return plan.cuts.map((cut, i) => {
    const groups = kinds
      .map((f) => groupsOf(cut, measured.during[i], f, GRACE_LIMIT_MS))
      .filter((list) => list.length > 0);
    const minority = groups.flatMap((list) => list.filter(({ side }) => side === "minority"));
    const serving = groups.filter((list) => list.some(({ side }) => side === "majority"));
    const why = notJudged(cut);
    const { shape, oneWay } = cut.window;
    return {
      fault: cut.fault,
      ...(shape === undefined ? {} : { shape }),
      ...(oneWay === undefined ? {} : { oneWay }),
      minority: [...cut.sides.side].filter(([, side]) => side === "minority").map(([node]) => node),
      beginMs: toMs(cut.beginNs),
      durationMs: toMs(cut.endNs - cut.beginNs),
      judged: why === undefined,
      ...(why === undefined ? {} : { why }),
      failoverMs: allOrNull(serving.map((list) => bestServed(list)?.service.servedFromMs ?? null)),
      refusedAfterMs: allOrNull(minority.map(({ service }) => (service.refused ? service.refusedFromMs : null))),
      recoveryMs: recoveryOf(cut, measured.recovery[i], kinds),
    };
  });
}

/** The longest of the times, or null where there is none or one is missing. */
function allOrNull(times: readonly (number | null)[]): number | null {
  return times.length === 0 || times.includes(null) ? null : longest(times);
}

function recoveryOf(cut: Cut, stretch: Stretch | undefined, kinds: readonly string[]): number | null {
  const groups = kinds.flatMap((f) => groupsOf(cut, stretch, f, Number.POSITIVE_INFINITY));
  return allOrNull(groups.map(({ service }) => (service.served ? service.servedFromMs : null)));
}

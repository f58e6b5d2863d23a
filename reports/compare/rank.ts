/**
 * The decision matrix. Every score is absolute, a function of that system's own figures: another system added to the
 * comparison changes nobody's score, and so never the order of those that were there.
 */
import { durationMs, percent } from "../format.js";
import {
  type ComparedSystem,
  CRITERIA,
  type Criterion,
  type Ranked,
  type Ranking,
  type Score,
  type Weights,
} from "./model.js";

export const EQUAL_WEIGHTS: Weights = { consistency: 1, availability: 1, latency: 1 };

/** What 0 … 1 means, in the words of the page and the README. */
export const SCORING: Readonly<Record<Criterion, string>> = {
  consistency:
    "1: every check of consistency passed and nothing was lost. 0.5: a check failed, but nothing acknowledged was lost " +
    "(0.4 to 0.8 where the level that held is known). At most 0.25: acknowledged writes were lost, less the share lost. 0: nothing proved.",
  availability:
    "the share of operations answered during the cuts, mean of the majority and the minority side: 1 answers everywhere, 0.5 is " +
    "the majority alone without an outage, 0 nobody. 0 where no cut was measured.",
  latency:
    "without a fault: the mean of 10 / (10 + p50) and 100 / (100 + p99), in ms: 1 at once, 0.5 at a p50 of 10 ms and a p99 of 100 ms. " +
    "0 where nothing was measured.",
};

/** Levels below linearizable by what they still promise; the first that a system's words contain counts. */
const LEVELS: readonly (readonly [name: string, score: number])[] = [
  ["sequential", 0.8],
  ["causal", 0.7],
  ["pram", 0.6],
  ["session", 0.6],
  ["monotonic", 0.55],
  ["your writes", 0.55],
  ["eventual", 0.4],
  ["none", 0.4],
];

/** A system that lost data scores at most this, and one that is known not to have lost any scores more. */
const MOST_WITH_LOSS = 0.25;

function consistencyScore(system: ComparedSystem): Score {
  const { consistent, lost, lostFraction, consistency } = system;
  if (lost !== null && lost > 0) {
    const kept = 1 - (lostFraction ?? 1);
    return {
      score: round(MOST_WITH_LOSS * kept),
      reason: `lost ${percent(lostFraction ?? 1)} of what it acknowledged`,
    };
  }
  if (consistent === true) return { score: 1, reason: `${consistency}, nothing lost` };
  if (consistent === "unknown") return { score: 0, reason: "nothing was proved of its consistency" };
  if (lost === null) return { score: MOST_WITH_LOSS, reason: `${consistency}; losses not known` };
  const held = consistency.split("; ")[1] ?? "";
  const level = LEVELS.find(([name]) => held.includes(name))?.[1] ?? 0.5;
  return { score: level, reason: `${consistency}, though nothing was lost` };
}

function availabilityScore({ majorityYield, minorityYield }: ComparedSystem): Score {
  const sides = [majorityYield, minorityYield].filter((share): share is number => share !== null);
  if (sides.length === 0) return { score: 0, reason: "no cut was measured" };
  const words = [
    majorityYield === null ? "" : `the majority side answered ${percent(majorityYield)}`,
    minorityYield === null ? "" : `the minority side ${percent(minorityYield)}`,
  ];
  return {
    score: round(sides.reduce((sum, share) => sum + share, 0) / sides.length),
    reason: words.filter((word) => word !== "").join(", "),
  };
}

function latencyScore({ p50Ms, p99Ms }: ComparedSystem): Score {
  if (p50Ms === null || p99Ms === null) return { score: 0, reason: "no latency was measured" };
  const score = (10 / (10 + p50Ms) + 100 / (100 + p99Ms)) / 2;
  return { score: round(score), reason: `p50 ${durationMs(p50Ms)}, p99 ${durationMs(p99Ms)} without a fault` };
}

const SCORE_OF: Readonly<Record<Criterion, (system: ComparedSystem) => Score>> = {
  consistency: consistencyScore,
  availability: availabilityScore,
  latency: latencyScore,
};

/** Ranks the systems that were run. Equal scores go to the more consistent one, then by name. */
export function rank(systems: readonly ComparedSystem[], weights: Weights): Ranking {
  const scored = systems
    .filter(({ runs }) => runs.length > 0)
    .map((system) => ({
      system: system.system,
      consistency: SCORE_OF.consistency(system),
      availability: SCORE_OF.availability(system),
      latency: SCORE_OF.latency(system),
    }));
  const order = inOrder(scored, weights);
  const best = Math.max(0, ...scored.map(({ consistency }) => consistency.score));
  return {
    weights,
    order,
    mostConsistent:
      best <= MOST_WITH_LOSS
        ? []
        : scored.filter(({ consistency }) => consistency.score === best).map(({ system }) => system),
  };
}

type Scored = Omit<Ranked, "place" | "score">;

/** The order by weights; the page calls it again when a weight is moved. */
export function inOrder(scored: readonly Scored[], weights: Weights): readonly Ranked[] {
  const total = CRITERIA.reduce((sum, name) => sum + weights[name], 0);
  const weighted = scored.map((each) => {
    const points = CRITERIA.reduce((sum, name) => sum + weights[name] * each[name].score, 0);
    return { ...each, score: total === 0 ? 0 : round(points / total) };
  });
  return weighted
    .sort((a, b) => b.score - a.score || b.consistency.score - a.consistency.score || (a.system < b.system ? -1 : 1))
    .map((each, i) => ({ ...each, place: i + 1 }));
}

const round = (score: number): number => Math.round(score * 1000) / 1000;

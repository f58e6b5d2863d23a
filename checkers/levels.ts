/**
 * How consistent was a register that is not linearizable? Names the strongest level that still holds, and counts the reads that
 * broke a session guarantee. Informative: its verdict is always true, since what a run must keep is for other checkers to say.
 */
import type { CheckContext, Valid, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { columnar } from "../src/history/index.js";
import type { ConcludingChecker } from "./compose.js";
import { type Causality, causalityOf } from "./levels/causal.js";
import { convergenceOf } from "./levels/eventual.js";
import { rowsOf } from "./levels/rows.js";
import { isSequential } from "./levels/sequential.js";
import { type Breaches, breachesOf, GUARANTEES, type Guarantee } from "./levels/sessions.js";
import { breachText, patternText, witnessOfRows } from "./levels/words.js";
import { scanCells } from "./linearizable/cell-scan.js";
import { cellsOf } from "./linearizable/cells.js";
import { counted } from "./numbers.js";

/** Strongest first. "session": all four session guarantees. */
export const LEVELS = ["linearizable", "sequential", "causal", "session", "eventual"] as const;
export type LevelName = (typeof LEVELS)[number];

/** A session guarantee: false with how many reads broke it, and the first of them. */
export interface GuaranteeVerdict {
  readonly valid: Valid;
  readonly violations: number;
  readonly witness?: Witness;
}

export interface LevelsVerdict extends Verdict {
  /** The strongest level that holds for certain; "none": not even the session guarantees hold; "unknown": nobody can tell. */
  readonly level: LevelName | "none" | "unknown";
  readonly levels: Readonly<Record<LevelName, Valid>>;
  readonly sessions: Readonly<Record<Guarantee, GuaranteeVerdict>>;
  /** Why causal consistency does not hold. */
  readonly causalWitness?: Witness;
}

export interface LevelsOptions {
  /** The value before the first write. Default null. */
  readonly initial?: unknown;
  /** See `LinearizableOptions`. */
  readonly nilReads?: "observed" | "any";
}

/**
 * The levels checker, for registers with unique values. It takes "linearizable" from the checker of that name, and looks for
 * weaker levels only where that one did not find the history linearizable: in most runs there is nothing to do.
 */
export function levelsChecker(options: LevelsOptions = {}): ConcludingChecker {
  const asked = new WeakMap<Verdict, { readonly history: History; readonly context: CheckContext }>();
  return {
    name: "levels",
    holds: () => true,
    check: (history, context) => {
      const own = verdictOf(UNDECIDED, undefined, "nothing was looked at yet");
      asked.set(own, { history, context });
      return own;
    },
    conclude: (own, verdicts) => {
      const { history, context } = asked.get(own) ?? {};
      const linearizable = verdicts["linearizable"]?.valid;
      if (linearizable === true) return LINEARIZABLE;
      // What `check` gave was replaced: it was stopped, or failed.
      if (history === undefined) return own;
      const found = checkLevels(history, context, options);
      return linearizable === undefined ? found : concludeLevels(found, linearizable);
    },
  };
}

/**
 * The levels of a history of registers. Causal: causal consistency with convergence (Bouajjani et al. 2017); session: the four
 * guarantees of Terry et al. 1994; see `levels/` for each. Compare-and-sets that failed are not looked at below linearizable.
 * Near-linear where the history is linearizable; else O(ops x sessions), and "unknown" where that is too much.
 */
export function checkLevels(history: History, context: CheckContext = {}, options: LevelsOptions = {}): LevelsVerdict {
  const columns = columnar(history);
  const scan = scanCells(columns, options);
  if (scan?.undecided.size === 0) {
    const proved = scan.observes ? true : "unknown";
    return verdictOf({ linearizable: proved, sequential: proved, causal: proved, session: proved, eventual: proved });
  }
  const rows = rowsOf(cellsOf(columns, options, "register"));
  if (rows === undefined)
    return verdictOf(UNDECIDED, undefined, "a value is written twice, so reads do not name their writes");
  const eventual = convergenceOf(rows, context).valid;
  const causality = causalityOf(rows);
  if (causality === undefined) return verdictOf({ ...UNDECIDED, eventual }, undefined, "too many sessions to compare");
  const causal = causality.violation === undefined;
  const breaches = breachesOf(rows, causality);
  const kept = GUARANTEES.every((name) => breaches[name].violations === 0);
  const found = {
    linearizable: "unknown" as const,
    sequential: causal ? isSequential(rows) : false,
    causal,
    // A value from nowhere keeps no promise at all.
    session: kept && causality.pattern !== "thin-air",
    eventual,
  };
  const sessions = Object.fromEntries(
    GUARANTEES.map((name) => {
      const { violations, first } = breaches[name] as Breaches;
      const witness = first === undefined ? {} : { witness: witnessOfRows(rows, first, breachText(rows, name, first)) };
      return [name, { valid: violations === 0, violations, ...witness }];
    }),
  ) as Record<Guarantee, GuaranteeVerdict>;
  return { ...verdictOf(found, sessions), ...causalWitness(rows, causality) };
}

function causalWitness(
  rows: Parameters<typeof patternText>[0],
  { violation, pattern }: Causality,
): { causalWitness?: Witness } {
  if (violation === undefined || pattern === undefined) return {};
  return { causalWitness: witnessOfRows(rows, violation, patternText(rows, pattern, violation)) };
}

/** The same with linearizability as another checker judged it. */
export function concludeLevels(own: LevelsVerdict, linearizable: Valid): LevelsVerdict {
  const { levels, sessions } = own;
  if (linearizable === true) return LINEARIZABLE;
  if (levels.linearizable === linearizable) return own;
  const { causalWitness } = own;
  return {
    ...verdictOf({ ...levels, linearizable }, sessions),
    ...(causalWitness === undefined ? {} : { causalWitness }),
  };
}

const UNDECIDED = {
  linearizable: "unknown",
  sequential: "unknown",
  causal: "unknown",
  session: "unknown",
  eventual: "unknown",
} as const;

const LINEARIZABLE = verdictOf({ linearizable: true, sequential: true, causal: true, session: true, eventual: true });

function verdictOf(
  levels: Readonly<Record<LevelName, Valid>>,
  sessions?: LevelsVerdict["sessions"],
  reason?: string,
): LevelsVerdict {
  const level = LEVELS.find((name) => levels[name] === true) ?? (levels.session === false ? "none" : "unknown");
  const each = (): GuaranteeVerdict => ({ valid: levels.session, violations: 0 });
  const all = sessions ?? {
    readYourWrites: each(),
    monotonicReads: each(),
    monotonicWrites: each(),
    writesFollowReads: each(),
  };
  return { valid: true, summary: summaryOf(level, levels, all, reason), level, levels, sessions: all };
}

const WORDS: Readonly<Record<Guarantee, string>> = {
  readYourWrites: "read your writes",
  monotonicReads: "monotonic reads",
  monotonicWrites: "monotonic writes",
  writesFollowReads: "writes follow reads",
};

function summaryOf(
  level: LevelsVerdict["level"],
  levels: Readonly<Record<LevelName, Valid>>,
  sessions: LevelsVerdict["sessions"],
  reason: string | undefined,
): string {
  if (level === "linearizable") return "linearizable, so every weaker level holds";
  const because = reason === undefined ? "" : ` (${reason})`;
  if (level === "unknown") return `no level could be decided${because}`;
  const name = level === "session" ? "the session guarantees" : level;
  const head = level === "none" ? "no consistency level holds" : `the strongest level that holds is ${name}`;
  const open = LEVELS.filter((one) => levels[one] === "unknown");
  const undecided = open.length === 0 ? "" : `; undecided: ${open.join(", ")}`;
  const broken = GUARANTEES.filter((one) => sessions[one].violations > 0).map(
    (one) => `${WORDS[one]} broken by ${counted(sessions[one].violations, "read")}`,
  );
  return `${head}${undecided}${broken.length === 0 ? "" : `; ${broken.join(", ")}`}${because}`;
}

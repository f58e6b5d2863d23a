/** Judges a history: splits it by key, decides each key by the quickest method that can, and explains what it found. */
import { type Checker, type Valid, type Witness, worstOf } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import { type ColumnarHistory, columnar, NONE } from "../../src/history/index.js";
import { MAYBE, type Part } from "./calls.js";
import { familyOf, modelNameOf } from "./families.js";
import type { Family, PartProblem, Screening, Violation } from "./family.js";
import { type Outcome, search } from "./search.js";
import {
  DEFAULT_BUDGET_STEPS,
  type LinearizableOptions,
  type LinearizableVerdict,
  type Method,
  type Prefix,
} from "./types.js";
import { Shrinker, witnessOf } from "./witness.js";
import { at, keyPrefix, show } from "./words.js";

/** At most so many invalid keys are told, and so many witnesses. */
const KEYS_TOLD = 100;
const WITNESSES_TOLD = 3;

/** Larger witnesses of near-linear methods are left as they are. */
const MOST_CALLS_LESSENED = 40;

/** So many of the possible states are told. */
const STATES_TOLD = 4;

/** So many steps may be spent on the words for a violation. */
const WORDS_STEPS = 100_000;

/** The one type of anomaly there is here, for reports that count them by type. */
const NONLINEARIZABLE = "nonlinearizable";

/** What became of one part: plain data, so that it can come from another thread. */
export interface PartResult {
  readonly valid: Valid;
  readonly method: Method;
  readonly steps: number;
  /** Why it is unknown. */
  readonly reason?: string;
  readonly witness?: Witness;
  readonly prefix?: Prefix;
}

interface PartVerdict extends PartResult {
  readonly part: Part;
}

/**
 * Is the history linearizable (Herlihy & Wing 1990)? Each key is judged alone: that is enough, for linearizability is local.
 * @throws UsageError where the history does not fit the model.
 */
export function checkLinearizable(history: History, options: LinearizableOptions = {}): LinearizableVerdict {
  return new LinearizableCheck(history, options).conclude();
}

/**
 * A check in steps, so that the searches can run on other threads: `toSearch` tells which parts need one, `search` does one
 * (in any thread that read the same history with the same options), `conclude` takes what they found.
 */
export class LinearizableCheck {
  private readonly columns: ColumnarHistory;
  private readonly family: Family;
  private readonly model: string;
  private readonly screening: Screening | undefined;

  constructor(
    history: History,
    private readonly options: LinearizableOptions,
  ) {
    this.columns = columnar(history);
    const model = options.model ?? modelNameOf(this.columns);
    this.family = familyOf(this.columns, model, options);
    this.model = typeof model === "string" ? model : model.name;
    this.screening = options.method === "search" ? undefined : this.family.screen?.();
  }

  /** The parts that the near-linear method cannot decide, by number. */
  toSearch(): number[] {
    const { family, options } = this;
    const numbers: number[] = [];
    if (options.method === "fast" || this.screening?.undecided.size === 0) return numbers;
    for (const [number, part] of family.parts.entries()) {
      if (this.screened(part)) continue;
      if (options.method === "search" || family.fast(part) === "no") numbers.push(number);
    }
    return numbers;
  }

  /** Searches parts one after the other, as `conclude` would with a budget that no other part uses. */
  *search(numbers: readonly number[]): Generator<readonly [number: number, result: PartResult]> {
    let budget = this.options.budgetSteps ?? DEFAULT_BUDGET_STEPS;
    for (const number of numbers) {
      const { part, ...result } = judgePart(this.family, this.family.parts[number] as Part, this.options, budget, true);
      budget -= result.steps;
      yield [number, result];
    }
  }

  /**
   * The verdict. `found`: what searches elsewhere found. Each had at least the budget that is left for it here; where it used
   * more, it is searched again, so that the verdict is the same with and without them.
   */
  conclude(found: ReadonlyMap<number, PartResult> = new Map()): LinearizableVerdict {
    const { family, options, screening } = this;
    let budget = options.budgetSteps ?? DEFAULT_BUDGET_STEPS;
    const verdicts: PartVerdict[] = [];
    let witnesses = 0;
    if (screening?.undecided.size !== 0) {
      for (const [number, part] of family.parts.entries()) {
        if (this.screened(part)) {
          verdicts.push({ part, valid: true, method: "fast", steps: 0 });
          continue;
        }
        const explain = witnesses < WITNESSES_TOLD;
        const known = found.get(number);
        const verdict =
          known !== undefined && known.steps <= budget
            ? { ...known, part }
            : judgePart(family, part, options, budget, explain);
        budget -= verdict.steps;
        if (verdict.valid === false) witnesses++;
        verdicts.push(explain ? verdict : withoutWitness(verdict));
      }
    }
    return summarize(this.columns, family, this.model, verdicts, options, screening);
  }

  private screened(part: Part): boolean {
    return this.screening?.undecided.has(part.key) === false;
  }
}

function withoutWitness({ witness: _, ...verdict }: PartVerdict): PartVerdict {
  return verdict;
}

/** The checker of run and ci: a history in which nothing was observed proves nothing, so it is "unknown" by default. */
export function linearizableChecker(options: LinearizableOptions = {}): Checker {
  return {
    name: "linearizable",
    check: (history, context) =>
      checkLinearizable(history, {
        vacuous: "unknown",
        ...options,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      }),
  };
}

function judgePart(
  family: Family,
  part: Part,
  options: LinearizableOptions,
  budget: number,
  explain: boolean,
): PartVerdict {
  const method = options.method ?? "auto";
  if (method !== "search") {
    const outcome = family.fast(part);
    if (outcome === "valid") return { part, valid: true, method: "fast", steps: 0 };
    if (outcome !== "no") {
      const verdict = { part, valid: false, method: "fast" as const, steps: 0 };
      if (!explain) return verdict;
      const told = outcome.text === undefined ? family.fromNowhere?.(part) : withoutLooks(family, part, outcome);
      const witness =
        told === undefined ? smallestWitness(family, partOf(part, outcome.calls)) : toldWitness(family, part, told);
      return { ...verdict, witness };
    }
    if (method === "fast") {
      const reason = "the near-linear method of this model does not apply";
      return { part, valid: "unknown", method: "fast", steps: 0, reason };
    }
  }
  const partProblem = family.problem(part);
  const outcome = search(partProblem.problem, Math.max(0, budget), options.signal);
  const verdict = { part, valid: outcome.valid, method: "search" as const, steps: outcome.steps };
  if (outcome.valid === true) return verdict;
  const prefix = prefixOf(family, part, partProblem, outcome);
  if (outcome.valid === "unknown") {
    const near = family.callText(partProblem.calls[outcome.blocked] as number);
    const reason = `${outcome.stopped}, with ${outcome.placed} of ${outcome.total} ops in order, near ${near}`;
    return { ...verdict, reason, prefix };
  }
  if (!explain) return { ...verdict, prefix };
  return { ...verdict, prefix, witness: searchWitness(family, part, partProblem, outcome) };
}

/** Some calls of a part. */
function partOf(part: Part, calls: readonly number[]): Part {
  return { key: part.key, calls: Int32Array.from(calls).sort() };
}

function toldWitness(family: Family, part: Part, { text, calls, failed }: Violation): Witness {
  return witnessOf(family.calls, calls, keyPrefix(family.calls, part.key) + (text?.() ?? ""), failed?.());
}

/** A violation among fewer of the calls that show one: the first one met need not be the smallest. */
function withoutLooks(family: Family, part: Part, found: Violation): Violation {
  if (found.ofWhole === true || found.calls.length > MOST_CALLS_LESSENED) return found;
  const whole = partOf(part, found.calls);
  const single = Array.from(family.removable(whole), (call) => [call]);
  for (const out of [...single, ...(family.together?.(whole) ?? [])]) {
    const less = family.fast({ key: part.key, calls: whole.calls.filter((call) => !out.includes(call)) });
    if (typeof less === "object" && less.text !== undefined && less.ofWhole !== true)
      return withoutLooks(family, part, less);
  }
  return found;
}

function searchWitness(family: Family, part: Part, partProblem: PartProblem, outcome: Outcome): Witness {
  const told = family.fromNowhere?.(part);
  if (told !== undefined) return toldWitness(family, part, told);
  return smallestWitness(family, part, partProblem.problem.ret[outcome.blocked] as number);
}

function smallestWitness(family: Family, part: Part, bound = Number.POSITIVE_INFINITY): Witness {
  const smallest = new Shrinker(family).shrink(part, bound);
  // Small as it is, the near-linear method may apply now, and it has better words.
  const simple = family.fast(smallest);
  const told = typeof simple === "object" && simple.ofWhole !== true ? simple.text?.() : undefined;
  const text = told ?? blockedText(family, smallest);
  return witnessOf(family.calls, smallest.calls, keyPrefix(family.calls, part.key) + text);
}

function blockedText(family: Family, part: Part): string {
  const { calls, problem, stateText } = family.problem(part, true);
  const outcome = search(problem, WORDS_STEPS);
  if (outcome.valid !== false) return blockedAnyhow(family, part);
  const states = [...new Set(outcome.states.map(stateText))];
  const more = states.length > STATES_TOLD ? ", …" : "";
  const possible = states.length > 1 ? `one of ${states.slice(0, STATES_TOLD).join(", ")}${more}` : states.join("");
  return `${begun(family, calls[outcome.blocked] as number)}, but whatever the order of the ops before and beside it, the state there is ${possible}`;
}

/** Words for a part that is a violation, but too tangled for a search that keeps all states apart. */
function blockedAnyhow(family: Family, part: Part): string {
  const { calls, problem } = family.problem(part);
  const { blocked } = search(problem, WORDS_STEPS);
  return `${begun(family, calls[blocked] as number)}, and no order of the ops before and beside it allows that`;
}

function begun(family: Family, call: number): string {
  // Crashed calls need no place, but for those whose effect was seen.
  if (family.calls.status[call] === MAYBE)
    return `${family.callText(call)}, which must have happened, for what it did was seen`;
  const time = at(family.calls, family.calls.inv[call] as number).replace(" at", ", begun at");
  return `${family.callText(call)}${time}`;
}

function prefixOf(family: Family, part: Part, { calls, stateText }: PartProblem, outcome: Outcome): Prefix {
  const { ops } = witnessOf(family.calls, [calls[outcome.blocked] as number], "");
  return {
    ...(part.key === NONE ? {} : { key: family.calls.history.key(part.key) }),
    linearized: outcome.placed,
    total: outcome.total,
    op: ops,
    states: [...new Set(outcome.states.map(stateText))],
  };
}

function overviewOf({ calls, parts, observes }: Family): Omit<Screening, "undecided"> {
  // A set of one key may be judged element by element: keys are counted, not parts.
  const keys = new Set(parts.map(({ key }) => key)).size;
  const keyed = keys > 1 || (parts[0]?.key ?? NONE) !== NONE;
  return { ops: calls.count, keys, keyed, observes };
}

function summarize(
  history: ColumnarHistory,
  family: Family,
  model: string,
  verdicts: readonly PartVerdict[],
  options: LinearizableOptions,
  screening?: Screening,
): LinearizableVerdict {
  const { ops, keys, keyed, observes } = screening ?? overviewOf(family);
  const invalid = verdicts.filter(({ valid }) => valid === false);
  const unknown = verdicts.filter(({ valid }) => valid === "unknown");
  const found = worstOf(verdicts.map(({ valid }) => valid));
  const nothing = found === true && !observes && options.vacuous === "unknown";
  const witnesses = invalid.flatMap(({ witness }) => (witness === undefined ? [] : [witness]));
  const smallest = witnesses.toSorted((a, b) => a.ops.length - b.ops.length)[0];
  const prefix = (invalid.find((v) => v.prefix !== undefined) ?? unknown.find((v) => v.prefix !== undefined))?.prefix;
  const methods = new Set(verdicts.map(({ method }) => method));
  const invalidKeys = [...new Set(invalid.map(({ part }) => part.key))].filter((key) => key !== NONE);
  return {
    valid: nothing ? "unknown" : found,
    summary: nothing
      ? `nothing was proved: ${ops === 0 ? "no op of this model was answered" : "nothing was read or otherwise observed"}`
      : summaryText(model, family, { ops, keys, keyed }, invalid, unknown, smallest),
    model,
    method: methods.size > 1 ? "mixed" : (verdicts[0]?.method ?? "fast"),
    keys: { checked: keys, invalid: keysOf(invalid), unknown: keysOf(unknown) },
    ...(invalidKeys.length === 0
      ? {}
      : { invalidKeys: invalidKeys.slice(0, KEYS_TOLD).map((key) => history.key(key)) }),
    ops,
    steps: verdicts.reduce((sum, { steps }) => sum + steps, 0),
    ...(smallest === undefined
      ? {}
      : { witness: smallest, witnesses: witnesses.toSorted((a, b) => a.ops.length - b.ops.length) }),
    ...(prefix === undefined ? {} : { prefix }),
    anomalyTypes: found === false ? [NONLINEARIZABLE] : [],
  };
}

/** How many keys the parts belong to. */
function keysOf(verdicts: readonly PartVerdict[]): number {
  return new Set(verdicts.map(({ part }) => part.key)).size;
}

function summaryText(
  model: string,
  family: Family,
  { ops, keys, keyed }: Pick<Screening, "ops" | "keys" | "keyed">,
  invalid: readonly PartVerdict[],
  unknown: readonly PartVerdict[],
  witness: Witness | undefined,
): string {
  if (invalid.length > 0) {
    const share = keyed ? ` (${keysOf(invalid)} of ${keys} key${keys === 1 ? "" : "s"})` : "";
    return `not linearizable as a ${model}${share}: ${witness?.text ?? ""}`;
  }
  const first = unknown[0];
  if (first !== undefined) {
    const share = keyed ? `${keysOf(unknown)} of ${keys} keys, the first is ${keyName(family, first)}: ` : "";
    return `undecided: ${share}${first.reason}`;
  }
  const over = keyed ? ` over ${keys} key${keys === 1 ? "" : "s"}` : "";
  return `${ops} ops${over} are linearizable as a ${model}`;
}

function keyName(family: Family, { part }: PartVerdict): string {
  return part.key === NONE ? "none" : show(family.calls.history.key(part.key));
}

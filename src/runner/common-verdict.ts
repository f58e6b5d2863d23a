/** The fields that `check --json` prints whatever judged the history: a model's checker, or all of a workload's. */
import type { Valid, Verdict, Witness } from "../core/checker.js";

export interface CommonVerdict extends Verdict {
  readonly valid: Valid;
  readonly model: string;
  /**
   * What was found: Elle's names for transactions, "nonlinearizable", or, of a workload's other checkers, their names
   * ("lost-writes").
   */
  readonly anomalyTypes: readonly string[];
  /** The weakest consistency models ruled out, as Elle's :not, and what follows from that, its :also-not. */
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
  readonly witnesses: readonly Witness[];
}

type Judged = Verdict & { readonly model: string; readonly checkers?: Readonly<Record<string, Verdict>> };

/** A verdict with all the fields; what a checker did not say is empty. */
export function commonVerdict(judged: Judged): CommonVerdict {
  const said = Object.entries(judged.checkers ?? {}).filter(([, { valid }]) => valid === false);
  const words = (verdict: Verdict, field: string): readonly string[] | undefined =>
    (verdict as unknown as Record<string, readonly string[] | undefined>)[field];
  const joined = (field: string, otherwise: (name: string) => readonly string[] = () => []): readonly string[] => {
    const own = words(judged, field);
    return own ?? [...new Set(said.flatMap(([name, verdict]) => words(verdict, field) ?? otherwise(name)))];
  };
  return {
    ...judged,
    anomalyTypes: joined("anomalyTypes", (name) => [name]),
    not: joined("not"),
    alsoNot: joined("alsoNot"),
    witnesses: judged.witnesses ?? said.flatMap(([, { witnesses }]) => witnesses ?? []),
  };
}

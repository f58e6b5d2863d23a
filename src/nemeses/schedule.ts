/** The schedule most faults share: begin, wait, end, wait, for ever. */
import type { Generator } from "../core/generator.js";
import type { Rng } from "../core/rng.js";
import { nemesis, spaced, unfold } from "../generators/index.js";

/** Alternates between the two ops, `intervalMs` apart; `value(random)` makes the begin op's value. */
export function beginAndEnd(
  name: string,
  begin: string,
  end: string,
  intervalMs: number,
  value: (random: Rng) => unknown,
): Generator {
  const ops = unfold(false, (active, random) =>
    active ? [{ f: end, value: null }, false] : [{ f: begin, value: value(random) }, true],
  );
  return nemesis(spaced(intervalMs, ops, ({ op }) => op.f === begin || op.f === end, `spaced-${name}`));
}

/** The schedule most faults share: begin, wait, end, wait, for ever. */
import type { Generator } from "../core/generator.js";
import type { Rng } from "../core/rng.js";
import { nemesis, spaced, unfold } from "../generators/index.js";

/** Alternates between the two ops, `intervalMs` apart; `value(random, nth)` makes the nth begin op's value (from 0). */
export function beginAndEnd(
  name: string,
  begin: string,
  end: string,
  intervalMs: number,
  value: (random: Rng, nth: number) => unknown,
): Generator {
  const ops = unfold(0, (made, random) =>
    made % 2 === 1 ? [{ f: end, value: null }, made + 1] : [{ f: begin, value: value(random, made / 2) }, made + 1],
  );
  return nemesis(spaced(intervalMs, ops, ({ op }) => op.f === begin || op.f === end, `spaced-${name}`));
}

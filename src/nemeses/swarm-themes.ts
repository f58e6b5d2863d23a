/**
 * Themes of a swarm: faults that must meet within a moment to show what none of them shows alone, and that hardly ever meet
 * where each keeps its own slow schedule. Every fault of a theme is an ordinary one.
 */
import { rng } from "../core/rng.js";
import type { Paces } from "./swarm-families.js";

export interface Theme {
  readonly name: string;
  readonly parts: readonly {
    readonly family: string;
    readonly kinds: readonly string[];
    readonly paces: readonly Paces[];
  }[];
}

/** One run in so many has a theme. */
const RUNS = 4;

/** A leader whose clock was just set back is cut off: it counts on promises that are over by every other clock. */
const WRONG_CLOCKS: Theme = {
  name: "wrong-clocks",
  parts: [
    { family: "clock", kinds: ["jump"], paces: [{ lasts: [[3, 10]], rests: [[1, 1]] }] },
    { family: "partition", kinds: ["primaries"], paces: [{ lasts: [[3, 10]], rests: [[1, 1]] }] },
  ],
};

/**
 * The cut moves from each leader to the next: the former one is back, with what it had written alone, in the moment in which
 * its successor goes. Figure 8 of the Raft paper (Ongaro and Ousterhout 2014), again and again.
 */
const MOVING_CUT: Theme = {
  name: "moving-cut",
  parts: [
    {
      family: "partition",
      kinds: ["primaries"],
      paces: [
        {
          lasts: [
            [1, 20],
            [3, 40],
            [1, 10],
          ],
          rests: [
            [1, 1],
            [2, 1],
          ],
          rhythm: { moves: 4 },
        },
      ],
    },
  ],
};

/**
 * Candidates that do not hear of each other ask the same nodes for their votes, and those restart all the time. A burst is
 * longer than several elections, and the rest before it long enough for one: without work there is nothing to lose.
 */
const FORGETFUL_VOTERS: Theme = {
  name: "forgetful-voters",
  parts: [
    {
      family: "kill",
      kinds: ["one"],
      paces: [{ lasts: [[1, 1000]], rests: [[12, 1]], rhythm: { burst: { faults: 24, restMs: 2_000 } } }],
    },
    { family: "partition", kinds: ["bridge", "majorities-ring"], paces: [{ lasts: [[1, 5]], rests: [[1, 2]] }] },
  ],
};

/** The last one needs the most luck, so it comes twice as often. */
const THEMES: readonly Theme[] = [WRONG_CLOCKS, MOVING_CUT, FORGETFUL_VOTERS, FORGETFUL_VOTERS];

/** Drawn from the seed alone, and apart from all other draws: a run without a theme does not change with the themes. */
export function themeOf(seed: number): Theme | undefined {
  const random = rng(seed, "swarm-theme");
  return random.chance(1, RUNS) ? random.pick(THEMES) : undefined;
}

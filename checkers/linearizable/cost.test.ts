/**
 * What verdicts cost, in numbers that are the same on every machine: how many random histories the near-linear method leaves
 * to the search, how many steps that takes, and how many ops witnesses have. Each number is a bound, and as low as it is now.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { checkLinearizable, type LinearizableOptions } from "./index.js";
import { histories, type Shape, type Simulated, simulatedRegister } from "./testing/histories.js";
import { bag, type Case, counter, list, multiRegister, mutex, set } from "./testing/simulated.js";

/**
 * Over some histories: how many of them the near-linear method does not decide, the steps of the search, the ops of the
 * witnesses, and the ops of the search's own witnesses.
 */
type Costs = [left: number, steps: number, witnessOps: number, searchedOps: number];

/** Of small histories, of small ones full of lies, and of large ones. */
const BOUNDS: Readonly<Record<string, readonly [Costs, Costs, Costs]>> = {
  "register of unique values": [
    [0, 97, 62, 60],
    [0, 109, 102, 98],
    [0, 138, 22, 24],
  ],
  "register of few values": [
    [38, 100, 51, 50],
    [40, 120, 102, 100],
    [14, 143, 38, 38],
  ],
  "register without cas": [
    [47, 170, 29, 28],
    [47, 197, 51, 50],
    [14, 223, 18, 18],
  ],
  "register of unique values, many crashes": [
    [0, 79, 50, 48],
    [0, 86, 70, 68],
    [0, 114, 18, 18],
  ],
  "register of few values, many crashes": [
    [40, 81, 41, 40],
    [41, 98, 76, 74],
    [14, 194, 16, 16],
  ],
  "register with many compare-and-sets that fail": [
    [1, 56, 64, 78],
    [0, 55, 114, 130],
    [0, 106, 18, 18],
  ],
  "register with many compare-and-sets that fail, and crashes": [
    [0, 104, 50, 52],
    [0, 106, 87, 93],
    [0, 186, 20, 22],
  ],
  mutex: [
    [0, 881, 0, 0],
    [0, 969, 0, 0],
    [0, 500, 0, 0],
  ],
  "mutex with tokens": [
    [0, 1021, 0, 0],
    [0, 1151, 22, 23],
    [0, 1573, 16, 20],
  ],
  "mutex of rude clients": [
    [65, 1801, 190, 191],
    [65, 1759, 243, 244],
    [14, 614, 286, 286],
  ],
  "queue of unique values": [
    [0, 5176, 13, 12],
    [0, 6199, 49, 46],
    [0, 46987, 36, 64],
  ],
  "queue of few values": [
    [56, 4006, 18, 18],
    [56, 5962, 44, 44],
    [14, 59024, 8, 8],
  ],
  "queue, many crashes": [
    [0, 6699, 8, 8],
    [0, 6553, 18, 18],
    [0, 66243, 20, 20],
  ],
  "stack of unique values": [
    [1, 3162, 13, 12],
    [0, 4703, 43, 41],
    [1, 34778, 38, 46],
  ],
  "stack of few values": [
    [56, 3454, 24, 24],
    [56, 4512, 36, 36],
    [14, 36408, 8, 8],
  ],
  "stack, many crashes": [
    [0, 2757, 8, 8],
    [0, 2754, 24, 25],
    [1, 18383, 28, 28],
  ],
  "counter by one": [
    [0, 1563, 78, 68],
    [0, 1626, 150, 128],
    [0, 1969, 50, 64],
  ],
  "counter up and down": [
    [53, 1870, 90, 90],
    [53, 1993, 154, 152],
    [14, 2002, 58, 58],
  ],
  "counter that tells": [
    [55, 1589, 132, 128],
    [57, 1291, 223, 219],
    [14, 2047, 86, 86],
  ],
  "set of unique elements": [
    [12, 743, 14, 14],
    [11, 842, 40, 40],
    [8, 1262, 14, 14],
  ],
  "set of few elements": [
    [56, 1157, 30, 30],
    [57, 1297, 46, 46],
    [14, 1742, 42, 42],
  ],
  "set that tells": [
    [63, 1283, 26, 26],
    [63, 1292, 64, 64],
    [14, 1406, 30, 30],
  ],
  "set that only grows": [
    [0, 2132, 36, 40],
    [0, 2207, 90, 106],
    [0, 4182, 14, 14],
  ],
  "list of unique elements": [
    [0, 5367, 34, 44],
    [0, 5214, 63, 81],
    [0, 14426, 18, 40],
  ],
  "list of few elements": [
    [53, 2393, 46, 46],
    [53, 2373, 88, 88],
    [14, 7840, 14, 14],
  ],
  "queue from two": [
    [0, 6214, 29, 36],
    [0, 7355, 69, 73],
    [0, 62499, 24, 34],
  ],
  "stack from two": [
    [1, 4082, 18, 18],
    [2, 4125, 48, 47],
    [1, 29411, 20, 18],
  ],
  "set from two": [
    [20, 1077, 2, 2],
    [19, 1202, 22, 22],
    [9, 1808, 14, 14],
  ],
  "set that only grows, from two": [
    [12, 1740, 46, 42],
    [10, 1751, 80, 82],
    [0, 1121, 20, 32],
  ],
  "list from two": [
    [0, 5814, 50, 64],
    [0, 5563, 76, 106],
    [0, 15246, 18, 40],
  ],
  "multi-register": [
    [70, 2728, 56, 56],
    [70, 2561, 118, 118],
    [14, 6359, 100, 100],
  ],
  "multi-register, one key an op": [
    [70, 1036, 22, 22],
    [70, 1093, 50, 50],
    [14, 1969, 42, 42],
  ],
};

const SMALL = { crashes: 25 };
const LYING = { crashes: 15, lies: 250 };
const LARGE = { crashes: 6, lies: 12, minSteps: 60, maxSteps: 100 };
const BUDGET_STEPS = 8_000;
const COUNT = { small: 70, large: 14 };

const TWO = [101, 102];
const fromTwo = ({ simulated }: Case): Simulated => ({ ...simulated, initial: TWO });

/** A register of unique values whose clients mostly guess wrong what it holds. `mixed`: some know, and some do not ask. */
function missing(mixed: boolean): Simulated {
  const register = simulatedRegister(true);
  return {
    ...register,
    ask: ([kind, a, b], count) => {
      if (kind < 20) return { f: "read", value: null };
      if (kind < (mixed ? 50 : 40)) return { f: "write", value: count + 1 };
      return { f: "cas", value: [mixed && b < 30 ? Math.max(0, count - (a % 3)) : (a % (count + 1)) + 1, count + 1] };
    },
  };
}

function costOf(simulated: Simulated, shape: Shape, options: LinearizableOptions, count: number): Costs {
  const cost: Costs = [0, 0, 0, 0];
  for (const ops of fc.sample(histories(simulated, shape), { seed: 1, numRuns: count })) {
    const history = historyOf(ops);
    const given = { budgetSteps: BUDGET_STEPS, ...options };
    const found = checkLinearizable(history, given);
    const searched = checkLinearizable(history, { ...given, method: "search" });
    const fast = checkLinearizable(history, { ...given, method: "fast" });
    if (fast.valid === "unknown") cost[0]++;
    else if (searched.valid !== "unknown" && searched.valid !== fast.valid)
      expect.fail(`${fast.summary}, ${searched.summary}`);
    cost[1] += searched.steps;
    cost[2] += found.witness?.ops.length ?? 0;
    cost[3] += searched.witness?.ops.length ?? 0;
  }
  return cost;
}

function expectAtMost(costs: Costs, bounds: Costs): void {
  const over = costs.some((cost, i) => cost > (bounds[i] as number));
  if (over) expect(costs).toEqual(bounds);
}

describe("what verdicts cost", () => {
  const cas = { model: "cas-register" } as const;
  it.each<[name: string, Simulated, LinearizableOptions, crashes?: number]>([
    ["register of unique values", simulatedRegister(true), cas],
    ["register of few values", simulatedRegister(false), cas],
    ["register without cas", simulatedRegister(false, false), { model: "register" }],
    ["register of unique values, many crashes", simulatedRegister(true), cas, 45],
    ["register of few values, many crashes", simulatedRegister(false), cas, 45],
    ["register with many compare-and-sets that fail", missing(false), cas],
    ["register with many compare-and-sets that fail, and crashes", missing(true), cas, 30],
    ["mutex", mutex(false, true, true).simulated, { model: "mutex" }],
    ["mutex with tokens", mutex(true, true, true).simulated, { model: "mutex" }],
    ["mutex of rude clients", mutex(false, false).simulated, { model: "mutex" }],
    ["queue of unique values", bag("queue", true).simulated, { model: "queue" }],
    ["queue of few values", bag("queue", false).simulated, { model: "queue" }],
    ["queue, many crashes", bag("queue", true, 60, 0).simulated, { model: "queue" }, 40],
    ["stack of unique values", bag("stack", true).simulated, { model: "stack" }],
    ["stack of few values", bag("stack", false).simulated, { model: "stack" }],
    ["stack, many crashes", bag("stack", true, 60, 0).simulated, { model: "stack" }, 40],
    ["counter by one", counter([1]).simulated, { model: "counter" }],
    ["counter up and down", counter([1, -1, 2]).simulated, { model: "counter" }],
    ["counter that tells", counter([1], true).simulated, { model: "counter" }],
    ["set of unique elements", set(["add", "contains", "contains", "remove"], true).simulated, { model: "set" }],
    ["set of few elements", set(["add", "contains", "remove", "read"], false).simulated, { model: "set" }],
    ["set that tells", set(["add", "contains", "remove"], false, true).simulated, { model: "set" }],
    ["set that only grows", set(["add", "read"], true).simulated, { model: "set" }],
    ["list of unique elements", list(true).simulated, { model: "list" }],
    ["list of few elements", list(false).simulated, { model: "list" }],
    ["queue from two", fromTwo(bag("queue", true)), { model: "queue", initial: TWO }],
    ["stack from two", fromTwo(bag("stack", true, 60)), { model: "stack", initial: TWO }, 35],
    ["set from two", fromTwo(set(["add", "contains", "remove"], true)), { model: "set", initial: TWO }],
    ["set that only grows, from two", fromTwo(set(["add", "read"], false)), { model: "set", initial: TWO }],
    ["list from two", fromTwo(list(true)), { model: "list", initial: TWO }],
    ["multi-register", multiRegister(false).simulated, { model: "multi-register" }],
    ["multi-register, one key an op", multiRegister(true).simulated, { model: "multi-register" }],
  ])("%s", (name, simulated, options, crashes) => {
    const [small, lying, large] = BOUNDS[name] as [Costs, Costs, Costs];
    const more = crashes === undefined ? {} : { crashes };
    expectAtMost(costOf(simulated, { ...SMALL, ...more }, options, COUNT.small), small);
    expectAtMost(costOf(simulated, { ...LYING, ...more }, options, COUNT.small), lying);
    expectAtMost(costOf(simulated, { ...LARGE, ...more }, options, COUNT.large), large);
  });
});

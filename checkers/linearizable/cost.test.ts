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

/** Of small histories, and of large ones. */
const BOUNDS: Readonly<Record<string, readonly [Costs, Costs]>> = {
  "register of unique values": [
    [0, 170, 91, 91],
    [0, 195, 28, 34],
  ],
  "register of few values": [
    [72, 183, 82, 83],
    [20, 204, 54, 54],
  ],
  "register without cas": [
    [84, 300, 49, 48],
    [20, 347, 26, 26],
  ],
  "register of unique values, many crashes": [
    [0, 142, 73, 71],
    [0, 160, 24, 30],
  ],
  "register of few values, many crashes": [
    [74, 153, 68, 67],
    [20, 239, 48, 48],
  ],
  mutex: [
    [0, 1574, 0, 0],
    [0, 754, 0, 0],
  ],
  "mutex with tokens": [
    [0, 1888, 7, 8],
    [0, 2335, 32, 46],
  ],
  "mutex of rude clients": [
    [112, 2951, 386, 389],
    [20, 818, 390, 390],
  ],
  "queue of unique values": [
    [0, 7975, 42, 47],
    [0, 91867, 44, 82],
  ],
  "queue of few values": [
    [97, 6527, 50, 51],
    [20, 150821, 42, 42],
  ],
  "queue, many crashes": [
    [0, 9302, 22, 26],
    [0, 126282, 28, 50],
  ],
  "stack of unique values": [
    [2, 5227, 34, 41],
    [1, 55423, 46, 64],
  ],
  "stack of few values": [
    [97, 5431, 56, 57],
    [20, 79241, 44, 44],
  ],
  "stack, many crashes": [
    [1, 4477, 16, 26],
    [1, 21979, 36, 56],
  ],
  "counter by one": [
    [0, 2872, 109, 101],
    [0, 3187, 72, 72],
  ],
  "counter up and down": [
    [96, 3402, 123, 123],
    [20, 3366, 74, 74],
  ],
  "counter that tells": [
    [96, 2727, 213, 209],
    [20, 3301, 162, 162],
  ],
  "set of unique elements": [
    [22, 1363, 24, 24],
    [12, 1797, 16, 16],
  ],
  "set of few elements": [
    [93, 2165, 89, 88],
    [20, 2873, 70, 70],
  ],
  "set that tells": [
    [110, 2285, 50, 50],
    [20, 2083, 48, 48],
  ],
  "set that only grows": [
    [0, 3562, 54, 110],
    [0, 6413, 16, 84],
  ],
  "list of unique elements": [
    [0, 8368, 48, 101],
    [0, 20706, 20, 70],
  ],
  "list of few elements": [
    [94, 4215, 104, 106],
    [20, 12111, 88, 88],
  ],
  "queue from two": [
    [0, 8910, 58, 73],
    [0, 139119, 40, 48],
  ],
  "stack from two": [
    [3, 6539, 33, 47],
    [1, 46454, 28, 40],
  ],
  "set from two": [
    [34, 1941, 15, 14],
    [15, 2625, 20, 20],
  ],
  "set that only grows, from two": [
    [20, 3015, 72, 120],
    [0, 1673, 24, 78],
  ],
  "list from two": [
    [0, 9342, 66, 123],
    [0, 22240, 20, 54],
  ],
  "multi-register": [
    [120, 4929, 153, 153],
    [20, 8848, 112, 112],
  ],
  "multi-register, one key an op": [
    [120, 1851, 42, 42],
    [20, 2689, 72, 72],
  ],
};

const SMALL = { crashes: 25 };
const LARGE = { crashes: 6, lies: 12, minSteps: 60, maxSteps: 100 };
const BUDGET_STEPS = 20_000;
const COUNT = { small: 120, large: 20 };

const TWO = [101, 102];
const fromTwo = ({ simulated }: Case): Simulated => ({ ...simulated, initial: TWO });

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
    const [small, large] = BOUNDS[name] as [Costs, Costs];
    const more = crashes === undefined ? {} : { crashes };
    expectAtMost(costOf(simulated, { ...SMALL, ...more }, options, COUNT.small), small);
    expectAtMost(costOf(simulated, { ...LARGE, ...more }, options, COUNT.large), large);
  });
});

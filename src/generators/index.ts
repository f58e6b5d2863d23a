/** Pure, seeded combinators: build any load and any fault schedule out of these. */

export { type FinalPlan, finalOps, finalReads } from "./final-reads.js";
export { limit, mix, phases, sequence, spaced, stagger, until } from "./flow.js";
export { type Draft, each, nothing, repeat, unfold } from "./leaves.js";
export { type Listening, listen } from "./listen.js";
export { type PerKeyOptions, perKey } from "./per-key.js";
export { any, clients, nemesis, onThreads, synchronize } from "./threads.js";
export { type TimedOp, timed } from "./timed.js";

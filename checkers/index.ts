/** The checkers for people who bring their own workloads. */

export type { CheckContext, Checker, Valid, Verdict, Witness } from "../src/core/checker.js";
export type { History } from "../src/core/history.js";
export type { Op } from "../src/core/op.js";
export { formatHistory, historyOf, parseEdnHistory, parseHistory } from "../src/history/index.js";
export * from "./availability.js";
export * from "./compose.js";
export * from "./elle/index.js";
export * from "./faults.js";
export * from "./harness.js";
export * from "./levels.js";
export * from "./linearizable/index.js";
export * from "./lost-writes.js";
export * from "./perf.js";
export * from "./service-registry.js";
export * from "./set-full.js";
export * from "./stale-writes.js";
export * from "./staleness.js";
export * from "./stats.js";

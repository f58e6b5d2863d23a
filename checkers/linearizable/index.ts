/** Linearizability: the checker, its models and its options. */
export { checkLinearizable, LinearizableCheck, linearizableChecker, type PartResult } from "./check.js";
export { modelNameOf } from "./families.js";
export type { Call, Model } from "./model.js";
export {
  DEFAULT_BUDGET_STEPS,
  type LinearizableOptions,
  type LinearizableVerdict,
  MODEL_NAMES,
  type ModelName,
  type Prefix,
} from "./types.js";

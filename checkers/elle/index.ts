/** Transactional anomalies, after Elle (Kingsbury & Alvaro 2020). */
export { impliedRegisterChecker } from "./implied-register.js";
export { checkListAppend, listAppendChecker } from "./list-append.js";
export { CONSISTENCY_MODELS, canonicalModels } from "./models.js";
export { checkRwRegister, rwRegisterChecker } from "./rw-register.js";
export type {
  Cycle,
  CycleStep,
  DependencyKind,
  ElleAnomaly,
  ElleOptions,
  ElleVerdict,
  RegisterOptions,
  TxnModel,
} from "./types.js";

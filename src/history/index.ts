/** The history engine: reading, writing and holding histories. */
export { columnar, historyOf } from "./builder.js";
export { ColumnarHistory, FAIL, INFO, INVOKE, NEMESIS, NONE, OK, OP_TYPES } from "./columns.js";
export { createEdnParser, type EdnOptions, formatEdn, formatEdnOp, parseEdnHistory } from "./edn.js";
export {
  createHistoryParser,
  formatHistory,
  formatOp,
  type HistoryParser,
  looksLikeEdn,
  type ParsedHistory,
  parseHistory,
} from "./jsonl.js";
export { KeyNumbers } from "./key-numbers.js";
export { ListPool } from "./list-pool.js";
export {
  DIRECT,
  MICRO_OPS,
  type MicroPool,
  NO_LIST,
  NOT_LISTS,
  NOT_REGISTERS,
  NOT_YET,
  NULL_WORD,
  SHOWS,
  type WriteRanges,
} from "./micro-ops.js";
export { NULL_VALUE, shapeOf, type ValueTable, valueKey } from "./values.js";

/** The parts of a history that the reader of transactions needs; from columns where there are some, without an object per op. */
import type { History } from "../../src/core/history.js";
import type { ValueTable } from "../../src/history/index.js";
import { ColumnarHistory, OK as DONE, FAIL as FAILED, INVOKE, NEMESIS, NULL_VALUE } from "../../src/history/index.js";
import { FAIL, INFO, OK } from "./txn-history.js";

export interface OpSource {
  readonly length: number;
  /** The history's values, where it is in columns. */
  readonly table?: ValueTable;
  /** Does a client invoke an op there? */
  invokes(position: number): boolean;
  pair(position: number): number;
  /** OK, INFO or FAIL of a completion. */
  outcome(position: number): number;
  process(position: number): number;
  value(position: number): unknown;
  /** The id of the value in `table`. */
  valueId(position: number): number;
  /** Does the completion at `pair` bring a value of its own, rather than the invocation's or none? */
  answers(position: number, pair: number): boolean;
}

export function sourceOf(history: History): OpSource {
  return history instanceof ColumnarHistory ? columns(history) : objects(history);
}

function columns(history: ColumnarHistory): OpSource {
  const { types, pairs, processes, values } = history;
  return {
    length: history.length,
    invokes: (position) => types[position] === INVOKE && processes[position] !== NEMESIS,
    pair: (position) => pairs[position] as number,
    outcome: (position) => (types[position] === DONE ? OK : types[position] === FAILED ? FAIL : INFO),
    process: (position) => processes[position] as number,
    table: history.tables.values,
    value: (position) => history.value(values[position] as number),
    valueId: (position) => values[position] as number,
    // Lists of their own have ids of their own, even where they are equal.
    answers: (position, pair) => values[position] !== values[pair] && values[pair] !== NULL_VALUE,
  };
}

function objects(history: History): OpSource {
  return {
    length: history.length,
    invokes: (position) => {
      const { type, process } = history.op(position);
      return type === "invoke" && process !== "nemesis";
    },
    pair: (position) => history.pair(position),
    outcome: (position) => {
      const { type } = history.op(position);
      return type === "ok" ? OK : type === "fail" ? FAIL : INFO;
    },
    process: (position) => history.op(position).process as number,
    value: (position) => history.op(position).value,
    valueId: () => -1,
    answers: (_position, pair) => (history.op(pair).value ?? null) !== null,
  };
}

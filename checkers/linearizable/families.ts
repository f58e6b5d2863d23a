/** Which family judges which model. */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, NEMESIS, OK } from "../../src/history/index.js";
import type { Calls, Part } from "./calls.js";
import type { Family, FastOutcome } from "./family.js";
import type { BuiltIn, Model } from "./model.js";
import { modelFamily } from "./model-family.js";
import { counterModel } from "./models/counter.js";
import { counterFast } from "./models/counter-fast.js";
import { growFast } from "./models/grow-fast.js";
import { listModel } from "./models/list.js";
import { multiRegisterModel } from "./models/multi-register.js";
import { mutexModel } from "./models/mutex.js";
import { mutexFast } from "./models/mutex-fast.js";
import { queueModel } from "./models/queue.js";
import { queueFast } from "./models/queue-fast.js";
import { setModel } from "./models/set.js";
import { setFast } from "./models/set-fast.js";
import { stackModel } from "./models/stack.js";
import { stackFast } from "./models/stack-fast.js";
import { registerFamily } from "./registers.js";
import { type LinearizableOptions, MODEL_NAMES, type ModelName } from "./types.js";

/** A model, and its near-linear method where it has one. */
interface Entry {
  // biome-ignore lint/suspicious/noExplicitAny: each model has states of its own kind.
  readonly built: BuiltIn<any>;
  readonly fast?: (calls: Calls, part: Part, initial: unknown) => FastOutcome;
}

const BUILT_IN: Readonly<Record<Exclude<ModelName, "register" | "cas-register" | "multi-register">, Entry>> = {
  mutex: { built: mutexModel, fast: mutexFast },
  queue: { built: queueModel, fast: queueFast },
  counter: { built: counterModel, fast: counterFast },
  stack: { built: stackModel, fast: stackFast },
  set: { built: setModel, fast: setFast },
  list: {
    built: listModel,
    fast: (calls, part, initial) => growFast(calls, part, initial, { put: 0, read: 1, ordered: true }),
  },
};

/** @throws UsageError where the history does not fit the model. */
export function familyOf(
  history: ColumnarHistory,
  model: ModelName | Model<unknown>,
  options: LinearizableOptions,
): Family {
  if (typeof model !== "string") return modelFamily(history, model, options);
  if (model === "register" || model === "cas-register") return registerFamily(history, options, model);
  if (model === "multi-register")
    return modelFamily(history, multiRegisterModel(options.nilReads === "any", options.initial), options);
  const { built, fast } = BUILT_IN[model];
  const family = modelFamily(history, built, options);
  if (fast === undefined) return family;
  return { ...family, fast: (part) => fast(family.calls, part, options.initial ?? null) };
}

/** Names of ops that only one model has. */
const SIGNS: Readonly<Record<string, ModelName>> = {
  write: "cas-register",
  cas: "cas-register",
  acquire: "mutex",
  lock: "mutex",
  enqueue: "queue",
  enq: "queue",
  push: "stack",
  append: "list",
  increment: "counter",
  inc: "counter",
  incr: "counter",
  decrement: "counter",
  dec: "counter",
  decr: "counter",
  contains: "set",
  remove: "set",
};

/**
 * The model that a history's ops belong to. Adds are a set's, or, where numbers are read, a counter's.
 * @throws UsageError where that cannot be told.
 */
export function modelNameOf(history: ColumnarHistory): ModelName {
  const ids = new Set<number>();
  const read = history.fId("read");
  let readsNumbers = false;
  for (let i = 0; i < history.length; i++) {
    const id = history.fs[i] as number;
    if (history.processes[i] === NEMESIS) continue;
    ids.add(id);
    if (id === read && !readsNumbers && history.types[i] === OK)
      readsNumbers = typeof history.value(history.values[i] as number) === "number";
  }
  const fs = new Set(Array.from(ids, (id) => history.string(id)));
  const found = new Set([...fs].flatMap((f) => (Object.hasOwn(SIGNS, f) ? [SIGNS[f] as ModelName] : [])));
  if (fs.has("add") && !(readsNumbers && found.has("counter"))) found.add(readsNumbers ? "counter" : "set");
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(
    `cannot tell the model from the ops (${[...fs].join(", ") || "there are none"}); name one of ${MODEL_NAMES.join(", ")}`,
  );
}

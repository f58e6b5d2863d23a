/** Which family judges which model. */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, INVOKE, NEMESIS } from "../../src/history/index.js";
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
import type { LinearizableOptions, ModelName } from "./types.js";

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
  if (model === "multi-register") return modelFamily(history, multiRegisterModel(options.nilReads === "any"), options);
  const { built, fast } = BUILT_IN[model];
  const family = modelFamily(history, built, options);
  if (fast === undefined) return family;
  return { ...family, fast: (part) => fast(family.calls, part, options.initial ?? null) };
}

/** The model that a history's ops belong to. @throws UsageError where that cannot be told. */
export function modelNameOf(history: ColumnarHistory): ModelName {
  const fs = new Set<string>();
  for (let i = 0; i < history.length; i++) {
    if (history.types[i] === INVOKE && history.processes[i] !== NEMESIS)
      fs.add(history.string(history.fs[i] as number));
  }
  const signs: readonly [string, ModelName][] = [
    ["write", "cas-register"],
    ["cas", "cas-register"],
    ["acquire", "mutex"],
    ["enqueue", "queue"],
    ["push", "stack"],
    ["append", "list"],
    ["increment", "counter"],
    ["inc", "counter"],
    ["decr", "counter"],
    ["contains", "set"],
    ["remove", "set"],
  ];
  const found = new Set(signs.filter(([f]) => fs.has(f)).map(([, model]) => model));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(`which model? The ops are ${[...fs].join(", ")}; say --model (register, set, queue, …)`);
}

/** Which family judges which model. */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, INVOKE, NEMESIS } from "../../src/history/index.js";
import type { Family } from "./family.js";
import type { Model } from "./model.js";
import { registerFamily } from "./registers.js";
import type { LinearizableOptions, ModelName } from "./types.js";

export function familyOf(
  history: ColumnarHistory,
  model: ModelName | Model<unknown>,
  options: LinearizableOptions,
): Family {
  if (model === "register" || model === "cas-register") return registerFamily(history, options, model);
  throw new UsageError(`no model ${typeof model === "string" ? model : model.name}`);
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

/** The family of any model: its calls, split into parts that can be judged apart, each a search problem. */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, NONE, valueKey } from "../../src/history/index.js";
import { callOf, callText } from "./call-words.js";
import { type Calls, callsOf, MAYBE, type Part, partsOf } from "./calls.js";
import type { Family, PartProblem } from "./family.js";
import type { BuiltIn, Call, Model } from "./model.js";
import { valueFromNowhere } from "./origins.js";
import { States } from "./states.js";
import type { LinearizableOptions } from "./types.js";

/** @throws UsageError where the history has ops or values that the model does not understand. */
export function modelFamily<S>(
  history: ColumnarHistory,
  model: BuiltIn<S>,
  options: Pick<LinearizableOptions, "initial">,
): Family {
  const calls = modelCalls(history, model);
  const initial = options.initial ?? null;
  return {
    calls,
    parts: partsOf(calls).flatMap((part) => splitByTouch(calls, part, model)),
    observes: observesAnything(calls, model),
    fast: () => "no",
    problem: (part, exact) => modelProblem(calls, part, model, initial, exact === true),
    removable: (part) => removable(calls, part, model),
    together: (part) => together(calls, part, model, initial),
    fromNowhere: (part) => valueFromNowhere(calls, part, model, initial),
    callText: (call) => callText(calls, call, model),
  };
}

/** The model's calls; its fs' codes are their places in `model.fs`. */
function modelCalls<S>(history: ColumnarHistory, model: BuiltIn<S>): Calls {
  const fs = new Map(model.fs.map((f, code) => [f, code]));
  for (const [alias, f] of Object.entries(model.aliases ?? {})) fs.set(alias, model.fs.indexOf(f));
  const looks = new Set((model.readers ?? []).map((f) => model.fs.indexOf(f)));
  const cas = model.cas === undefined ? {} : { cas: model.fs.indexOf(model.cas) };
  return callsOf(history, { fs, looks, ...cas }, model.name);
}

function observesAnything<S>(calls: Calls, model: Model<S>): boolean {
  for (let call = 0; call < calls.count; call++) {
    if (calls.status[call] !== MAYBE && model.blind?.(callOf(calls, call, model)) !== true) return true;
  }
  return false;
}

/** Splits a part where no call joins its pieces. */
function splitByTouch<S>(calls: Calls, part: Part, model: Model<S>): Part[] {
  if (model.touches === undefined) return [part];
  const ids = new Map<string, number>();
  const parents: number[] = [];
  const rootOf = (id: number): number => {
    let root = id;
    while (parents[root] !== root) root = parents[root] as number;
    for (let step = id; step !== root; ) [step, parents[step]] = [parents[step] as number, root];
    return root;
  };
  const first: number[] = [];
  for (const call of part.calls) {
    const names = model.touches(callOf(calls, call, model));
    if (names === undefined) return [part];
    const roots = names.map((name) => {
      const key = valueKey(name);
      const id = ids.get(key) ?? ids.size;
      if (id === parents.length) {
        ids.set(key, id);
        parents.push(id);
      }
      return rootOf(id);
    });
    for (const root of roots) parents[rootOf(root)] = rootOf(roots[0] as number);
    first.push(roots[0] ?? NONE);
  }
  const pieces = new Map<number, number[]>();
  part.calls.forEach((call, i) => {
    const root = first[i] === NONE ? NONE : rootOf(first[i] as number);
    const piece = pieces.get(root);
    if (piece === undefined) pieces.set(root, [call]);
    else piece.push(call);
  });
  return [...pieces.values()].map((piece) => ({ key: part.key, calls: Int32Array.from(piece) }));
}

/** Calls that only look, and those that no order needs. */
function removable<S>(calls: Calls, part: Part, model: BuiltIn<S>): Set<number> {
  const all = Array.from(part.calls, (call) => callOf(calls, call, model));
  const needed = model.simplify?.(all) ?? all;
  return new Set(part.calls.filter((_, i) => needed[i] === undefined || model.looks?.(all[i] as Call) === true));
}

/**
 * The groups of calls that may be left out together. Not those of a value that was there from the start: left out with the
 * call that took it, it would stay, and be in the way of what came after.
 */
function together<S>(calls: Calls, part: Part, model: BuiltIn<S>, initial: unknown): number[][] {
  if (model.together === undefined) return [];
  const { origins } = model;
  const start = new Set(origins?.holds(model.init(initial)).map(({ id }) => id));
  const wasThere = (call: Call): boolean =>
    start.size > 0 &&
    origins !== undefined &&
    [...origins.brings(call), ...origins.sees(call)].some(({ id }) => start.has(id));
  const groups = new Map<string, number[]>();
  for (const call of part.calls) {
    const seen = callOf(calls, call, model);
    const name = model.together(seen);
    if (name === undefined || wasThere(seen)) continue;
    const key = valueKey(name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  return [...groups.values()];
}

/** The search problem of a part. `exact`: as it is, for explanations; else as simple as the model can make it. */
function modelProblem<S>(calls: Calls, part: Part, model: BuiltIn<S>, initial: unknown, exact: boolean): PartProblem {
  const all = Array.from(part.calls, (call) => checked(calls, call, model));
  const simple = exact || model.simplify === undefined ? all : model.simplify(all);
  const rows: number[] = [];
  const kept: Call[] = [];
  simple.forEach((call, i) => {
    if (call === undefined || (call.type === "info" && model.looks?.(call) === true)) return;
    kept.push(call);
    rows.push(part.calls[i] as number);
  });
  const { labels, labelCount } = labelsOf(kept, model);
  const states = new States(model, kept, labels, initial);
  return {
    calls: Int32Array.from(rows),
    stateText: (state) => states.describe(state),
    problem: {
      count: rows.length,
      inv: Int32Array.from(rows, (call) => calls.inv[call] as number),
      ret: Int32Array.from(rows, (call) => calls.ret[call] as number),
      labels,
      labelCount,
      looks: Uint8Array.from(kept, (call) => (model.looks?.(call) === true ? 1 : 0)),
      depends: Uint8Array.from(kept, (call) => (model.blind?.(call) === true ? 0 : 1)),
      lazy: false,
      machine: states,
    },
  };
}

function checked<S>(calls: Calls, call: number, model: Model<S>): Call {
  const seen = callOf(calls, call, model);
  const wrong = model.malformed?.(seen);
  if (wrong === undefined) return seen;
  const { index, process } = calls.history.op(calls.inv[call] as number);
  throw new UsageError(`op ${index} (process ${process}): ${wrong}`);
}

/** Calls that a model cannot tell apart have one label. */
function labelsOf<S>(calls: readonly Call[], model: Model<S>): { labels: Int32Array; labelCount: number } {
  const ids = new Map<string, number>();
  const labels = Int32Array.from(calls, ({ f, input, output, type, process }) => {
    const said = type === "ok" ? valueKey(output) : type;
    const text = `${f} ${valueKey(input)} ${said}${model.byProcess === true ? ` ${process}` : ""}`;
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, ids.size);
    return ids.size - 1;
  });
  return { labels, labelCount: ids.size };
}

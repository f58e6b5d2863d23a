/** Calls as a model sees them, and in its words. */
import { valueKey } from "../../src/history/index.js";
import { type Calls, DONE, MAYBE, NEVER } from "./calls.js";
import type { Call, Model } from "./model.js";
import { at, node, show, who } from "./words.js";

/** A call as the model sees it. */
export function callOf<S>(calls: Calls, call: number, model: Model<S>): Call {
  const { history } = calls;
  const status = calls.status[call];
  return {
    f: model.fs[calls.fs[call] as number] as string,
    input: history.value(calls.inputs[call] as number),
    output: status === DONE ? history.value(calls.outputs[call] as number) : undefined,
    type: status === DONE ? "ok" : status === MAYBE ? "info" : "mismatch",
    process: history.processes[calls.inv[call] as number] as number,
  };
}

/** "p3 dequeued 5 from n2 at 12.4 s". */
export function callText<S>(calls: Calls, call: number, model: Model<S>): string {
  return did(calls, call, wordsOf(callOf(calls, call, model), model));
}

/** A call's own words with the subject, the node and the time. */
export function did(calls: Calls, call: number, words: string): string {
  const ret = calls.ret[call] as number;
  const when = at(calls, ret === NEVER ? (calls.inv[call] as number) : ret);
  return `${who(calls, call)} ${words}${node(calls, call, "on")}${when}${ret === NEVER ? " (never answered)" : ""}`;
}

function wordsOf<S>(call: Call, model: Model<S>): string {
  const own = model.words?.(call);
  if (own !== undefined) return own;
  const input = call.input === null ? "" : ` ${show(call.input)}`;
  const said =
    call.type !== "ok" || valueKey(call.output) === valueKey(call.input) ? "" : ` and got ${show(call.output)}`;
  return `did ${call.f}${input}${said}`;
}

/** The FIFO queue: enqueue, and dequeue, which returns the oldest element or null where there is none. */
import { valueKey } from "../../../src/history/index.js";
import type { BuiltIn } from "../model.js";
import { show } from "../words.js";
import { listOf, listText } from "./lists.js";
import { nullInside, originsOfMoved, simplifyTaken, valueMoved } from "./moves.js";

export const queueModel: BuiltIn<readonly unknown[]> = {
  name: "queue",
  fs: ["enqueue", "dequeue"],
  aliases: { enq: "enqueue", deq: "dequeue" },
  init: (initial) => listOf(initial, "the initial value of a queue"),
  step: (queue, { f, input, output, type }) => {
    if (f === "enqueue") return [...queue, input];
    if (type === "info") return queue.slice(1);
    if (output === null) return queue.length === 0 ? queue : undefined;
    // What is not there is no value: only null has the same key.
    return valueKey(queue[0]) === valueKey(output) ? queue.slice(1) : undefined;
  },
  key: valueKey,
  describe: (queue) => (queue.length === 0 ? "empty" : listText(queue)),
  looks: ({ f, output, type }) => f === "dequeue" && type === "ok" && output === null,
  blind: ({ f }) => f === "enqueue",
  together: (call) => valueMoved(call, "enqueue"),
  origins: originsOfMoved("enqueue", "enqueued"),
  malformed: (call) => nullInside(call, "enqueue"),
  words: ({ f, input, output, type }) => {
    if (f === "enqueue") return `enqueued ${show(input)}`;
    if (type === "info") return "began to dequeue";
    return output === null ? "found the queue empty" : `dequeued ${show(output)}`;
  },
  simplify: (calls) => simplifyTaken(calls, "enqueue"),
};

/** The ops on single keys of the replicated state machine. Each decides and executes at once: nothing happens in between. */
import type { Key } from "../core/op.js";
import { type Cells, cellOf, type Owner, shown, wrongType } from "./cells.js";
import { fail, ok, type Reply } from "./protocol.js";

export type CellOp = (cells: Cells, key: Key, value: unknown) => Reply;

export const CELL_OPS: Readonly<Record<string, CellOp>> = {
  read: (cells, key) => ok(shown(cells.get(key))),

  write(cells, key, value) {
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { kind: "register", value: value ?? null });
    else if (cell.kind === "register") cell.value = value ?? null;
    else return wrongType();
    return ok();
  },

  /** `value` is [token, …]: refused where what is there was written with a larger token. */
  "fenced-write"(cells, key, value) {
    if (!Array.isArray(value) || typeof value[0] !== "number") return fail("fenced-write needs [token, value]");
    const cell = cells.get(key);
    const held: unknown = cell?.kind === "register" && Array.isArray(cell.value) ? cell.value[0] : undefined;
    if (typeof held === "number" && held > value[0]) return fail("stale token");
    return CELL_OPS.write?.(cells, key, value) ?? wrongType();
  },

  /** `value` is [from, to]; an absent key holds null. */
  cas(cells, key, value) {
    if (!Array.isArray(value) || value.length !== 2) return fail("cas needs [from, to]");
    const cell = cells.get(key);
    if (cell !== undefined && cell.kind !== "register") return wrongType();
    const [from, to] = value as [unknown, unknown];
    if (!sameJson(cell === undefined ? null : cell.value, from)) return fail("mismatch");
    return CELL_OPS.write?.(cells, key, to) ?? wrongType();
  },

  add: (cells, key, value) => onSet(cells, key, value, (elements, element) => elements.add(element)),

  remove: (cells, key, value) => onSet(cells, key, value, (elements, element) => elements.delete(element)),

  enqueue(cells, key, value) {
    if (value === null || value === undefined) return fail("null cannot be enqueued");
    const queue = cellOf(cells, key, "queue");
    if (queue === undefined) return wrongType();
    queue.elements.push(value);
    return ok();
  },

  /** Takes the oldest element; null where there is none, which is why null cannot be enqueued. */
  dequeue(cells, key) {
    const queue = cellOf(cells, key, "queue");
    if (queue === undefined) return wrongType();
    return ok(queue.elements.length === 0 ? null : queue.elements.shift());
  },

  /** `value` is by how much. */
  increment(cells, key, value) {
    if (!Number.isSafeInteger(value)) return fail("increment needs a whole number");
    const counter = cellOf(cells, key, "counter");
    if (counter === undefined) return wrongType();
    counter.count += value as number;
    return ok();
  },

  /** `value` is the owner to be. Answers with a fencing token: each acquisition of a mutex has a larger one than those before. */
  acquire(cells, key, value) {
    if (!isOwner(value)) return fail("an owner is a number or a string");
    const mutex = cellOf(cells, key, "mutex");
    if (mutex === undefined) return wrongType();
    if (mutex.owner !== null) return fail("held");
    mutex.owner = value;
    return ok(++mutex.token);
  },

  /** `value` is the owner: nobody releases what another holds. */
  release(cells, key, value) {
    const mutex = cellOf(cells, key, "mutex");
    if (mutex === undefined) return wrongType();
    if (mutex.owner === null || mutex.owner !== value) return fail("not held");
    mutex.owner = null;
    return ok();
  },
};

const isOwner = (value: unknown): value is Owner => typeof value === "number" || typeof value === "string";

function onSet(
  cells: Cells,
  key: Key,
  element: unknown,
  change: (elements: Set<number | string>, element: number | string) => void,
): Reply {
  if (typeof element !== "number" && typeof element !== "string") return fail("an element is a number or a string");
  const set = cellOf(cells, key, "set");
  if (set === undefined) return wrongType();
  change(set.elements, element);
  return ok();
}

/** Equality of JSON values; the order of an object's fields matters, as both sides came from the same codec. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** One read or write on its way through the coordinator, and what its replicas' answers add up to. */
import type { Key, NodeId } from "../../core/op.js";
import { ok, type Reply, type Request } from "../protocol.js";
import { type Cell, includes, merge, shownValue, type Versioning } from "./cell.js";
import { type Item, idOf } from "./messages.js";

/** A replica's items by name; "same": those that the coordinator had when it asked. */
export type Answer = ReadonlyMap<string, Item> | "same";

export interface Operation {
  readonly n: number;
  /** The client's request. */
  readonly id: number;
  readonly request: Request & { readonly key: Key };
  /** The element that an add or remove is about. */
  readonly el?: number | string;
  readonly sinceMs: number;
  sentMs: number;
  /** query: asking r replicas what they have; store: waiting until w replicas hold `items`. */
  phase: "query" | "store";
  /** Whom it is sent to, and for which replica each stands in (undefined: for itself). */
  readonly targets: Map<NodeId, NodeId | undefined>;
  /** What the coordinator had when it asked. */
  readonly mine: ReadonlyMap<string, Item>;
  readonly print: number | undefined;
  readonly answers: Map<NodeId, Answer>;
  items: readonly Item[];
  readonly stored: Set<NodeId>;
  /** What the client is told once w replicas hold the items. */
  reply: Reply;
}

export function byName(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [idOf(item), item]));
}

/** The newest of everything that was answered. */
export function merged(versioning: Versioning, op: Operation): ReadonlyMap<string, Item> {
  const answers = [...op.answers.values()].map((answer) => (answer === "same" ? op.mine : answer));
  const [first, ...rest] = answers;
  if (first !== undefined && rest.every((answer) => answer === first)) return first;
  const all = new Map<string, Item>(first);
  for (const answer of rest) {
    if (answer === first) continue;
    for (const [id, item] of answer) {
      const known = all.get(id);
      if (known === item) continue;
      const cell = merge(versioning, known?.cell ?? [], item.cell);
      all.set(id, { ...item, cell });
    }
  }
  return all;
}

/** The items that fewer than `copies` of the answering replicas hold in their newest version. */
export function rare(
  versioning: Versioning,
  op: Operation,
  newest: ReadonlyMap<string, Item>,
  copies: number,
): readonly Item[] {
  const answers = [...op.answers.values()].map((answer) => (answer === "same" ? op.mine : answer));
  // They all have the same: nothing to count, and sets may be big.
  if (answers.length >= copies && answers.every((answer) => answer === newest)) return [];
  return [...newest].flatMap(([id, item]) => {
    let held = 0;
    for (const answer of answers) {
      const theirs = answer.get(id);
      if (theirs === item || includes(versioning, theirs?.cell ?? [], item.cell)) held++;
    }
    return held < copies ? [item] : [];
  });
}

/** Did this node answer with all of these, or newer ones? */
export function holds(versioning: Versioning, op: Operation, node: NodeId, items: readonly Item[]): boolean {
  const answer = op.answers.get(node);
  if (answer === undefined) return false;
  const theirs = answer === "same" ? op.mine : answer;
  return items.every((item) => includes(versioning, theirs.get(idOf(item))?.cell ?? [], item.cell));
}

/** What a read of these items shows: a register's value, a set's elements, or null where there is nothing. */
export function shown(items: ReadonlyMap<string, Item>): Reply {
  const elements: (number | string)[] = [];
  let register: Cell | undefined;
  for (const { el, cell } of items.values()) {
    if (el === undefined) register = cell;
    else if (shownValue(cell) !== undefined) elements.push(el);
  }
  if (register !== undefined) return ok(shownValue(register)?.value ?? null);
  return ok(items.size === 0 ? null : elements);
}

/** Every sibling's value: what an application that resolves conflicts itself would get. */
export function siblings(items: ReadonlyMap<string, Item>): Reply {
  const registers = [...items.values()].filter(({ el }) => el === undefined);
  return ok(registers.flatMap(({ cell }) => cell.flatMap(({ x, dead }) => (dead === true ? [] : [x]))));
}

/** What a key of the replicated state machine can hold, what a read of it shows, and its form in a snapshot. */
import type { Key } from "../core/op.js";
import { fail, type Reply } from "./protocol.js";

/** Who holds a lock: a name that clients choose. */
export type Owner = number | string;

/** One key's data. The first write decides the kind; an op of another kind is refused. */
export type Cell =
  | { readonly kind: "register"; value: unknown }
  | { readonly kind: "set"; readonly elements: Set<number | string> }
  | { readonly kind: "list"; readonly elements: unknown[] }
  | { readonly kind: "queue"; readonly elements: unknown[] }
  | { readonly kind: "counter"; count: number }
  | { readonly kind: "mutex"; owner: Owner | null; token: number };

export type CellKind = Cell["kind"];
export type Cells = Map<Key, Cell>;

/** The answer to an op that the key's kind does not know. */
export const wrongType = (): Reply => fail("wrong type");

/** What a read shows: null for an absent key, the owner of a mutex. A copy, for the cell goes on changing. */
export function shown(cell: Cell | undefined): unknown {
  if (cell === undefined) return null;
  switch (cell.kind) {
    case "register":
      return cell.value;
    case "counter":
      return cell.count;
    case "mutex":
      return cell.owner;
    default:
      return [...cell.elements];
  }
}

/** The cell of a kind at a key, made where there is none; undefined where the key holds another kind. */
export function cellOf<K extends CellKind>(cells: Cells, key: Key, kind: K): Extract<Cell, { kind: K }> | undefined {
  let cell = cells.get(key);
  if (cell === undefined) {
    cell = emptyCell(kind);
    cells.set(key, cell);
  }
  return cell.kind === kind ? (cell as Extract<Cell, { kind: K }>) : undefined;
}

function emptyCell(kind: CellKind): Cell {
  switch (kind) {
    case "register":
      return { kind, value: null };
    case "set":
      return { kind, elements: new Set() };
    case "counter":
      return { kind, count: 0 };
    case "mutex":
      return { kind, owner: null, token: 0 };
    default:
      return { kind, elements: [] };
  }
}

/** A cell as JSON: key, kind, data. */
export type CellImage = readonly [Key, CellKind, unknown];

export function cellToImage(key: Key, cell: Cell): CellImage {
  return [key, cell.kind, cell.kind === "mutex" ? [cell.owner, cell.token] : shown(cell)];
}

export function cellFromImage([, kind, data]: CellImage): Cell {
  switch (kind) {
    case "register":
      return { kind, value: data };
    case "set":
      return { kind, elements: new Set(data as (number | string)[]) };
    case "counter":
      return { kind, count: data as number };
    case "mutex": {
      const [owner, token] = data as [Owner | null, number];
      return { kind, owner, token };
    }
    default:
      return { kind, elements: [...(data as unknown[])] };
  }
}

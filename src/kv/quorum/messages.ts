/** What kv-quorum nodes say to each other, and what they keep on disk. */
import type { Key, NodeId } from "../../core/op.js";
import type { EntropyMessage } from "../entropy.js";
import type { Cell } from "./cell.js";

/** A register, or one element of a set, with its versions. Each element is an item of its own: adding never conflicts. */
export interface Item {
  readonly key: Key;
  readonly el?: number | string;
  readonly cell: Cell;
}

/** Names an operation of a coordinator: its start, and a number within it. */
export type OpName = readonly [run: number, n: number];

export type Message =
  /** I am here, and this is whom I hear. */
  | { readonly t: "beat"; readonly hears: readonly NodeId[] }
  /** Coordinator: your items of this key, or only the one of this element. `print`: the hash of what I have. */
  | {
      readonly t: "get";
      readonly op: OpName;
      readonly key: Key;
      readonly el?: number | string;
      readonly print?: number;
    }
  /** Replica: these are mine; without items: the same as yours. */
  | { readonly t: "got"; readonly op: OpName; readonly items?: readonly Item[] }
  /** Coordinator: store these. `standIn`: on behalf of that node, until it is back. */
  | { readonly t: "put"; readonly op: OpName; readonly items: readonly Item[]; readonly standIn?: NodeId }
  | { readonly t: "stored"; readonly op: OpName }
  /** A stand-in gives back what it kept. */
  | { readonly t: "hand"; readonly items: readonly Item[] }
  | { readonly t: "handed"; readonly items: readonly Item[] }
  | EntropyMessage<Item>;

export type DiskRecord =
  | { readonly k: "boot"; readonly n: number }
  | { readonly k: "item"; readonly item: Item }
  | { readonly k: "hint"; readonly to: NodeId; readonly item: Item }
  | { readonly k: "handed"; readonly to: NodeId; readonly id: string };

/** The name of an item. */
export function idOf({ key, el }: { readonly key: Key; readonly el?: number | string | undefined }): string {
  return JSON.stringify(el === undefined ? [key] : [key, el]);
}

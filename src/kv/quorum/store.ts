/** The items a node holds: its own as a replica, with a hash tree over them, and those it keeps for others (hints). */
import type { Key, NodeId } from "../../core/op.js";
import type { Repairable } from "../entropy.js";
import { HashTree, hashOf } from "../tree.js";
import { type Cell, includes, merge, type Versioning } from "./cell.js";
import { type DiskRecord, type Item, idOf } from "./messages.js";
import { partitionOf } from "./ring.js";

/** An item kept for another node. */
export interface Hint {
  readonly to: NodeId;
  readonly item: Item;
}

/** One key's items by their names. */
type Items = Map<string, Item>;

const NOTHING: ReadonlyMap<string, Item> = new Map();

export class Store implements Repairable<Item> {
  readonly tree = new HashTree();
  changes = 0;
  private readonly own = new Map<Key, Items>();
  private readonly byId: Items = new Map();
  /** The hash of all items of a key: two nodes with the same one hold the same. */
  private readonly prints = new Map<Key, number>();
  private readonly hints = new Map<string, Hint>();
  private readonly hintedKeys = new Map<Key, Set<string>>();

  constructor(
    private readonly versioning: Versioning,
    /** Where records go; not called for what is read back from disk. */
    private readonly append: (record: DiskRecord) => void,
    private readonly bug: string,
  ) {}

  item(id: string): Item | undefined {
    return this.byId.get(id);
  }

  /** The items of a key by name, those kept for others included. `el`: only the one of this element. */
  itemsOf(key: Key, el?: number | string): ReadonlyMap<string, Item> {
    const hinted = this.hintedKeys.get(key);
    // The usual case of an add costs the same however big its set is.
    if (el !== undefined && hinted === undefined) return this.only(idOf({ key, el }));
    const items: Items = new Map(el === undefined ? this.own.get(key) : this.only(idOf({ key, el })));
    for (const name of hinted ?? []) {
      const { item } = this.hints.get(name) as Hint;
      if (el !== undefined && item.el !== el) continue;
      const id = idOf(item);
      items.set(id, { ...item, cell: merge(this.versioning, items.get(id)?.cell ?? [], item.cell) });
    }
    return items;
  }

  private only(id: string): ReadonlyMap<string, Item> {
    const item = this.byId.get(id);
    return item === undefined ? NOTHING : new Map([[id, item]]);
  }

  /** The hash of a key's items, or undefined while some of them are kept for others. */
  printOf(key: Key): number | undefined {
    return this.hintedKeys.has(key) ? undefined : (this.prints.get(key) ?? 0);
  }

  /** Takes items in, keeping the newer versions. True when something changed (and was written to disk). */
  take(items: readonly Item[]): boolean {
    let changed = false;
    for (const item of items) {
      if (!this.put(item)) continue;
      this.append({ k: "item", item: this.byId.get(idOf(item)) ?? item });
      changed = true;
    }
    return changed;
  }

  /** Keeps items for another node. */
  keep(to: NodeId, items: readonly Item[]): void {
    // Planted bug: a stand-in acknowledges what it does not keep.
    if (this.bug === "dropped-hints") return;
    for (const item of items) {
      this.append({ k: "hint", to, item });
      this.hint(to, item);
    }
  }

  /** The hints for one node, some at a time. */
  hintsFor(to: NodeId, limit: number): readonly Item[] {
    const out: Item[] = [];
    for (const hint of this.hints.values()) {
      if (hint.to === to) out.push(hint.item);
      if (out.length === limit) break;
    }
    return out;
  }

  /** Items and hints held. */
  get size(): number {
    return this.byId.size + this.hints.size;
  }

  get hintCount(): number {
    return this.hints.size;
  }

  /** The node has these now: no need to keep them, unless newer versions have come since. */
  release(to: NodeId, items: readonly Item[]): void {
    for (const { cell, ...name } of items) {
      const id = idOf(name);
      const kept = this.hints.get(hintName(to, id));
      if (kept === undefined || !includes(this.versioning, cell, kept.item.cell)) continue;
      this.append({ k: "handed", to, id });
      this.forget(to, id);
    }
  }

  /** Reads one record back. */
  restore(record: DiskRecord): void {
    if (record.k === "item") this.put(record.item);
    else if (record.k === "hint") this.hint(record.to, record.item);
    else if (record.k === "handed") this.forget(record.to, record.id);
  }

  /** Everything, as records for a shorter log. */
  records(): readonly DiskRecord[] {
    const items = [...this.byId.values()].map((item): DiskRecord => ({ k: "item", item }));
    const hints = [...this.hints.values()].map(({ to, item }): DiskRecord => ({ k: "hint", to, item }));
    return [...items, ...hints];
  }

  private put(item: Item): boolean {
    const id = idOf(item);
    const old = this.byId.get(id);
    if (old !== undefined && includes(this.versioning, old.cell, item.cell)) return false;
    const cell = merge(this.versioning, old?.cell ?? [], item.cell);
    // Planted bug: a removed item leaves no trace, so an old copy of it looks new. (A sound node keeps the tombstone for
    // good: a replica that missed the removal may come back at any time.)
    if (this.bug === "resurrected-deletes" && cell.every(({ dead }) => dead === true)) return this.erase(id, old);
    this.byId.set(id, { ...item, cell });
    let items = this.own.get(item.key);
    if (items === undefined) {
      items = new Map();
      this.own.set(item.key, items);
    }
    items.set(id, { ...item, cell });
    this.print(item.key, id, old?.cell, cell);
    return true;
  }

  private erase(id: string, old: Item | undefined): boolean {
    if (old === undefined) return false;
    this.byId.delete(id);
    this.own.get(old.key)?.delete(id);
    this.print(old.key, id, old.cell, undefined);
    return true;
  }

  private print(key: Key, id: string, old: Cell | undefined, now: Cell | undefined): void {
    const [before, after] = [old, now].map((cell) =>
      cell === undefined ? undefined : hashOf(id, JSON.stringify(cell)),
    );
    this.prints.set(key, (this.prints.get(key) ?? 0) ^ (before ?? 0) ^ (after ?? 0));
    this.tree.set(partitionOf(key), id, after);
    this.changes++;
  }

  private hint(to: NodeId, item: Item): void {
    const name = hintName(to, idOf(item));
    const cell = merge(this.versioning, this.hints.get(name)?.item.cell ?? [], item.cell);
    this.hints.set(name, { to, item: { ...item, cell } });
    const names = this.hintedKeys.get(item.key) ?? new Set();
    this.hintedKeys.set(item.key, names.add(name));
  }

  private forget(to: NodeId, id: string): void {
    const name = hintName(to, id);
    const hint = this.hints.get(name);
    if (hint === undefined) return;
    this.hints.delete(name);
    const names = this.hintedKeys.get(hint.item.key);
    names?.delete(name);
    if (names?.size === 0) this.hintedKeys.delete(hint.item.key);
  }
}

function hintName(to: NodeId, id: string): string {
  return `${to} ${id}`;
}

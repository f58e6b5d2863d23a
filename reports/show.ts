/** Values and ops as short text. Values come from systems under test: they may be huge, cyclic or not data at all. */
import type { Op } from "../src/core/op.js";
import { count } from "./format.js";

const MAX_DEPTH = 6;

/** Writes a value until the budget is used up; never walks more of a value than it shows. */
class Writer {
  text = "";
  constructor(readonly limit: number) {}
  get full(): boolean {
    return this.text.length >= this.limit;
  }
  put(part: string): void {
    this.text += part;
  }
}

/**
 * A value as compact JSON-like text of about `limit` characters. What is cut is told: a 1 MB string shows its start and
 * "… (1,048,576 characters)", a long list its first items and "… (4,812 items)". null and undefined show as `nil`.
 */
export function show(value: unknown, limit = 120): string {
  const out = new Writer(limit);
  write(value, out, 0);
  return out.text;
}

function write(value: unknown, out: Writer, depth: number): void {
  if (value === null || value === undefined) out.put("nil");
  else if (typeof value === "string") writeString(value, out);
  else if (typeof value !== "object") out.put(String(value).slice(0, 60));
  else if (depth >= MAX_DEPTH) out.put("…");
  else if (Array.isArray(value)) writeList(value, out, depth);
  else if (ArrayBuffer.isView(value)) writeList([...(value as unknown as Iterable<unknown>)], out, depth);
  else writeObject(value as Readonly<Record<string, unknown>>, out, depth);
}

function writeString(value: string, out: Writer): void {
  const room = Math.max(8, out.limit - out.text.length);
  if (value.length <= room) out.put(JSON.stringify(value));
  else out.put(`${JSON.stringify(value.slice(0, room)).slice(0, -1)}…" (${count(value.length)} characters)`);
}

function writeList(items: readonly unknown[], out: Writer, depth: number): void {
  out.put("[");
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out.put(", ");
    if (out.full) {
      out.put(`… (${count(items.length)} items)`);
      break;
    }
    write(items[i], out, depth + 1);
  }
  out.put("]");
}

function writeObject(value: Readonly<Record<string, unknown>>, out: Writer, depth: number): void {
  const keys = Object.keys(value);
  out.put("{");
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (i > 0) out.put(", ");
    if (out.full) {
      out.put(`… (${count(keys.length)} fields)`);
      break;
    }
    out.put(`${key.length > 60 ? `${key.slice(0, 60)}…` : key}: `);
    write(value[key], out, depth + 1);
  }
  out.put("}");
}

/** Same value, for display purposes only (never for verdicts): compared as text, cheaply where they are primitives. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return show(a, 2000) === show(b, 2000);
}

/** A read's long list shows as "4,812 items" where there is little room; anything else as `show`. */
export function showShort(value: unknown, limit: number): string {
  if (Array.isArray(value) && value.length > 4 && show(value, limit + 1).length > limit)
    return `${count(value.length)} items`;
  if (typeof value === "string" && value.length > limit) return show(value, Math.max(8, limit - 22));
  return show(value, limit);
}

/** What an op was asked: `write(k3, 5)`, `cas(k3, 5 ⇒ 7)`, `read(k3)`, `txn(append x 1; r y)`. */
export function callText(op: Op, limit = 40, withKey = true): string {
  const parts: string[] = [];
  if (withKey && op.key !== undefined) parts.push(showKey(op.key));
  if (op.value !== null && op.value !== undefined) parts.push(argumentText(op, limit));
  return `${op.f}(${parts.join(", ")})`;
}

/** Is this an op, as results.json holds them in witnesses? */
export function isOp(value: unknown): value is Op {
  if (typeof value !== "object" || value === null) return false;
  const op = value as Partial<Op>;
  return typeof op.f === "string" && Number.isFinite(op.index) && Number.isFinite(op.time);
}

/** Keys without quotes: they are names. */
export function showKey(key: string | number): string {
  const text = String(key);
  return text.length > 40 ? `${text.slice(0, 40)}… (${count(text.length)} characters)` : text;
}

function argumentText(op: Op, limit: number): string {
  const value = op.value;
  if (op.f === "cas" && Array.isArray(value) && value.length === 2) {
    return `${show(value[0], limit / 2)} ⇒ ${show(value[1], limit / 2)}`;
  }
  if (isMicroOps(value))
    return value
      .map((step) =>
        step
          .map((part) => show(part, limit))
          .join(" ")
          .replace(/"/g, ""),
      )
      .join("; ");
  return showShort(value, limit);
}

function isMicroOps(value: unknown): value is readonly (readonly unknown[])[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 4 &&
    value.every((step) => Array.isArray(step) && typeof step[0] === "string")
  );
}

/** How an op ended: "→ 5", "→ 4,812 items", "✗ CLUSTERDOWN", "? timeout", or nothing where there is nothing to add. */
export function endText(invoke: Op, end: Op | undefined, limit = 40): string {
  if (end === undefined) return "? no answer";
  if (end.type === "fail") return `✗ ${clip(end.error ?? "failed", limit)}`;
  if (end.type === "info") return `? ${clip(end.error ?? "unknown", limit)}`;
  if (sameValue(invoke.value, end.value) && invoke.value !== null && invoke.value !== undefined) return "";
  if ((end.value === undefined || end.value === null) && invoke.value !== null && invoke.value !== undefined) return "";
  if (isMicroOps(end.value)) return `→ ${argumentText(end, limit)}`;
  return `→ ${showShort(end.value, limit)}`;
}

/** The first `limit` characters of a text, with its length told where something was cut. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${count(text.length)} characters)`;
}

/**
 * Reading verdicts without trusting them: results.json may come from an older version or from a user's own checker, so
 * every field is looked at before it is used, and what nobody here knows is shown as it is.
 */
import type { Valid, Verdict } from "../src/core/checker.js";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : [];
}

/** The list of objects under a name; anything else in it is left out. */
export function rowsIn(fields: Fields, name: string): readonly Fields[] {
  return listIn(fields, name).filter(isFields);
}

/** A verdict's `valid`; anything that is not true or false proves nothing. */
export function validOf(verdict: Pick<Verdict, "valid">): Valid {
  return verdict.valid === true || verdict.valid === false ? verdict.valid : "unknown";
}

/** Fields beyond those every verdict has and those named: what a section has not shown yet. */
export function restOf(verdict: Verdict, shown: readonly string[] = []): Fields {
  const known = new Set(["valid", "summary", "witnesses", "parts", "name", ...shown]);
  return Object.fromEntries(Object.entries(verdict).filter(([name, value]) => !known.has(name) && value !== undefined));
}

/** A history judged by `check` that no run of ours recorded: nothing is known of nodes, clients, seed or time limits. */
export function isForeign(test: { readonly startedAt: string }): boolean {
  return test.startedAt === "";
}

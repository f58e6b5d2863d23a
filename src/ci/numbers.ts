/**
 * How a number is found by its name. "CHECKER.FIELD" (and deeper: "perf.byF.read.p99Ms") names it fully. A bare "FIELD" is
 * looked up among the fields of every checker's verdict, not deeper. Where several have it, a bare `p99Ms` is a latency (perf),
 * then come availability and lost-writes; else it must be in exactly one.
 */
import type { Verdict } from "../core/checker.js";

type Verdicts = Readonly<Record<string, Verdict>>;

/** Where a name points; the number itself may be missing in a run that measured nothing. */
export type Place =
  | { readonly kind: "found"; readonly checker: string; readonly path: readonly string[] }
  | { readonly kind: "ambiguous"; readonly names: readonly string[] }
  | { readonly kind: "missing" };

/** Whose numbers go by their bare names, first come first: `p99Ms` is also how old stale reads were (staleness). */
const BARE = ["perf", "availability", "lost-writes"];

/** A field that holds a number, or would if it had been measured. */
const mayBeNumber = (value: unknown): boolean => typeof value === "number" || value === null;

export function placeOf(name: string, verdicts: Verdicts): Place {
  const [head = "", ...path] = name.split(".");
  if (path.length > 0) {
    const checker = verdicts[head];
    if (checker === undefined) return { kind: "missing" };
    // Below the first field a verdict's shape depends on what was seen (byF.read): known only where it was.
    const known = path.length > 1 ? Object.hasOwn(checker, path[0] as string) : mayBeNumber(valueAt(checker, path));
    return known ? { kind: "found", checker: head, path } : { kind: "missing" };
  }
  const holders = Object.keys(verdicts).filter((checker) => mayBeNumber(valueAt(verdicts[checker], [name])));
  const checker = BARE.find((one) => holders.includes(one)) ?? holders[0];
  if (checker === undefined) return { kind: "missing" };
  if (holders.length > 1 && !BARE.includes(checker))
    return { kind: "ambiguous", names: holders.map((holder) => `${holder}.${name}`) };
  return { kind: "found", checker, path: [name] };
}

/** The number at a place; undefined where it was not measured, or where its checker proved nothing. */
export function numberAt(place: Place, verdicts: Verdicts): number | undefined {
  if (place.kind !== "found") return undefined;
  const verdict = verdicts[place.checker];
  // A checker that proved nothing counts nothing either: "0 lost" of a run without a single final read is no number.
  if (verdict === undefined || verdict.valid === "unknown") return undefined;
  const value = valueAt(verdict, place.path);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Every name that `placeOf` finds without going deeper: bare where that is enough. */
export function numberNames(verdicts: Verdicts): readonly string[] {
  const names = Object.entries(verdicts).flatMap(([checker, verdict]) =>
    Object.entries(verdict)
      .filter(([, value]) => mayBeNumber(value))
      .map(([field]) => ({ checker, field })),
  );
  const times = (field: string): number => names.filter((other) => other.field === field).length;
  const bare = (checker: string, field: string): boolean => {
    const place = placeOf(field, verdicts);
    return times(field) === 1 || (place.kind === "found" && place.checker === checker);
  };
  return names.map(({ checker, field }) => (bare(checker, field) ? field : `${checker}.${field}`));
}

function valueAt(holder: unknown, path: readonly string[]): unknown {
  let found: unknown = holder;
  for (const step of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

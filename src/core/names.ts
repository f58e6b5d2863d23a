/** Unknown names get an answer a person can use: what there is, and what was probably meant. */
import { UsageError } from "./errors.js";

/** Edit distance (Levenshtein), for words of a few letters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known name nearest to `name`, where one is near enough to have been meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, off: candidate.startsWith(name) ? 1 : distance(name, candidate) }))
    .sort((a, b) => a.off - b.off);
  const best = ranked[0];
  return best !== undefined && best.off <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** The entry of that name. @throws UsageError that names what there is. */
export function lookUp<T extends { readonly name: string }>(kind: string, name: string, entries: readonly T[]): T {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`unknown ${kind} "${name}".${hint} There are: ${names.join(", ")}.`);
}

/** Finds the witnesses in a run's verdicts, however deep, and gives each an id that links findings, pictures and timeline. */
import type { Valid, Verdict } from "../src/core/checker.js";
import type { Op } from "../src/core/op.js";
import { slug } from "./html.js";
import { fieldsOf, isFields, listIn, validOf } from "./read.js";
import { isOp } from "./show.js";
import type { OpPair, Survey } from "./survey.js";

export interface FoundWitness {
  /** Element id in the page. */
  readonly id: string;
  /** "linearizable", "linearizable / k3" */
  readonly label: string;
  readonly text: string;
  /** Steps in words, where a checker gives them (a cycle). */
  readonly steps: readonly string[];
  readonly valid: Valid;
  /** In order of invocation. */
  readonly pairs: readonly OpPair[];
}

/** Pictures a verdict gets at most; the rest is counted and lies in results.json. */
export const MAX_WITNESSES = 8;
/** Ops a picture holds at most. */
export const MAX_WITNESS_OPS = 40;
/** Parts whose witnesses are drawn. */
export const MAX_PARTS = 12;

/** All witnesses to draw, by path of the verdict they belong to ("linearizable", "linearizable / k3"). */
export function findWitnesses(
  checkers: Readonly<Record<string, Verdict>>,
  found: Survey,
): ReadonlyMap<string, readonly FoundWitness[]> {
  const out = new Map<string, readonly FoundWitness[]>();
  for (const [name, verdict] of Object.entries(checkers)) visit(name, verdict, found, out, 0);
  return out;
}

function visit(
  path: string,
  verdict: Verdict,
  found: Survey,
  out: Map<string, readonly FoundWitness[]>,
  depth: number,
): void {
  if (!isFields(verdict) || depth > 4) return;
  // The fewer ops, the easier to follow. Checkers that list the worst first give all the same number.
  const size = (witness: Readonly<Record<string, unknown>>): number => listIn(witness, "ops").length;
  const list = [...witnessesOf(verdict)].sort((a, b) => size(a) - size(b)).slice(0, MAX_WITNESSES);
  const witnesses = list.map((witness, i): FoundWitness => {
    const ops = listIn(witness, "ops").filter(isOp);
    return {
      id: `witness-${slug(path)}-${i + 1}`,
      label: list.length > 1 ? `${path} #${i + 1}` : path,
      text: typeof witness["text"] === "string" ? witness["text"] : "",
      steps: listIn(witness, "steps").filter((step) => typeof step === "string"),
      valid: validOf(verdict),
      pairs: pairUp(ops, found),
    };
  });
  if (witnesses.length > 0) out.set(path, witnesses);
  for (const [name, part] of sortedParts(verdict).slice(0, MAX_PARTS))
    visit(`${path} / ${name}`, part, found, out, depth + 1);
}

/** `witnesses`, or the single `witness` that some verdicts carry. */
export function witnessesOf(verdict: Verdict): readonly Readonly<Record<string, unknown>>[] {
  const fields = fieldsOf(verdict);
  const many = listIn(fields, "witnesses").filter(isFields);
  if (many.length > 0) return many;
  return isFields(fields["witness"]) && Array.isArray(fields["witness"]["ops"]) ? [fields["witness"]] : [];
}

/** Parts, worst first; those of one kind keep their order. */
export function sortedParts(verdict: Verdict): readonly (readonly [string, Verdict])[] {
  const rank = (part: Verdict): number => (validOf(part) === false ? 0 : validOf(part) === "unknown" ? 1 : 2);
  const parts = Object.entries(fieldsOf(verdict.parts)).filter((entry): entry is [string, Verdict] =>
    isFields(entry[1]),
  );
  return parts.sort((a, b) => rank(a[1]) - rank(b[1]));
}

function pairUp(ops: readonly Op[], found: Survey): readonly OpPair[] {
  const held = new Set<number>();
  const pairs = new Set<OpPair>();
  const open = new Map<string, OpPair>();
  for (const op of ops) {
    if (op.process === "nemesis") continue;
    const row = found.rowOf(op);
    if (row !== undefined) {
      held.add(row);
      continue;
    }
    // Not in the history (judged elsewhere, or edited): the halves meet by process, in order.
    const thread = `${op.process} ${op.f}`;
    const invoked = op.type === "invoke" ? undefined : open.get(thread);
    if (invoked !== undefined) pairs.delete(invoked);
    const pair =
      op.type === "invoke" ? { invoke: op, end: undefined } : { invoke: invoked?.invoke ?? asked(op), end: op };
    pairs.add(pair);
    if (op.type === "invoke") open.set(thread, pair);
    else open.delete(thread);
  }
  return [...[...held].map((row) => found.pair(row)), ...pairs]
    .sort((a, b) => a.invoke.index - b.invoke.index)
    .slice(0, MAX_WITNESS_OPS);
}

/** A completion whose invocation is nowhere: shown as if it took no time. */
function asked(op: Op): Op {
  return { ...op, type: "invoke" };
}

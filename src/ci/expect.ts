/** What a contract expects, understood before anything runs: each name is a checker or a number that there is. */
import type { Valid, Verdict } from "../core/checker.js";
import { UsageError } from "../core/errors.js";
import { nearest } from "../runner/names.js";
import { type Bound, parseBounds } from "./bounds.js";
import { numberNames, placeOf } from "./numbers.js";

export type Expectation =
  | { readonly kind: "verdict"; readonly name: string; readonly wanted: Valid | "any" }
  | { readonly kind: "word"; readonly name: string; readonly field: string; readonly wanted: string }
  | {
      readonly kind: "number";
      readonly name: string;
      readonly bounds: readonly Bound[];
      readonly text: string | number;
    };

/** The name that stands for the verdict of the whole run. */
export const WHOLE_RUN = "valid";

/** Fields of verdicts that hold a word people can expect: the availability class, a consistency level. */
const WORD_FIELDS = ["class", "level"];
const CLASSES = ["CP-like", "AP-like", "neither", "unknown"];

/** What is known of a run's verdicts beforehand: their shape, from judging an empty history. */
export interface Shape {
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** A checker of the user's own may show some of its fields only when there is something to count. */
  readonly complete: boolean;
}

export type ExpectedWords = Readonly<Record<string, Valid | string | number>>;

/** @throws UsageError in one line; `where` names the file and the contract. */
export function parseExpectations(where: string, expected: ExpectedWords, shape: Shape): readonly Expectation[] {
  return Object.entries(expected).map(([name, wanted]) => parseOne(`${where}expect.${name}`, name, wanted, shape));
}

function parseOne(where: string, name: string, wanted: Valid | string | number, shape: Shape): Expectation {
  const verdict = shape.verdicts[name];
  if (name === WHOLE_RUN || verdict !== undefined) {
    const word = wanted === "valid" ? true : wanted === "invalid" ? false : wanted;
    const field = WORD_FIELDS.find((one) => verdict !== undefined && one in verdict);
    if (typeof word === "boolean" || word === "any" || (word === "unknown" && field === undefined)) {
      return { kind: "verdict", name, wanted: word as Valid | "any" };
    }
    if (typeof word === "string" && field !== undefined) {
      if (field === "class" && !CLASSES.includes(word)) {
        throw new UsageError(`${where} is "${word}"; a class is ${CLASSES.join(", ")}${hint(word, CLASSES)}.`);
      }
      return { kind: "word", name, field, wanted: word };
    }
    const words = field === undefined ? "" : `, or a ${field}`;
    throw new UsageError(`${where} is ${JSON.stringify(wanted)}; a checker takes true, false, unknown or any${words}.`);
  }
  return parseNumber(where, name, wanted, shape);
}

function parseNumber(where: string, name: string, wanted: Valid | string | number, shape: Shape): Expectation {
  const place = placeOf(name, shape.verdicts);
  if (place.kind === "ambiguous") {
    throw new UsageError(`${where}: several checkers have that number; write ${place.names.join(" or ")}.`);
  }
  // A misspelt checker is told as one, whatever stands after it.
  const isVerdict = typeof wanted === "boolean" || wanted === "any" || wanted === "unknown";
  if (isVerdict || (place.kind === "missing" && shape.complete)) {
    const checkers = Object.keys(shape.verdicts);
    const numbers = numberNames(shape.verdicts);
    const meant = hint(name, isVerdict ? checkers : [...checkers, ...numbers]);
    const what = isVerdict ? "checker" : "checker or number";
    const there = isVerdict ? checkers : [...checkers, ...numbers];
    throw new UsageError(`${where}: this run has no such ${what}${meant}. There are: ${there.join(", ")}.`);
  }
  const bounds = parseBounds(wanted as string | number);
  if (bounds === undefined) {
    throw new UsageError(
      `${where} is ${JSON.stringify(wanted)}; a number takes a bound, as in "<= 0.2" or "> 0, < 50".`,
    );
  }
  return { kind: "number", name, bounds, text: wanted as string | number };
}

function hint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** Must something be found that is wrong? */
export const mustFind = (expectations: readonly Expectation[]): boolean =>
  expectations.some((one) => one.kind === "verdict" && one.wanted === false);

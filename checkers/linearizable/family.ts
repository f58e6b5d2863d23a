/** What the checker asks of a kind of object, beside its calls: a near-linear method, a search problem, words. */
import type { Calls, Part } from "./calls.js";
import type { Problem } from "./search.js";

/** What breaks a history, in words and in calls that show it by themselves. */
export interface Violation {
  /** Absent: the search finds words for these calls. */
  readonly text?: () => string;
  readonly calls: readonly number[];
  /** The words speak of the whole history ("nobody ever wrote 3"), so they are not true of a part of it. */
  readonly ofWhole?: true;
  /** Positions of ops that did not happen but belong into the picture. */
  readonly failed?: () => readonly number[];
}

/** "no": the method does not apply, or could not decide. */
export type FastOutcome = "valid" | "no" | Violation;

/** A search problem, and what its numbers stand for. */
export interface PartProblem {
  readonly problem: Problem;
  /** The problem's call -> the call. */
  readonly calls: Int32Array;
  /** A state of the problem, for people. */
  stateText(state: number): string;
}

/** What a look at all keys at once found. */
export interface Screening {
  /** Completed and crashed ops that were judged. */
  readonly ops: number;
  /** How many keys they have; having none counts as one. */
  readonly keys: number;
  /** Do ops have keys? */
  readonly keyed: boolean;
  /** See `Family.observes`. */
  readonly observes: boolean;
  /** Keys (ids, NONE for none) that are not proved valid: invalid, or not for this method. */
  readonly undecided: ReadonlySet<number>;
}

/** Calls and parts may be made when they are first asked for. */
export interface Family {
  /**
   * Proves as many keys as it can without making calls and parts, which may cost more than the proof. Undefined where
   * that is not possible.
   */
  screen?(): Screening | undefined;
  readonly calls: Calls;
  readonly parts: readonly Part[];
  /** Was there anything in it that could have gone wrong? */
  readonly observes: boolean;
  fast(part: Part): FastOutcome;
  /** `exact`: every state has a name of its own, for explanations. */
  problem(part: Part, exact?: boolean): PartProblem;
  /**
   * Of the calls of a witness, those that may be left out without changing what it means: if the history is linearizable
   * with them, it is so without them. Not a write that somebody saw: without it, a legal read would look like a violation.
   */
  removable(part: Part): ReadonlySet<number>;
  /** Calls that may be left out likewise, but only all of a group at once: the enqueue and the dequeue of one value. */
  together?(part: Part): readonly (readonly number[])[];
  /**
   * Ever larger parts of a part, each of which is linearizable if the whole is: for a witness that need not begin at the
   * beginning.
   */
  suffixes?(part: Part): Iterable<Suffix>;
  /** Calls of the whole part that a witness taken from it should show as well, though it is one without them. */
  context?(part: Part, witness: Part): readonly number[];
  /** A violation that needs no order to be seen: a value that was seen and that no call brought. */
  fromNowhere?(part: Part): Violation | undefined;
  /** The call that cannot be placed, in words. */
  callText(call: number): string;
}

export interface Suffix {
  readonly part: Part;
  /** The call that makes what was before irrelevant: a witness needs it to be understood. */
  readonly reset: number;
}

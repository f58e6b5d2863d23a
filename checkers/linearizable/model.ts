/** What a model is: a state machine that says which calls may follow each other. Bring your own, or take a built-in one. */

/** A call as a model sees it. */
export interface Call {
  readonly f: string;
  /** The invocation's value. */
  readonly input: unknown;
  /** The completion's value; undefined where the call crashed, and then any result is possible. */
  readonly output: unknown;
  /** ok: it happened. info: it may have. mismatch: a cas that failed because the register was not what it expected. */
  readonly type: "ok" | "info" | "mismatch";
  /** Who called. Only for models that say `byProcess`. */
  readonly process: number;
}

/**
 * A sequential object. It must be deterministic: a call that is allowed in a state leads to exactly one next state. A call
 * without an output (it crashed) does to the state what it would do with any output.
 * States are values and must not be changed in place.
 */
export interface Model<S> {
  readonly name: string;
  /** The fs it understands. */
  readonly fs: readonly string[];
  /** `initial` is what the user gave as the value before the first op; null where nothing was given. */
  init(initial: unknown): S;
  /** The state after the call, or undefined where the call is impossible in this state. */
  step(state: S, call: Call): S | undefined;
  /** A text that is equal exactly where two states are. */
  key(state: S): string;
  /** True for calls that never change any state (reads): makes the search much faster. Default false. */
  looks?(call: Call): boolean;
  /** True for calls that are possible in every state, so that their success tells nothing (an enqueue). Default false. */
  blind?(call: Call): boolean;
  /**
   * The parts of the state a call looks at or changes (the element of an add), where the object is several independent ones:
   * then parts that no call joins are judged apart (Horn & Kroening 2015). Undefined: all of it. Default: all of it.
   */
  touches?(call: Call): readonly unknown[] | undefined;
  /**
   * Calls with equal names may be left out together without making a legal history illegal: the push and the pop of one
   * value. It makes witnesses small. Undefined: this one must stay. Calls that only look may always go.
   */
  together?(call: Call): unknown;
  /** Does `step` look at `call.process`? Default false: calls that differ in the process alone are taken for equal. */
  readonly byProcess?: boolean;
  /** For people. Default: the key. */
  describe?(state: S): string;
  /** What a call did, for people, without the subject: "dequeued 5". Default: its f and value. */
  words?(call: Call): string;
  /** What is wrong with a call's values, if anything: the history is then refused. */
  malformed?(call: Call): string | undefined;
  /** The name of the op that can fail with error "mismatch" as an observation. Such failures are ignored by default. */
  readonly cas?: string;
}

/** A value somewhere in an object. */
export interface Place {
  /** Equal exactly for equal values at one place. */
  readonly id: string;
  /** In words, as what is brought: "3", or "3 to y". */
  readonly words: string;
}

/** Where the values come from that calls see. */
export interface Origins<S> {
  /** "enqueued", for "nobody ever enqueued 3". */
  readonly did: string;
  /** "enqueue", for "every enqueue of 3 failed". */
  readonly noun: string;
  /** What a call may have brought. */
  brings(call: Call): readonly Place[];
  /** What an answered call saw: somebody brought it, or it was there from the start. */
  sees(call: Call): readonly Place[];
  holds(state: S): readonly Place[];
}

/** A built-in model: what the checker knows of it beyond what a user has to tell. */
export interface BuiltIn<S> extends Model<S> {
  /** Other names of its fs. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly origins?: Origins<S>;
  /** The fs whose calls never change a state: crashed ones are dropped while reading. */
  readonly readers?: readonly string[];
  /**
   * The same calls made simpler, without changing whether an order exists: undefined for one that no order needs, another
   * call for one that no other call can tell from it.
   */
  simplify?(calls: readonly Call[]): readonly (Call | undefined)[];
}

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
}

/**
 * A sequential object. It must be deterministic: a call that is allowed in a state leads to exactly one next state.
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
  /** For people. Default: the key. */
  describe?(state: S): string;
  /** The name of the op that can fail with error "mismatch" as an observation. Such failures are ignored by default. */
  readonly cas?: string;
}

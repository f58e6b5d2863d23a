/** A model's states by small numbers, so that the search and its memo deal in numbers only. Bounded in memory. */
import { IntPairMap } from "./int-map.js";
import type { Call, Model } from "./model.js";
import type { Machine } from "./search.js";

/** Past these the search has to stop: it needs too much memory. */
const MOST_STATES = 1 << 19;
const MOST_TEXT = 1 << 25;
/** Transitions remembered; forgotten all at once beyond. */
const MOST_TRANSITIONS = 1 << 20;
/** To try a call on a state costs as much as so many steps of the search, and one more for so many characters of its key. */
const STEPS_A_CALL = 4;
const TEXT_A_STEP = 8;

/** What `step` returns for an impossible call. */
const IMPOSSIBLE = -1;

export class States<S> implements Machine {
  readonly initial: number;
  spent = 0;
  private readonly states: S[] = [];
  private readonly ids = new Map<string, number>();
  private readonly transitions = new IntPairMap();
  /** The lengths of the states' keys. */
  private readonly sizes: number[] = [];
  private text = 0;

  /** `labels`: calls with one label have one effect. */
  constructor(
    private readonly model: Model<S>,
    private readonly calls: readonly Call[],
    private readonly labels: Int32Array,
    initial: unknown,
  ) {
    this.initial = this.intern(model.init(initial));
  }

  get full(): boolean {
    return this.states.length >= MOST_STATES || this.text >= MOST_TEXT;
  }

  step(state: number, call: number): number {
    const label = this.labels[call] as number;
    const known = this.transitions.get(state, label);
    if (known !== undefined) return known;
    // Whether it is possible or not: to find that out costs the same.
    this.spent += STEPS_A_CALL + (this.sizes[state] as number) / TEXT_A_STEP;
    const after = this.model.step(this.states[state] as S, this.calls[call] as Call);
    const next = after === undefined ? IMPOSSIBLE : this.intern(after);
    if (this.transitions.size >= MOST_TRANSITIONS) this.transitions.clear();
    this.transitions.set(state, label, next);
    return next;
  }

  describe(state: number): string {
    const held = this.states[state] as S;
    return this.model.describe?.(held) ?? this.model.key(held);
  }

  private intern(state: S): number {
    const key = this.model.key(state);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.text += key.length;
    this.sizes.push(key.length);
    this.ids.set(key, this.states.length);
    return this.states.push(state) - 1;
  }
}

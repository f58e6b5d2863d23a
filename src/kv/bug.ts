/** What a planted bug is; each mode lists its own in `<mode>/bugs.ts`. */

/** A deviation in exactly one place of a node's code, and what should find it. */
export interface PlantedBug {
  readonly name: string;
  readonly system: string;
  /** What the node does wrong, in a sentence. */
  readonly summary: string;
  /** The workload and the nemesis to sweep with, and the checker that finds it. */
  readonly workload: string;
  readonly nemesis: string;
  readonly checker: string;
  /** Options of the system under which a node without the bug is correct and one with it is not. */
  readonly options?: Readonly<Record<string, string>>;
  /** No line of code differs: those options are the bug, and a sound node runs without them. */
  readonly optionsAreTheBug?: true;
}

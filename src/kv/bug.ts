/** What a planted bug is; each mode lists its own in `<mode>/bugs.ts`. */

/** A deviation in exactly one place of a node's code, and what should find it. */
export interface PlantedBug {
  readonly name: string;
  readonly system: string;
  /** What the node does wrong, in a sentence. */
  readonly summary: string;
  /** The workload, nemesis and checker that find it. */
  readonly workload: string;
  readonly nemesis: string;
  readonly checker: string;
  /** Options of the system under which a node without the bug is correct and one with it is not. */
  readonly options?: Readonly<Record<string, string>>;
}

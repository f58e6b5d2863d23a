/**
 * A disk that forgets what was not synced. It is harsher than killing a process on a healthy machine (there the page cache
 * survives): a crash here is a power cut, because that is what an acknowledgement before fsync gambles with.
 */
import type { AppendEffect } from "../../core/program.js";
import type { Rng } from "../../core/rng.js";
import { drawLatencyUs, type LatencyTable } from "./latency.js";

/** What a crash did to the unsynced lines. */
export interface CrashLoss {
  readonly unsynced: number;
  readonly kept: number;
  /** The line after the kept ones was written in part and dropped. */
  readonly torn: boolean;
}

export class SimDisk {
  /** Lines, and effects that make theirs when asked. */
  private lines: (string | AppendEffect)[] = [];
  /** The first `synced` lines survive anything. */
  private synced = 0;
  /** A `replace` under way: a crash leaves the old lines or the new ones, never a mix. */
  private replacing: readonly string[] | undefined;

  constructor(
    private readonly random: Rng,
    private readonly fsync: LatencyTable,
  ) {}

  append(effect: AppendEffect): void {
    if (effect.late === true) {
      this.lines.push(effect);
      return;
    }
    const { line } = effect;
    // In Docker lines lie in a file, one a row: a line break inside would come back as two lines.
    if (line.includes("\n")) throw new TypeError("an appended line holds a line break");
    this.lines.push(line);
  }

  /** Is there anything a sync would have to wait for? */
  get dirty(): boolean {
    return this.synced < this.lines.length;
  }

  /** How long the next sync or replace takes. */
  drawSyncUs(): number {
    return drawLatencyUs(this.fsync, this.random);
  }

  beginReplace(lines: readonly string[]): void {
    for (const line of lines) {
      if (line.includes("\n")) throw new TypeError("a replaced line holds a line break");
    }
    this.replacing = lines.slice();
  }

  /** Ends a sync or a replace. */
  settle(): void {
    if (this.replacing !== undefined) this.lines = this.replacing as string[];
    this.replacing = undefined;
    this.synced = this.lines.length;
  }

  /** The power goes: none, all, or a random prefix of the unsynced lines survives, the next one perhaps torn. */
  crash(): CrashLoss {
    if (this.replacing !== undefined && this.random.chance(1, 2)) this.settle();
    this.replacing = undefined;
    const unsynced = this.lines.length - this.synced;
    const draw = this.random.below(3);
    const kept = draw === 0 ? 0 : draw === 1 ? unsynced : this.random.below(unsynced + 1);
    const torn = kept < unsynced && this.random.chance(1, 2);
    this.lines.length = this.synced + kept;
    this.synced = this.lines.length;
    return { unsynced, kept, torn };
  }

  /** The surviving lines, oldest first. */
  read(): readonly string[] {
    return this.lines.map((line) => (typeof line === "string" ? line : line.line));
  }
}

/** What a node writes to its disk, and how it begins again from it. */
import type { AppendEffect } from "../../core/program.js";
import { rng } from "../../core/rng.js";
import { fromImage, toImage } from "../machine.js";
import type { DiskRecord, Entry } from "./messages.js";
import type { RaftState } from "./state.js";

/** In memory a log keeps this many entries that are already in the snapshot, for followers that are a little behind. */
const KEEP = 200;

/** Adds an entry to the end of the log, in memory and on disk. Durable after the step's sync. */
export function writeEntry(state: RaftState, entry: Entry): void {
  state.log.push(entry);
  state.out.write(lineOf(entry, state.log.last));
  // Planted bug: the entry is acknowledged while a crash can still take it back.
  if (state.has("ack-before-fsync")) state.out.promiseTooEarly();
}

/** An entry as a line of the disk. */
class EntryLine implements AppendEffect {
  readonly kind = "append";
  readonly late = true;
  private text: string | undefined;

  constructor(
    readonly entry: Entry,
    readonly index: number,
  ) {}

  get line(): string {
    const { entry, index } = this;
    const record: DiskRecord = { k: "entry", i: index, term: entry.term, request: entry.request };
    this.text ??= JSON.stringify(record);
    return this.text;
  }
}

/** The lines of the entries written last, by index modulo its length. */
const LINES: (EntryLine | undefined)[] = Array(64);

/** The line of an entry. Simulated nodes share an entry's memory and write it one after the other: made once for all. */
function lineOf(entry: Entry, index: number): EntryLine {
  const made = LINES[index % LINES.length];
  if (made !== undefined && made.entry === entry && made.index === index) return made;
  const line = new EntryLine(entry, index);
  LINES[index % LINES.length] = line;
  return line;
}

/** Writes term and vote if they changed; nothing that depends on them leaves before the sync. */
export function writeHard(state: RaftState): void {
  if (!state.hardChanged) return;
  state.hardChanged = false;
  state.out.append(hard(state));
}

function hard(state: RaftState): DiskRecord {
  // Planted bug: after a restart the node does not know that it voted, and votes again.
  const vote = state.has("vote-not-persisted") ? null : state.vote;
  return { k: "hard", term: state.term, vote };
}

/** Writes a snapshot of the machine in the place of the log up to `commit`, and what follows it as it is. */
export function writeSnapshot(state: RaftState): void {
  const { log, commit } = state;
  const term = log.termAt(commit);
  if (term === undefined) return;
  const image = toImage(state.machine);
  const kept = state.has("snapshot-forgets-sessions") ? { ...image, sessions: [] } : image;
  const records: DiskRecord[] = [{ k: "snapshot", i: commit, term, image: kept }, hard(state)];
  // Planted bug: the entries after the snapshot are gone, though this node has acknowledged them.
  const tail = state.has("snapshot-loses-tail") ? [] : log.from(commit + 1, log.last - commit);
  tail.forEach((entry, at) => {
    records.push({ k: "entry", i: commit + 1 + at, term: entry.term, request: entry.request });
  });
  state.hardChanged = false;
  state.out.replace(records);
  state.snapshot = commit;
  log.dropTo(commit - KEEP);
}

/** Reads the disk. Committed entries after the snapshot are applied again once a leader says how far they go. */
export function restore(state: RaftState, disk: readonly string[], seed: number): void {
  state.random = rng(seed, "raft");
  state.run = state.random.uint32();
  for (const line of disk) {
    const record = JSON.parse(line) as DiskRecord;
    switch (record.k) {
      case "hard":
        state.term = record.term;
        state.vote = record.vote;
        break;
      case "entry":
        // An index that was written before begins a new end of the log: what stood there was overwritten.
        state.log.cutFrom(record.i);
        state.log.push({ term: record.term, request: record.request });
        break;
      case "snapshot":
        state.log.reset(record.i, record.term);
        state.machine = fromImage(record.image);
        state.commit = record.i;
        state.snapshot = record.i;
        break;
    }
  }
  // Planted bug: the term comes from the log alone, so the node forgets the terms in which it only voted.
  if (state.has("term-not-persisted")) state.term = state.log.lastTerm;
}

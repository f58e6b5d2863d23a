/** Which row of the timeline an op is drawn in. Pure. */
import { byNumberInName } from "../format.js";
import { type Model, wordAt } from "./model.js";

export type Grouping = "clients" | "nodes";

export interface Lane {
  /** Stands beside the first lane of a group. */
  readonly group: string;
  readonly first: boolean;
  readonly label: string;
  /** Rows of the model in order of start. */
  readonly rows: Int32Array;
}

/** Lanes a picture holds at most; more share lanes. */
const MAX_LANES = 600;

/** The lanes for the rows whose mask is 1. */
export function lanesOf(model: Model, grouping: Grouping, mask: Uint8Array): readonly Lane[] {
  const thread = threads(model);
  const byLane = new Map<string, { group: string; thread: number; rows: number[]; processes: Set<number> }>();
  for (let row = 0; row < model.count; row++) {
    const node = wordAt(model, "node", row) ?? "";
    const id = grouping === "nodes" ? `${node} ${thread[row]}` : String(thread[row]);
    let lane = byLane.get(id);
    if (lane === undefined) {
      lane = { group: node, thread: thread[row] as number, rows: [], processes: new Set() };
      byLane.set(id, lane);
    }
    lane.processes.add(model.process[row] as number);
    if (mask[row] === 1) lane.rows.push(row);
  }
  const lanes = [...byLane.values()].sort(
    (a, b) => (grouping === "nodes" ? byNumberInName(a.group, b.group) : 0) || a.thread - b.thread,
  );
  return lanes.map((lane, i) => ({
    group: lane.group,
    first: grouping === "clients" || lanes[i - 1]?.group !== lane.group,
    label: grouping === "nodes" ? lane.group || "no node" : clientLabel(model, lane),
    rows: Int32Array.from(lane.rows),
  }));
}

/** Where the number of clients is not known, nor is who they were: the processes in the lane are named. */
function clientLabel(
  { data }: Model,
  lane: { readonly thread: number; readonly group: string; readonly processes: ReadonlySet<number> },
): string {
  if (data.concurrency > 0) return `client ${lane.thread} ${lane.group}`.trim();
  const names = Array.from(lane.processes, (process) => `p${process}`);
  if (names.length === 1) return `${names[0]} ${lane.group}`.trim();
  return names.length === 2 ? names.join(", ") : `${names[0]}, …, ${names.at(-1)}`;
}

/**
 * A process is retired after an unknown ending and its thread goes on under a new number. Where the number of threads is
 * known the thread is process mod threads; else processes whose lives do not overlap share a lane, the earliest free first.
 */
function threads(model: Model): Int32Array {
  const out = new Int32Array(model.count);
  const { concurrency } = model.data;
  if (concurrency > 0) {
    for (let row = 0; row < model.count; row++) out[row] = (model.process[row] as number) % concurrency;
    return out;
  }
  const laneOf = packed(model);
  for (let row = 0; row < model.count; row++) out[row] = laneOf.get(model.process[row] as number) ?? 0;
  return out;
}

function packed(model: Model): ReadonlyMap<number, number> {
  const lives = new Map<number, { from: number; to: number }>();
  for (let row = 0; row < model.count; row++) {
    const life = lives.get(model.process[row] as number);
    const [from, to] = [model.start[row] as number, model.end[row] as number];
    if (life === undefined) lives.set(model.process[row] as number, { from, to });
    else life.to = Math.max(life.to, to);
  }
  const laneEnds: number[] = [];
  const laneOf = new Map<number, number>();
  for (const [process, life] of [...lives].sort((a, b) => a[1].from - b[1].from)) {
    let lane = laneEnds.findIndex((end) => end <= life.from);
    if (lane < 0) lane = laneEnds.length < MAX_LANES ? laneEnds.length : laneOf.size % MAX_LANES;
    laneEnds[lane] = Math.max(laneEnds[lane] ?? 0, life.to);
    laneOf.set(process, lane);
  }
  return laneOf;
}

/** A small run told as a story, line by line: what was cut when, who wrote what, who acknowledged it, what was read. */
import { type FaultRecord, faultRecordOf } from "../src/core/fault.js";
import type { Op, Process } from "../src/core/op.js";
import type { RunResults, TestSpec } from "../src/core/run.js";
import { byNumberInName, duration, moment, plural } from "./format.js";
import { visible } from "./html.js";
import { validOf } from "./read.js";
import { clip, show } from "./show.js";
import { witnessesOf } from "./witnesses.js";

export interface StoryInput {
  readonly test: TestSpec;
  readonly results: RunResults;
  readonly ops: Iterable<Op>;
}

/** A longer run is none that a person follows. */
export const STORY_OPS_MAX = 60;

interface Event {
  readonly atNs: number;
  readonly text: string;
}

/** The story as lines of plain text; what systems said in it holds no control characters. */
export function storyLines({ test, results, ops }: StoryInput): readonly string[] {
  const { finalNs = Number.POSITIVE_INFINITY } = results;
  const all = [...ops];
  const main = all.filter(({ time }) => time < finalNs);
  const events = [...clientEvents(main, test), ...faultEvents(main)].sort((a, b) => a.atNs - b.atNs);
  return [
    title(test, main),
    ...events.map(({ atNs, text }) => `  ${moment(atNs).padStart(9)}  ${text}`),
    ...finalLines(all.filter(({ time }) => time >= finalNs)),
    ...findings(results),
  ].map((line) => visible(line));
}

function title({ system, systemOpts, workload, nodes, seed }: TestSpec, main: readonly Op[]): string {
  const clients = new Set<Process>();
  let [ops, faults] = [0, 0];
  for (const op of main) {
    if (op.process === "nemesis") {
      if (faultRecordOf(op)?.phase === "begin") faults++;
    } else if (op.type === "invoke") {
      ops++;
      clients.add(op.process);
    }
  }
  const bug = systemOpts["bug"] === undefined || systemOpts["bug"] === "none" ? "" : ` (bug=${systemOpts["bug"]})`;
  const who = plural(clients.size, "client");
  const what = `${plural(faults, "fault")}, ${plural(ops, "op")} by ${who}`;
  return `${system}${bug}, ${workload}, ${nodes.length} nodes, seed ${seed}: ${what}`;
}

function clientEvents(main: readonly Op[], { concurrency }: TestSpec): Event[] {
  const open = new Map<Process, Op>();
  const events: Event[] = [];
  const tell = (invoked: Op, ended: Op | undefined): void => {
    const client = `client ${Number(invoked.process) % concurrency} at ${invoked.node ?? "?"}`;
    events.push({ atNs: invoked.time, text: `${client} ${asks(invoked)}: ${ending(invoked, ended)}` });
  };
  for (const op of main) {
    if (op.process === "nemesis") continue;
    if (op.type === "invoke") open.set(op.process, op);
    else {
      const invoked = open.get(op.process);
      open.delete(op.process);
      if (invoked !== undefined) tell(invoked, op);
    }
  }
  for (const invoked of open.values()) tell(invoked, undefined);
  return events;
}

function asks({ f, key, value }: Op): string {
  const where = key === undefined ? "" : ` key ${show(key, 20)}`;
  if (f === "read" || f === "lookup") return `reads${where || " the set"}`;
  if (f === "write") return `writes ${show(value, 40)} to${where}`;
  if (f === "cas" && Array.isArray(value)) return `sets${where} from ${show(value[0], 40)} to ${show(value[1], 40)}`;
  if (f === "add") return `adds ${show(value, 40)}${where === "" ? "" : ` to${where}`}`;
  return `${f} ${show(value, 60)}${where}`;
}

const READS: ReadonlySet<string> = new Set(["read", "lookup"]);

function ending(invoked: Op, ended: Op | undefined): string {
  if (ended === undefined) return "no answer";
  const took = `after ${duration(ended.time - invoked.time)}`;
  const by = ended.via === undefined ? "" : ` by ${ended.via}`;
  if (ended.type === "ok" && READS.has(ended.f)) {
    return `${ended.via === undefined ? "sees" : `${ended.via} answers`} ${show(ended.value, 80)} ${took}`;
  }
  if (ended.type === "ok") return `acknowledged${by} ${took}`;
  const why = ended.error === undefined ? "" : ` (${clip(ended.error, 80)})`;
  return ended.type === "fail" ? `refused${by} ${took}${why}` : `no answer ${took}${why}; it may have happened`;
}

function faultEvents(main: readonly Op[]): Event[] {
  let begun: Op | undefined;
  const events: Event[] = [];
  for (const op of main) {
    if (op.process !== "nemesis") continue;
    if (op.type === "invoke") begun = op;
    const record = faultRecordOf(op);
    if (record === undefined) continue;
    // Healing ends every kind of fault that the run may have had; what ended nothing is no event.
    const text = record.phase === "begin" ? beginWords(record) : endWords(record);
    events.push({ atNs: begun?.time ?? op.time, text: `** ${text}${record.proved ? "" : " (not proved)"}` });
  }
  return events;
}

function beginWords({ kind, sides, grudge, oneWay, targets, skews, packet }: FaultRecord): string {
  const who = targets.join(", ");
  if (kind === "kill") return `${who} killed`;
  if (kind === "pause") return `${who} frozen`;
  if (kind === "clock") {
    const wrong = Object.entries(skews ?? {}).map(([node, { offsetMs, driftPpm }]) =>
      offsetMs === 0 ? `${node} ${signed(driftPpm)} ppm` : `${node} ${signed(offsetMs)} ms`,
    );
    return `clocks set wrong: ${wrong.join(", ")}`;
  }
  if (kind === "packet") {
    const what = Object.entries(packet ?? {}).filter(([, amount]) => amount !== 0);
    return `packets disturbed: ${what.map(([name, amount]) => `${name} ${amount}`).join(", ")}`;
  }
  if (sides !== undefined && oneWay !== true) return `cut: ${sides.map((side) => side.join(" ")).join(" | ")}`;
  return `cut: ${Object.entries(grudge ?? {})
    .map(([node, refused]) => `${node} hears nothing of ${refused.join(", ")}`)
    .join("; ")}`;
}

const signed = (n: number): string => (n < 0 ? `−${-n}` : `+${n}`);

function endWords({ kind, targets }: FaultRecord): string {
  const who = targets.join(", ");
  if (kind === "kill") return who === "" ? "nobody was left to start" : `${who} started again`;
  if (kind === "pause") return who === "" ? "nobody was left to resume" : `${who} resumed`;
  return kind === "partition" ? "cut healed" : kind === "clock" ? "clocks set right" : "packets flow again";
}

/** The last reads of each key, with those together that saw the same. */
function finalLines(final: readonly Op[]): string[] {
  const seen = new Map<string, Map<string, string[]>>();
  for (const { type, process, f, key, value, node } of final) {
    if (process === "nemesis" || type !== "ok" || !READS.has(f)) continue;
    const name = key === undefined ? "the set" : `key ${show(key, 20)}`;
    const values = seen.get(name) ?? new Map<string, string[]>();
    seen.set(name, values);
    const text = show(value, 120);
    values.set(text, [...(values.get(text) ?? []), node ?? "?"]);
  }
  return [...seen].map(([name, values]) => {
    const parts = [...values].map(([text, nodes]) => `${text} at ${[...nodes].sort(byNumberInName).join(" ")}`);
    return `  in the end  ${name}: ${parts.join("; ")}`;
  });
}

function findings(results: RunResults): string[] {
  const bad = Object.entries(results.checkers).filter(([, verdict]) => validOf(verdict) === false);
  return bad.flatMap(([name, verdict]) => {
    const text = witnessesOf(verdict)[0]?.["text"];
    const summary = String(verdict.summary);
    const shown = typeof text === "string" && text !== "" && !summary.includes(text) ? [`    ${clip(text, 400)}`] : [];
    return [`  ✗ ${name}: ${clip(summary, 400)}`, ...shown];
  });
}

/** Live progress of a run: one moving line on a terminal, plain lines elsewhere. */
import ora, { type Ora } from "ora";
import { type FaultRecord, faultRecordOf } from "../core/fault.js";
import type { Op } from "../core/op.js";
import type { TestSpec } from "../core/run.js";
import type { RunListener } from "../runner/run.js";
import type { Output } from "./output.js";

const PHASES: Readonly<Record<string, string>> = {
  forming: "waiting for the nodes",
  main: "running",
  healing: "healing",
  recovering: "waiting for the system to recover",
  final: "final reads",
  stopping: "collecting logs, stopping the nodes",
  checking: "checking",
};

/** How often the moving line is drawn, and how often a plain line is printed where there is no terminal. */
const DRAW_MS = 200;
const PLAIN_MS = 5_000;

export interface ProgressView extends RunListener {
  stop(): void;
}

/** What the faults of this moment are, for the moving line. */
class Faults {
  private readonly active = new Map<string, string>();

  /** The line to print for a nemesis event; undefined where there is nothing to tell. */
  hear(op: Op): string | undefined {
    if (op.type === "invoke") return undefined;
    const record = faultRecordOf(op);
    if (record === undefined) return op.error === undefined ? undefined : `${op.f}: ${op.error}`;
    if (record.phase === "end") {
      if (!this.active.delete(record.kind)) return undefined;
      return `${seconds(record.beganNs)} ${record.kind} over${record.proved ? "" : " (not proved)"}`;
    }
    const words = describe(record);
    this.active.set(record.kind, words);
    return `${seconds(record.beganNs)} ${words}${record.proved ? "" : " (not proved)"}`;
  }

  toString(): string {
    return [...this.active.values()].join(", ");
  }
}

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(1)} s`;

function describe({ kind, shape, oneWay, sides, targets }: FaultRecord): string {
  const what = `${kind}${shape === undefined ? "" : `:${shape}`}${oneWay === true ? " one-way" : ""}`;
  const who = sides?.map((side) => side.join(" ")).join(" | ") ?? targets.join(" ");
  return `${what} ${who}`;
}

export function createProgress(output: Output, spec: TestSpec): ProgressView {
  const faults = new Faults();
  const counts = { ok: 0, fail: 0, info: 0 };
  let phase = "starting";
  let phaseBegan = performance.now();
  const live = output.stream.isTTY === true && !output.quiet;
  const spinner: Ora | undefined = live ? ora({ stream: output.stream, discardStdin: false }).start() : undefined;
  const status = (): string => {
    const elapsed = (performance.now() - phaseBegan) / 1000;
    const limit = phase === "main" && spec.runtime === "docker" ? ` of ${spec.timeLimitMs / 1000}` : "";
    const total = counts.ok + counts.fail + counts.info;
    const ops = total === 0 ? "" : ` · ok ${counts.ok} fail ${counts.fail} info ${counts.info}`;
    const rate = phase === "main" && elapsed > 1 ? ` · ${Math.round(total / elapsed)} ops/s` : "";
    const hurt = faults.toString();
    return `${PHASES[phase] ?? phase} ${elapsed.toFixed(0)}${limit} s${ops}${rate}${hurt === "" ? "" : ` · ${hurt}`}`;
  };
  const print = (text: string): void => {
    spinner?.clear();
    output.line(text);
    spinner?.render();
  };
  const timer = setInterval(
    () => {
      if (spinner !== undefined) spinner.text = status();
      else if (phase === "main") output.line(`  ${status()}`);
    },
    live ? DRAW_MS : PLAIN_MS,
  );
  timer.unref();
  return {
    started: (folder) => print(`storing the run in ${folder.path}`),
    phase: (name) => {
      phase = name;
      phaseBegan = performance.now();
      if (spinner === undefined) output.line(`${PHASES[name] ?? name} …`);
      else spinner.text = status();
    },
    op: (op) => {
      if (op.process === "nemesis") {
        const text = faults.hear(op);
        if (text !== undefined) print(`  ${output.paint.yellow(text)}`);
      } else if (op.type !== "invoke") counts[op.type]++;
    },
    line: (text) => print(`  ${text}`),
    stop: () => {
      clearInterval(timer);
      spinner?.stop();
    },
  };
}

/** Faults of a history as bands of time with a label, for every picture of the report. */
import { type FaultRecord, type FaultWindow, faultRecordOf, faultWindows } from "../src/core/fault.js";
import type { Op } from "../src/core/op.js";
import type { Band } from "./data.js";

/** A fault with the evidence of its beginning and its end. */
export interface Fault {
  readonly window: FaultWindow;
  readonly band: Band;
  readonly begin?: FaultRecord;
  readonly end?: FaultRecord;
}

/** The faults among nemesis ops, oldest first. `endNs`: when the history ends, for faults that were never healed. */
export function faultsOf(nemesisOps: readonly Op[], endNs: number): Fault[] {
  const records = nemesisOps.map(wellFormedRecord).filter((record) => record !== undefined);
  const faults = faultWindows(nemesisOps.filter((op) => wellFormedRecord(op) !== undefined));
  return faults.map((window) => {
    const begin = records.find((r) => r.phase === "begin" && r.kind === window.kind && r.beganNs === window.beginNs);
    const end = records.find((r) => r.phase === "end" && r.kind === window.kind && r.beganNs === window.endNs);
    return {
      window,
      band: bandOf(window, endNs),
      ...(begin === undefined ? {} : { begin }),
      ...(end === undefined ? {} : { end }),
    };
  });
}

/** Histories come from files too: a record without times or targets cannot be drawn. */
function wellFormedRecord(op: Op): FaultRecord | undefined {
  const record = faultRecordOf(op);
  if (record === undefined || !Number.isFinite(record.beganNs) || !Number.isFinite(record.completeNs)) return undefined;
  return Array.isArray(record.targets) ? record : undefined;
}

function bandOf(window: FaultWindow, endNs: number): Band {
  return {
    kind: window.kind,
    label: faultLabel(window),
    targets: window.targets.map(String),
    beginNs: window.beginNs,
    biteNs: window.biteNs,
    endNs: window.endNs < 0 ? endNs : window.endNs,
    healedNs: window.healedNs < 0 ? endNs : window.healedNs,
    proved: window.proved,
  };
}

const VERBS: Readonly<Record<string, string>> = {
  kill: "killed",
  pause: "paused",
  clock: "clock skewed",
  packet: "packets hurt",
};

/** "n3 | n1 n2 n4 n5" for a split, "n2 killed", or the shape and its nodes. */
export function faultLabel(window: FaultWindow): string {
  const targets = window.targets.map(String).join(" ");
  if (window.sides !== undefined && window.sides.length > 0) {
    return window.sides.map((side) => side.map(String).join(" ")).join(window.oneWay === true ? " ⇥ " : " | ");
  }
  const verb = VERBS[window.kind];
  if (verb !== undefined) return targets === "" ? verb : `${targets} ${verb}`;
  return [window.shape ?? window.kind, targets].filter((part) => part !== "").join(": ");
}

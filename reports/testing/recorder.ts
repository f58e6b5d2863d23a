/** Makes histories for tests: ops and faults in milliseconds, in any order. */
import type { FaultRecord } from "../../src/core/fault.js";
import type { Op } from "../../src/core/op.js";

/** Collects ops in order of time and gives them their indices. */
export class Recorder {
  private readonly ops: (Omit<Op, "index"> & { readonly order: number })[] = [];
  add(op: Omit<Op, "index">): void {
    this.ops.push({ ...op, order: this.ops.length });
  }
  /** An op from invocation to completion; ms in, ns out. */
  call(
    at: { readonly process: number; readonly node: string; readonly ms: number; readonly tookMs: number },
    op: { readonly f: string; readonly key?: string | number; readonly value?: unknown; readonly result?: unknown },
    type: "ok" | "fail" | "info" = "ok",
    error?: string,
  ): void {
    const { process, node, ms, tookMs } = at;
    const base = { process, node, f: op.f, ...(op.key === undefined ? {} : { key: op.key }) };
    const value = op.value ?? null;
    this.add({ ...base, time: ns(ms), type: "invoke", value });
    const end = { ...base, time: ns(ms + tookMs), type, value: type === "ok" ? (op.result ?? value) : value };
    this.add(error === undefined ? end : { ...end, error });
  }
  /** A partition with its proof, from `ms` to `untilMs`. */
  partition(sides: readonly (readonly string[])[], ms: number, untilMs: number, proved = true): void {
    const [smaller = [], larger = []] = sides;
    const grudge = Object.fromEntries([...smaller.map((n) => [n, larger]), ...larger.map((n) => [n, smaller])]);
    const record = (phase: "begin" | "end", at: number): FaultRecord => ({
      kind: "partition",
      phase,
      shape: "primaries",
      grudge: phase === "begin" ? grudge : {},
      targets: smaller,
      sides,
      beganNs: ns(at),
      completeNs: ns(at + 410),
      proved,
      facts: proved
        ? smaller.flatMap((a) => larger.map((b) => `${a} dropped 12 packets from ${b}`))
        : [`no packet was seen to drop at ${smaller[0]}`],
    });
    for (const [phase, at] of [
      ["begin", ms],
      ["end", untilMs],
    ] as const) {
      this.add({ process: "nemesis", f: `${phase}-partition`, time: ns(at), type: "invoke", value: null });
      this.add({
        process: "nemesis",
        f: `${phase}-partition`,
        time: ns(at + 410),
        type: "info",
        value: record(phase, at),
      });
    }
  }
  /** The ops in order of time; at one time, completions before invocations, so that no process has two open. */
  history(): Op[] {
    const sorted = [...this.ops].sort((a, b) => a.time - b.time || a.order - b.order);
    return sorted.map(({ order: _, ...op }, index) => ({ index, ...op }));
  }
}

function ns(ms: number): number {
  return Math.round(ms * 1e6);
}

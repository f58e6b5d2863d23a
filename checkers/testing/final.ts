/** Small histories with a final phase, for tests: the one-line language of the history tests, then quiet reads. */
import type { CheckContext } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import type { Key, NodeId, Op } from "../../src/core/op.js";
import { historyOf } from "../../src/history/index.js";
import { ops } from "../../src/history/testing.js";

/** What a final read at a node returned. */
export interface LastRead {
  readonly node: NodeId;
  readonly value: unknown;
  readonly key?: Key;
  /** Default ok. */
  readonly type?: "ok" | "fail" | "info";
}

export interface Finished {
  readonly history: History;
  readonly context: CheckContext;
}

/** The ops of `text` (see `ops`), then one read after the other; the context knows when the final phase began. */
export function finished(text: string, reads: readonly LastRead[]): Finished {
  return withReads(ops(text), reads);
}

/** The same for ops that are there already. */
export function withReads(before: readonly Op[], reads: readonly LastRead[]): Finished {
  const all = [...before];
  const finalNs = (all.at(-1)?.time ?? 0) + 1e6;
  reads.forEach(({ node, value, key, type = "ok" }, i) => {
    const base = { process: 1000 + i, f: "read", node, ...(key === undefined ? {} : { key }) };
    const time = finalNs + i * 2e6;
    all.push({ ...base, index: all.length, time, type: "invoke", value: null });
    all.push({ ...base, index: all.length, time: time + 1e6, type, value });
  });
  return { history: historyOf(all), context: { finalNs } };
}

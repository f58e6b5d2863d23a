/** Histories in one line, for tests: the shape of an example must be visible at a glance. */
import { UsageError } from "../core/errors.js";
import type { Op, OpType } from "../core/op.js";
import { historyOf } from "./builder.js";
import type { ColumnarHistory } from "./columns.js";

const LETTERS: Readonly<Record<string, string>> = {
  r: "read",
  w: "write",
  c: "cas",
  a: "add",
  d: "remove",
  i: "contains",
  q: "enqueue",
  k: "dequeue",
  u: "push",
  o: "pop",
  l: "acquire",
  x: "release",
  n: "inc",
  m: "decr",
  p: "append",
};

/**
 * The ops of a line of tokens, separated by spaces, in the order of time:
 *
 * - `0:w1` process 0 writes 1 and is done before the next token (invoke and ok);
 * - `0:w1(` only invokes, and `0)` completes it ok: what stands between overlaps. `0)7` completes it with the value 7;
 * - `0:w1!` and `0)!` end in fail, `0:w1?` and `0)?` in info; `0:c1,2~` and `0)~` in fail with error "mismatch";
 * - `x/0:w1` has the key x; a value is a number, a word, nil, a,b (a pair) or [a,b,c] (a list), and may be left out (null);
 * - an op never completed is open to the end.
 *
 * Letters: r read, w write, c cas, a add, d remove, i contains, q enqueue, k dequeue, u push, o pop, l acquire, x release,
 * n inc, m decr, p append; or a whole name with a dot: `0:transfer.5`. Times are 1 ms apart, nodes are n1 + process % 3.
 * Overlap, for example: `0:w1( 1:r( 0) 1)1` is a write and a read at the same time.
 */
export function ops(text: string): Op[] {
  const out: Op[] = [];
  const open = new Map<number, Op>();
  const emit = (op: Omit<Op, "index" | "time" | "node">): Op => {
    const whole = { ...op, index: out.length, time: out.length * 1e6, node: `n${1 + (Number(op.process) % 3)}` };
    out.push(whole);
    return whole;
  };
  for (const token of text.trim().split(/\s+/)) {
    if (token === "") continue;
    const begin = /^(?:([^/:]+)\/)?(\d+):(?:([a-z]+)\.|([a-z]))([^()!?~]*)([(!?~]?)$/.exec(token);
    const end = /^(\d+)\)([^!?~]*)([!?~]?)$/.exec(token);
    if (begin !== null) {
      const [, key, process, name, letter, value, mark] = begin;
      const f = name ?? LETTERS[letter ?? ""];
      if (f === undefined) throw new UsageError(`"${token}": no op has the letter ${letter}`);
      const given = parseValue(value ?? "");
      const base = { process: Number(process), f, ...(key === undefined ? {} : { key: keyOf(key) }) };
      // A read that is done at once: its value is the result, so it was not in the invocation.
      const asks = ["read", "dequeue", "pop"].includes(f);
      const invoked = emit({ ...base, type: "invoke", value: asks ? null : given });
      if (mark === "(") open.set(Number(process), invoked);
      else emit({ ...base, ...ending(mark ?? ""), value: given });
    } else if (end !== null) {
      const [, process, value, mark] = end;
      const invoked = open.get(Number(process));
      if (invoked === undefined) throw new UsageError(`"${token}": process ${process} has no open op`);
      open.delete(Number(process));
      const { f, key } = invoked;
      const result = value === "" ? invoked.value : parseValue(value ?? "");
      const keyed = key === undefined ? {} : { key };
      emit({ process: Number(process), f, ...keyed, ...ending(mark ?? ""), value: result });
    } else throw new UsageError(`"${token}" is no op of the test language`);
  }
  return out;
}

/** The history of a line of tokens; see `ops`. */
export function h(text: string): ColumnarHistory {
  return historyOf(ops(text));
}

function ending(mark: string): { type: Exclude<OpType, "invoke">; error?: string } {
  if (mark === "!") return { type: "fail" };
  if (mark === "~") return { type: "fail", error: "mismatch" };
  return mark === "?" ? { type: "info", error: "timeout" } : { type: "ok" };
}

function keyOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parseValue(text: string): unknown {
  if (text === "" || text === "nil") return null;
  if (text === "true" || text === "false") return text === "true";
  if (text.startsWith("[")) return text === "[]" ? [] : text.slice(1, -1).split(",").map(parseValue);
  if (text.includes(",")) return text.split(",").map(parseValue);
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

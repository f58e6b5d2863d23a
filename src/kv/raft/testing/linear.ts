/** A small search for a linearization of a register's history (Wing & Gong 1993 with Lowe's memo), independent of the checkers. */

/** One client's op: `ret` is Infinity while its outcome is unknown. Times are positions in the recorded order. */
export interface Call {
  readonly f: "read" | "write" | "cas";
  readonly value: unknown;
  readonly inv: number;
  readonly ret: number;
  readonly outcome: "ok" | "mismatch" | "unknown";
}

/** Is there an order of the calls that a register starting at null could have shown? */
export function isLinearizable(calls: readonly Call[]): boolean {
  const ops = calls.filter((call) => call.outcome !== "unknown" || call.f !== "read").sort((a, b) => a.inv - b.inv);
  const dead = new Set<string>();
  const search = (done: bigint, value: unknown): boolean => {
    const memo = `${done} ${String(value)}`;
    if (dead.has(memo)) return false;
    let horizon = Number.POSITIVE_INFINITY;
    let finished = true;
    for (const [i, op] of ops.entries()) {
      if ((done >> BigInt(i)) & 1n) continue;
      horizon = Math.min(horizon, op.ret);
      if (op.outcome !== "unknown") finished = false;
    }
    if (finished) return true;
    for (const [i, op] of ops.entries()) {
      if (op.inv > horizon) break;
      if ((done >> BigInt(i)) & 1n) continue;
      const next = step(op, value);
      if (next.legal && search(done | (1n << BigInt(i)), next.value)) return true;
    }
    dead.add(memo);
    return false;
  };
  return search(0n, null);
}

function step(op: Call, value: unknown): { readonly legal: boolean; readonly value: unknown } {
  if (op.f === "read") return { legal: op.value === value, value };
  if (op.f === "write") return { legal: true, value: op.value };
  const [from, to] = op.value as [unknown, unknown];
  if (op.outcome === "mismatch") return { legal: value !== from, value };
  return { legal: value === from, value: to };
}

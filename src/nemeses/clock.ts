/** The clock nemesis: wall clocks of some nodes jump, or run fast or slow. Monotonic time is left alone, as on a real host. */
import { EnvironmentError, UsageError } from "../core/errors.js";
import type { FaultRecord } from "../core/fault.js";
import type { Nemesis, NemesisContext } from "../core/nemesis.js";
import type { Completion, NodeId } from "../core/op.js";
import { type Rng, rng } from "../core/rng.js";
import type { ClockSkew } from "../core/runtime.js";
import { beginAndEnd } from "./schedule.js";

export const CLOCK_KINDS = ["jump", "drift"] as const;
type Kind = (typeof CLOCK_KINDS)[number];

/** What the generator asks for; nodes and sizes are drawn when it is applied. */
interface Plan {
  readonly shape: Kind;
  readonly pick: number;
}

/** What a fault plan asks for. */
interface Planned {
  readonly skews: Readonly<Record<NodeId, ClockSkew>>;
  readonly shape?: Kind;
}

/** From a missed NTP round to a clock set by hand. */
const JUMPS_MS = [20, 100, 500, 2_000, 10_000, 60_000] as const;
const DRIFTS_PPM = [1_000, 10_000, 100_000, 500_000] as const;
const RIGHT: ClockSkew = { offsetMs: 0, driftPpm: 0 };

/** `clock`, `clock:jump`, `clock:drift`. */
export function clockNemesis(kinds: readonly string[]): Nemesis {
  for (const kind of kinds) {
    if (!(CLOCK_KINDS as readonly string[]).includes(kind)) {
      throw new UsageError(`unknown kind of clock "${kind}"; there are ${CLOCK_KINDS.join(", ")}.`);
    }
  }
  const choices = (kinds.length > 0 ? kinds : CLOCK_KINDS) as readonly Kind[];
  return {
    name: "clock",
    fs: ["skew-clock", "reset-clock"],
    needs: ["clock"],
    generator: (intervalMs, lastsMs = intervalMs) =>
      beginAndEnd("clock", "skew-clock", "reset-clock", { intervalMs, lastsMs }, (random): Plan => {
        return { shape: random.pick(choices), pick: random.uint32() };
      }),
    final: [{ f: "reset-clock", value: null }],
    invoke: (op, context) => (op.f === "skew-clock" ? begin(op.value as Plan | Planned, context) : end(context)),
  };
}

async function begin(plan: Plan | Planned, context: NemesisContext): Promise<Completion> {
  const skews = "skews" in plan ? plan.skews : draw(plan.shape, context.cluster.nodes, rng(plan.pick));
  const record = await set(context, "begin", skews, plan.shape);
  return { type: "info", value: { ...record, skews } };
}

/** Every clock is set right, also those that nobody touched: nothing need be remembered. */
async function end(context: NemesisContext): Promise<Completion> {
  const skews = Object.fromEntries(context.cluster.nodes.map((node) => [node, RIGHT]));
  return { type: "info", value: { ...(await set(context, "end", skews)), targets: [] } };
}

/** Some nodes, at least one and maybe all, each wrong in its own way. */
function draw(kind: Kind, nodes: readonly NodeId[], random: Rng): Record<NodeId, ClockSkew> {
  const targets = random.shuffle(nodes).slice(0, 1 + random.below(nodes.length));
  const sign = (): number => (random.chance(1, 2) ? 1 : -1);
  return Object.fromEntries(
    targets.map((node) => [
      node,
      kind === "jump"
        ? { offsetMs: sign() * random.pick(JUMPS_MS), driftPpm: 0 }
        : { offsetMs: 0, driftPpm: sign() * random.pick(DRIFTS_PPM) },
    ]),
  );
}

async function set(
  { cluster }: NemesisContext,
  phase: "begin" | "end",
  skews: Readonly<Record<NodeId, ClockSkew>>,
  shape?: Kind,
): Promise<FaultRecord> {
  const targets = Object.keys(skews);
  const beganNs = cluster.clock.nowNs();
  const all = await Promise.all(
    targets.map((node) => {
      if (cluster.skew === undefined) throw new EnvironmentError(`the ${cluster.runtime} runtime cannot skew clocks.`);
      return cluster.skew(node, skews[node] ?? RIGHT);
    }),
  );
  return {
    kind: "clock",
    phase,
    ...(shape === undefined ? {} : { shape }),
    targets,
    beganNs: all.reduce((least, one) => Math.min(least, one.beganNs), all[0]?.beganNs ?? beganNs),
    completeNs: all.reduce((most, one) => Math.max(most, one.completeNs), beganNs),
    proved: all.length > 0 && all.every(({ proved }) => proved),
    facts: all.flatMap(({ facts }) => facts),
  };
}

/** The process nemeses: kill (SIGKILL, then start again) and pause (freeze, then go on). They differ only in two acts. */
import { UsageError } from "../core/errors.js";
import type { FaultRecord } from "../core/fault.js";
import type { Nemesis, NemesisContext } from "../core/nemesis.js";
import type { Completion, Invocation, NodeId } from "../core/op.js";
import { type Rng, rng } from "../core/rng.js";
import type { Act, Evidence } from "../core/runtime.js";
import { largestMinority } from "./grudges.js";
import { beginAndEnd } from "./schedule.js";

export const TARGETS = ["one", "minority", "majority", "all", "primaries"] as const;
export type Target = (typeof TARGETS)[number];

interface Plan {
  readonly shape: Target;
  readonly pick: number;
}

/** What a fault plan asks for: these nodes, whoever leads. */
interface Planned {
  readonly targets: readonly NodeId[];
  readonly shape?: Target;
}

interface Acts {
  readonly kind: "kill" | "pause";
  readonly hurt: Act;
  readonly mend: Act;
  readonly beginF: string;
  readonly endF: string;
}

const KILL: Acts = { kind: "kill", hurt: "kill", mend: "start", beginF: "kill", endF: "start" };
const PAUSE: Acts = { kind: "pause", hurt: "pause", mend: "resume", beginF: "pause", endF: "resume" };

/** `kill`, `kill:one`, `kill:minority+primaries`, …: SIGKILL, later started again with the same disk. */
export const killNemesis = (kinds: readonly string[]): Nemesis => processNemesis(KILL, kinds);

/** `pause`, `pause:one`, …: every process of the node is frozen, later goes on as if nothing had happened. */
export const pauseNemesis = (kinds: readonly string[]): Nemesis => processNemesis(PAUSE, kinds);

function processNemesis(acts: Acts, kinds: readonly string[]): Nemesis {
  for (const kind of kinds) {
    if (!(TARGETS as readonly string[]).includes(kind)) {
      throw new UsageError(`unknown kind of ${acts.kind} "${kind}"; there are ${TARGETS.join(", ")}.`);
    }
  }
  const choices = (kinds.length > 0 ? kinds : TARGETS) as readonly Target[];
  return {
    name: acts.kind,
    fs: [acts.beginF, acts.endF],
    needs: [acts.kind],
    generator: (intervalMs, lastsMs = intervalMs, rhythm) =>
      beginAndEnd(acts.kind, acts.beginF, acts.endF, { intervalMs, lastsMs, rhythm }, (random): Plan => {
        return { shape: random.pick(choices), pick: random.uint32() };
      }),
    final: [{ f: acts.endF, value: null }],
    invoke: (op, context) => (op.f === acts.beginF ? begin(acts, op, context) : end(acts, context)),
  };
}

async function begin(acts: Acts, op: Invocation, context: NemesisContext): Promise<Completion> {
  const plan = op.value as Plan | Planned;
  const targets = "targets" in plan ? await named(plan, context) : await choose(plan.shape, context, rng(plan.pick));
  if (targets.length === 0) {
    return { type: "info", value: plan, error: `no node was left to ${acts.hurt}, so nothing was done` };
  }
  for (const node of targets) context.hurt.set(node, acts.kind);
  return { type: "info", value: await act(acts, "begin", acts.hurt, targets, context, plan.shape) };
}

async function end(acts: Acts, context: NemesisContext): Promise<Completion> {
  const targets = [...context.hurt].filter(([, kind]) => kind === acts.kind).map(([node]) => node);
  const record = await act(acts, "end", acts.mend, targets, context);
  // A node that could not be shown to be back stays on the list: the final healing tries it again.
  if (record.proved) for (const node of targets) context.hurt.delete(node);
  return { type: "info", value: record };
}

async function act(
  acts: Acts,
  phase: "begin" | "end",
  what: Act,
  targets: readonly NodeId[],
  context: NemesisContext,
  shape?: Target,
): Promise<FaultRecord> {
  const { cluster } = context;
  const atNs = cluster.clock.nowNs();
  const all: Evidence[] = await Promise.all(targets.map((node) => cluster.signal(node, what)));
  return {
    kind: acts.kind,
    phase,
    ...(shape === undefined ? {} : { shape }),
    targets,
    beganNs: all.reduce((least, { beganNs }) => Math.min(least, beganNs), all[0]?.beganNs ?? atNs),
    completeNs: all.reduce((most, { completeNs }) => Math.max(most, completeNs), atNs),
    proved: all.every(({ proved }) => proved),
    facts: all.flatMap(({ facts }) => facts),
  };
}

/** The nodes of a plan that no other fault holds. */
async function named({ targets, shape }: Planned, context: NemesisContext): Promise<readonly NodeId[]> {
  const { cluster, system, hurt } = context;
  // Asked though it does not matter: a plan made of a run then takes the same time, and repeats the run exactly.
  if (shape === "primaries") await system.primaries?.(cluster, context.recentKeys(), context.signal);
  return targets.filter((node) => !hurt.has(node));
}

async function choose(target: Target, context: NemesisContext, random: Rng): Promise<readonly NodeId[]> {
  const { cluster, system, hurt } = context;
  // A dead node cannot be frozen, and a frozen one is left to its fault: each fault must be able to prove that it bites.
  const shuffled = random.shuffle(cluster.nodes).filter((node) => !hurt.has(node));
  const minority = Math.max(1, largestMinority(cluster.nodes.length));
  switch (target) {
    case "one":
      return shuffled.slice(0, 1);
    case "minority":
      return shuffled.slice(0, 1 + random.below(minority));
    case "majority":
      return shuffled.slice(0, Math.floor(cluster.nodes.length / 2) + 1);
    case "all":
      return shuffled;
    case "primaries": {
      const leaders = (await system.primaries?.(cluster, context.recentKeys(), context.signal)) ?? [];
      return leaders.filter((node) => !hurt.has(node)).slice(0, 1);
    }
  }
}

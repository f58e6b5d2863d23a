/** The partition nemesis: cuts the network between nodes, proves that it bites, heals it. */
import { UsageError } from "../core/errors.js";
import { type FaultRecord, grudgeToJson } from "../core/fault.js";
import type { Nemesis, NemesisContext } from "../core/nemesis.js";
import type { Completion, Invocation } from "../core/op.js";
import { rng } from "../core/rng.js";
import {
  type Cut,
  cutOf,
  cutOfGrudge,
  fits,
  oneWay,
  SHAPES,
  type Shape,
  SPLITTING,
  type WrittenGrudge,
} from "./grudges.js";
import { beginAndEnd } from "./schedule.js";

/** What the generator asks for; the nodes are chosen when it is applied, since leaders move. */
interface Plan {
  readonly shape: Shape;
  readonly oneWay: boolean;
  /** Seed of the choice of nodes. */
  readonly pick: number;
}

/** What a fault plan asks for: this grudge, whoever leads. */
interface Planned {
  readonly grudge: WrittenGrudge;
  readonly shape?: Shape;
}

const ONE_WAY = "one-way";

/** `partition`, `partition:SHAPE`, `partition:SHAPE-one-way`, several joined by "+". `leaders`: does the system name any? */
export function partitionNemesis(
  kinds: readonly string[],
  nodeCount: number,
  { leaders } = { leaders: true },
): Nemesis {
  const choices = kinds.length > 0 ? kinds.map(parseKind) : defaultKinds(leaders);
  const usable = choices.filter(({ shape }) => fits(shape, nodeCount));
  if (usable.length === 0) {
    throw new UsageError(`partition:${kinds.join("+")} needs more nodes than ${nodeCount}; give more with --nodes.`);
  }
  // A mixed run begins with the cut that tells most: a leader alone, or at least a minority. In a ring or under a bridge every
  // node still reaches a majority, and a short run that met nothing else could not say how the system treats a minority.
  const telling = usable.filter(({ shape, oneWay }) => !oneWay && SPLITTING.includes(shape));
  const primaries = telling.filter(({ shape }) => shape === "primaries");
  const first = kinds.length > 0 ? usable : primaries.length > 0 ? primaries : telling;
  return {
    name: "partition",
    fs: ["start-partition", "stop-partition"],
    needs: ["partition"],
    generator: (intervalMs, lastsMs = intervalMs, rhythm) =>
      beginAndEnd(
        "partition",
        "start-partition",
        "stop-partition",
        { intervalMs, lastsMs, rhythm },
        (random, nth): Plan => {
          const { shape, oneWay: single } = random.pick(nth === 0 && first.length > 0 ? first : usable);
          return { shape, oneWay: single, pick: random.uint32() };
        },
      ),
    final: [{ f: "stop-partition", value: null }],
    invoke: (op, context) => (op.f === "start-partition" ? begin(op, context) : end(context)),
  };
}

function parseKind(kind: string): Omit<Plan, "pick"> {
  const isOneWay = kind === ONE_WAY || kind.endsWith(`-${ONE_WAY}`);
  const shape = isOneWay ? kind.slice(0, -ONE_WAY.length - 1) : kind;
  if (!(SHAPES as readonly string[]).includes(shape)) {
    throw new UsageError(
      `unknown kind of partition "${kind}"; there are ${SHAPES.join(", ")}, each also with -${ONE_WAY} behind it.`,
    );
  }
  return { shape: shape as Shape, oneWay: isOneWay };
}

/** Every shape, three times both ways for each one-way cut. */
function defaultKinds(leaders: boolean): Omit<Plan, "pick">[] {
  const shapes = SHAPES.filter((shape) => leaders || shape !== "primaries");
  const bothWays = shapes.map((shape) => ({ shape, oneWay: false }));
  const single = shapes.map((shape) => ({ shape, oneWay: true }));
  return [...bothWays, ...bothWays, ...bothWays, ...single];
}

async function begin(op: Invocation, context: NemesisContext): Promise<Completion> {
  const plan = op.value as Plan | Planned;
  const { cluster, system } = context;
  // Asked even where a plan names the nodes: a plan made of a run then takes the same time, and repeats the run exactly.
  const primaries = plan.shape === "primaries" ? await leaders(context) : [];
  if ("grudge" in plan) {
    const { cut, oneWay: single } = cutOfGrudge(plan.grudge, cluster.nodes);
    if (cut.targets.length === 0) return { type: "info", value: plan, error: "the plan cuts nothing" };
    return apply(cut, single, plan.shape, context);
  }
  const random = rng(plan.pick);
  if (plan.shape === "primaries" && primaries.length === 0) {
    return { type: "info", value: plan, error: `${system.name} named no current leader, so nothing was cut` };
  }
  const cut = cutOf(plan.shape, cluster.nodes, primaries, random);
  const grudge = plan.oneWay ? oneWay(cut.grudge, deafSide(cut, random.chance(1, 2))) : cut.grudge;
  return apply({ ...cut, grudge }, plan.oneWay, plan.shape, context);
}

async function apply(
  cut: Cut,
  single: boolean,
  shape: Shape | undefined,
  { cluster }: NemesisContext,
): Promise<Completion> {
  const evidence = await cluster.cut(cut.grudge);
  const record: FaultRecord = {
    kind: "partition",
    phase: "begin",
    ...(shape === undefined ? {} : { shape }),
    oneWay: single,
    grudge: grudgeToJson(cut.grudge),
    targets: cut.targets,
    ...(cut.sides === undefined ? {} : { sides: cut.sides }),
    ...evidence,
  };
  return { type: "info", value: record };
}

/** A one-way cut makes one side deaf: the smaller one, or all the others. */
function deafSide(cut: Cut, smaller: boolean): ReadonlySet<string> {
  return new Set(cut.sides === undefined ? [] : (cut.sides[smaller ? 0 : 1] ?? []));
}

async function leaders(context: NemesisContext): Promise<readonly string[]> {
  const { cluster, system } = context;
  if (system.primaries === undefined) {
    throw new UsageError(`${system.name} has no leaders to isolate; choose another kind of partition.`);
  }
  return system.primaries(cluster, context.recentKeys(), context.signal);
}

async function end({ cluster }: NemesisContext): Promise<Completion> {
  const evidence = await cluster.heal();
  const record: FaultRecord = { kind: "partition", phase: "end", targets: [], ...evidence };
  return { type: "info", value: record };
}

/** The packet nemesis: packets get lost, arrive twice, overtake each other or come late, on every link. */
import { EnvironmentError, UsageError } from "../core/errors.js";
import type { FaultRecord } from "../core/fault.js";
import type { Nemesis, NemesisContext } from "../core/nemesis.js";
import type { Completion, Invocation } from "../core/op.js";
import type { Rng } from "../core/rng.js";
import type { Evidence, PacketFault } from "../core/runtime.js";
import { beginAndEnd } from "./schedule.js";

export const PACKET_KINDS = ["loss", "duplicate", "reorder", "stray", "delay"] as const;
type Kind = (typeof PACKET_KINDS)[number];

/** What the generator (or a fault plan) asks for: the numbers themselves, since nothing else is left to chance. */
interface Plan {
  readonly shape?: string;
  readonly packet: PacketFault;
}

const NO_FAULT: PacketFault = { lossPer10k: 0, duplicatePer10k: 0, reorderPer10k: 0, delayMs: 0 };
/** From what a bad cable does to what no protocol can work with for long. */
const STRENGTHS: Readonly<Record<Kind, Partial<Record<keyof PacketFault, readonly number[]>>>> = {
  loss: { lossPer10k: [100, 500, 1_500, 3_000] },
  duplicate: { duplicatePer10k: [500, 2_000, 5_000] },
  reorder: { reorderPer10k: [1_000, 3_000, 6_000] },
  stray: { strayPer10k: [200, 1_000, 3_000] },
  delay: { delayMs: [5, 20, 60, 200, 500] },
};

/** `packet`, `packet:loss`, `packet:duplicate+delay`, …; without a kind, a random mix of them each time. */
export function packetNemesis(kinds: readonly string[]): Nemesis {
  for (const kind of kinds) {
    if (!(PACKET_KINDS as readonly string[]).includes(kind)) {
      throw new UsageError(`unknown kind of packet "${kind}"; there are ${PACKET_KINDS.join(", ")}.`);
    }
  }
  const choices = (kinds.length > 0 ? kinds : PACKET_KINDS) as readonly Kind[];
  return {
    name: "packet",
    fs: ["start-packet", "stop-packet"],
    needs: ["packet"],
    generator: (intervalMs, lastsMs = intervalMs) =>
      beginAndEnd("packet", "start-packet", "stop-packet", { intervalMs, lastsMs }, (random) =>
        choose(choices, random),
      ),
    final: [{ f: "stop-packet", value: null }],
    invoke: (op, context) => invoke(op, context),
  };
}

/** Some of the kinds, at least one, each with a strength of its own. */
function choose(choices: readonly Kind[], random: Rng): Plan {
  const drawn = choices.filter(() => random.chance(1, 2));
  const kinds = drawn.length > 0 ? drawn : [random.pick(choices)];
  const packet: Record<string, number> = { ...NO_FAULT };
  for (const kind of kinds) {
    for (const [field, strengths] of Object.entries(STRENGTHS[kind])) packet[field] = random.pick(strengths);
  }
  return { shape: kinds.join("+"), packet: packet as unknown as PacketFault };
}

async function invoke(op: Invocation, context: NemesisContext): Promise<Completion> {
  const plan = op.f === "start-packet" ? (op.value as Plan) : undefined;
  const evidence = await disturb(context, plan?.packet);
  const record: FaultRecord = {
    kind: "packet",
    phase: plan === undefined ? "end" : "begin",
    ...(plan?.shape === undefined ? {} : { shape: plan.shape }),
    ...(plan === undefined ? {} : { packet: plan.packet }),
    targets: plan === undefined ? [] : context.cluster.nodes,
    ...evidence,
  };
  return { type: "info", value: record };
}

function disturb({ cluster }: NemesisContext, fault: PacketFault | undefined): Promise<Evidence> {
  if (cluster.disturb === undefined)
    throw new EnvironmentError(`the ${cluster.runtime} runtime cannot disturb packets.`);
  return cluster.disturb(fault);
}

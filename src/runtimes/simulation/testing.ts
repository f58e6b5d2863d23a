/** A small program for the tests of this folder: it shows what reached it and does what a request tells it to. */
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { createSimulation, type Simulation, type SimulationOptions } from "./index.js";

interface Seen {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly event: ProgramEvent;
}

interface State {
  seen: Seen[];
}

/** `{do: effects}` carries out the effects; "$id" as a reply's id stands for the request's own. `"seen"` replies what was seen. */
export const puppet: Program<State> = {
  init: () => ({ seen: [] }),
  step: (state, event, nowMs) => {
    state.seen.push({ nowMs, wallMs: event.wallMs, event });
    if (event.kind !== "request") return [state, []];
    if (event.body === "throw") throw new Error("told to");
    if (event.body === "seen") return [state, [{ kind: "reply", id: event.id, body: state.seen }]];
    const effects = (event.body as { do: Effect[] }).do;
    return [state, [...effects, { kind: "reply", id: event.id, body: "done" }]];
  },
};

export const NODES: readonly NodeId[] = ["n1", "n2", "n3", "n4", "n5"];

export function puppets(options: Partial<SimulationOptions> & { readonly seed: number }): Simulation {
  return createSimulation({
    nodes: NODES,
    specs: (layout) => layout.nodes.map((node) => ({ node, program: puppet as Program<unknown> })),
    ...options,
  });
}

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;

/** Tells a node to carry out effects. */
export function tell(simulation: Simulation, node: NodeId, ...effects: Effect[]): Promise<unknown> {
  return simulation.cluster.request(node, { do: effects }, never());
}

/** What a node has seen since its last start. */
export async function seen(simulation: Simulation, node: NodeId): Promise<readonly Seen[]> {
  return (await simulation.cluster.request(node, "seen", never())) as readonly Seen[];
}

/** The bodies of the messages a node has seen. */
export async function messages(simulation: Simulation, node: NodeId): Promise<readonly unknown[]> {
  return (await seen(simulation, node)).flatMap(({ event }) => (event.kind === "message" ? [event.body] : []));
}

/** The lines a node found on its disk when it last started. */
export async function diskAtStart(simulation: Simulation, node: NodeId): Promise<readonly string[]> {
  const start = (await seen(simulation, node))[0]?.event;
  return start?.kind === "start" ? start.disk : [];
}

/** For the systems' Docker tests: a formed cluster of a system, and patience without time limits that a slow machine misses. */
import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";
import type { Client, System, SystemDefinition } from "../../core/system.js";
import { type DockerCluster, type DockerEngine, realClock, startDockerCluster } from "../../runtimes/docker/index.js";

let started = 0;

/** Starts the system's default number of nodes and forms them. The test stops the cluster. */
export async function startSystem(engine: DockerEngine, definition: SystemDefinition): Promise<DockerCluster> {
  const system = definition.create({});
  const nodes = Array.from({ length: definition.defaultNodes }, (_, i) => `n${i + 1}`);
  const cluster = await startDockerCluster(engine, {
    runId: `test-${definition.name}-${process.pid}-${++started}`,
    nodes,
    specs: (layout) => nodes.map((node) => ({ node, container: containerOf(system, node, layout) })),
    clock: realClock(),
    progress: () => {},
    signal: new AbortController().signal,
  });
  try {
    for (const node of nodes) await eventually(`${node} is ready`, () => ready(system, cluster, node));
    await system.form?.(cluster, AbortSignal.timeout(60_000));
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function containerOf(system: System, node: NodeId, layout: Parameters<NonNullable<System["container"]>>[1]) {
  const spec = system.container?.(node, layout);
  if (spec === undefined) throw new Error(`${system.name} does not run in containers`);
  return spec;
}

const ready = async (system: System, cluster: DockerCluster, node: NodeId): Promise<boolean> =>
  (await system.ready?.(cluster, node, soon())) ?? true;

/** A deadline like an op's. */
export const soon = (): AbortSignal => AbortSignal.timeout(1000);

/** A deadline that only something broken misses. */
export const patient = (): AbortSignal => AbortSignal.timeout(20_000);

/** Resolves when `look` is true; rejects after a minute, which only a broken thing needs. */
export async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never seen: ${what}`);
}

/** Is the whole cluster serving again? */
export const recovered = (system: System, cluster: DockerCluster): Promise<void> =>
  eventually("the cluster serves again", async () => (await system.recovered?.(cluster, patient())) === true);

/** One node without any of the others. */
export const isolating = (cluster: DockerCluster, node: NodeId): Grudge =>
  new Map(
    cluster.nodes.map((one) => [one, new Set(cluster.nodes.filter((other) => (one === node) !== (other === node)))]),
  );

/** Runs something with a client of its own, and closes it. */
export async function withClient<T>(
  system: System,
  cluster: DockerCluster,
  node: NodeId,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await system.open(cluster, node, patient());
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

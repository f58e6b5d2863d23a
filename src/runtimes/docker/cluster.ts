/** Starts a cluster of pods and hands it out as the `Cluster` that nemeses and drivers know. */
import { CapTestError, type EnvironmentError, UsageError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, Cluster, ContainerSpec, Layout, NodeSpec, Progress } from "../../core/runtime.js";
import { RequestError } from "../../core/runtime.js";
import { type Agent, openAgent } from "./agent.js";
import { type Cutter, cutterOf } from "./cut.js";
import type { DockerEngine } from "./engine.js";
import { execIn, logOf } from "./exec.js";
import { ensureForeignImage, ensureImage } from "./images.js";
import { createNetwork, NODES_MAX, type RunNetwork } from "./network.js";
import { labelsOf, ownerOf } from "./owner.js";
import { createSystem, startNet, startSystem } from "./pods.js";
import { type Requester, requesterOf } from "./request.js";
import { type ContainerState, signalContainer, stateOfContainer } from "./signal.js";
import { removeRun } from "./sweep.js";
import { watchEngine } from "./watch.js";

/** Where bundled nodes take requests. */
export const REQUEST_PORT = 7000;

export interface StartOptions {
  /** Names everything of this run in Docker: lower-case letters, digits and "-", at most 40. */
  readonly runId: string;
  readonly nodes: readonly NodeId[];
  specs(layout: Layout): readonly NodeSpec[];
  /** Any image's name, in place of the ones that the specs name. */
  readonly image?: string;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Aborted while starting: everything is removed and the abort's reason is thrown. No effect later. */
  readonly signal: AbortSignal;
  /** The nodes stay when the process ends (`--leave-running`): only `cap-test clean` or `removeRun` removes them. */
  readonly leaveRunning?: boolean;
  /** Told once, when the engine stops answering during the run. */
  readonly onLost?: (error: EnvironmentError) => void;
}

/** A cluster in Docker: `Cluster`, and what only Docker can tell. */
export interface DockerCluster extends Cluster {
  readonly runId: string;
  endpoint(node: NodeId, port: number): { readonly host: string; readonly port: number };
  exec: NonNullable<Cluster["exec"]>;
  /** Does the node's own process run? For the message when a node does not come up. */
  state(node: NodeId): Promise<ContainerState>;
  /** Lets go of the nodes without removing them (`--leave-running`). The cluster cannot be used afterwards. */
  detach(): void;
}

interface Pod {
  readonly agent: Agent;
  readonly systemId: string;
  readonly ports: ReadonlyMap<number, number>;
  readonly requester: Requester | undefined;
}

/**
 * Starts all nodes at once and resolves when their processes run (serving is the system's own question: `System.ready`).
 * Removes what it made when it fails or is aborted. Throws EnvironmentError, or UsageError for names it cannot use.
 */
export async function startDockerCluster(engine: DockerEngine, options: StartOptions): Promise<DockerCluster> {
  validate(options);
  const { runId, nodes, signal, progress } = options;
  const labels = labelsOf(await ownerOf(), runId, options.leaveRunning === true);
  const agents = new Map<NodeId, Agent>();
  try {
    // Images need not wait for addresses, but which images there are is known only once the specs have addresses.
    const [netImage, network] = await Promise.all([
      ensureImage(engine, "net", { progress, signal }),
      createNetwork(engine, runId, nodes, labels),
    ]);
    signal.throwIfAborted();
    const specs = specsOf(options, network.layout);
    const images = await imagesOf(engine, options, [...specs.values()]);
    signal.throwIfAborted();
    progress(`starting ${nodes.length} nodes in ${network.layout.address(nodes[0] as NodeId).replace(/\d+$/, "0/24")}`);
    const cutter = cutterOf(network.layout, agents, options.clock);
    const pods = await createPods(engine, options, { labels, netImage, network, specs, images, agents });
    await Promise.all([startSystems(engine, pods, options), cutter.prepare()]);
    signal.throwIfAborted();
    return clusterOf(engine, options, network.layout, pods, cutter);
  } catch (error) {
    for (const agent of agents.values()) agent.close();
    // What failed is what counts; what is left then, because the engine is gone say, the next sweep removes.
    await removeRun(engine, runId).catch(() => progress("some containers could not be removed; `cap-test clean` will"));
    throw error;
  }
}

function validate(options: StartOptions): void {
  const { runId, nodes } = options;
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(runId)) throw new UsageError(`"${runId}" cannot name a run in Docker.`);
  if (nodes.length < 1 || nodes.length > NODES_MAX) {
    throw new UsageError(`${nodes.length} nodes: Docker runs 1 to ${NODES_MAX}.`);
  }
  if (new Set(nodes).size !== nodes.length) throw new UsageError(`two nodes have the same name: ${nodes.join(", ")}.`);
  const bad = nodes.find((node) => !/^[a-z][a-z0-9-]{0,30}$/.test(node) || node.endsWith("-net"));
  if (bad !== undefined) throw new UsageError(`"${bad}" cannot be a node's name: n1, n2, … would do.`);
}

function specsOf(options: StartOptions, layout: Layout): ReadonlyMap<NodeId, ContainerSpec> {
  const specs = new Map<NodeId, ContainerSpec>();
  for (const { node, container } of options.specs(layout)) if (container !== undefined) specs.set(node, container);
  const without = options.nodes.find((node) => !specs.has(node));
  if (without !== undefined)
    throw new UsageError(`node ${without} has no container: this system does not run on Docker.`);
  return specs;
}

async function imagesOf(
  engine: DockerEngine,
  options: StartOptions,
  specs: readonly ContainerSpec[],
): Promise<ReadonlyMap<string, string>> {
  const images = new Map<string, string>();
  for (const name of new Set(specs.map((spec) => spec.image))) {
    const tag =
      options.image === undefined
        ? await ensureImage(engine, name, options)
        : await ensureForeignImage(engine, options.image, options);
    images.set(name, tag);
  }
  return images;
}

interface StartParts {
  readonly labels: Readonly<Record<string, string>>;
  readonly netImage: string;
  readonly network: RunNetwork;
  readonly specs: ReadonlyMap<NodeId, ContainerSpec>;
  readonly images: ReadonlyMap<string, string>;
  /** Filled here, one for each node, before its root shell is needed. */
  readonly agents: Map<NodeId, Agent>;
}

/** Makes all pods: net containers running, the systems' own containers made and not started. */
async function createPods(
  engine: DockerEngine,
  options: StartOptions,
  parts: StartParts,
): Promise<ReadonlyMap<NodeId, Pod>> {
  const { nodes, runId, signal } = options;
  const pods = new Map<NodeId, Pod>();
  await forAll(nodes, signal, async (node) => {
    const spec = parts.specs.get(node) as ContainerSpec;
    const systemImage = parts.images.get(spec.image) as string;
    const plan = { runId, node, spec, systemImage, ...parts };
    const net = await startNet(engine, plan);
    signal.throwIfAborted();
    const agent = openAgent(engine, net.id, node);
    parts.agents.set(node, agent);
    const systemId = await createSystem(engine, plan, net.id);
    const requestPort = net.ports.get(REQUEST_PORT);
    const requester = requestPort === undefined ? undefined : requesterOf(node, "127.0.0.1", requestPort);
    pods.set(node, { agent, systemId, ports: net.ports, requester });
  });
  return pods;
}

/**
 * Starts the systems' processes: only when every address exists, since to call one that does not costs 3 s of ARP, while a
 * peer that is there and does not listen yet refuses at once. And one after the other: nodes that start at the same moment
 * ask each other whether the cluster exists already, and each waits in vain for the others, which wait too. Five etcd nodes
 * serve after 2 s this way, and after 5-6 s the other way.
 */
async function startSystems(
  engine: DockerEngine,
  pods: ReadonlyMap<NodeId, Pod>,
  options: StartOptions,
): Promise<void> {
  for (const node of options.nodes) {
    options.signal.throwIfAborted();
    await startSystem(engine, node, (pods.get(node) as Pod).systemId);
  }
}

/** Does `work` for all nodes at once. Waits for all, failed ones too: what is made after the clean-up would be left behind. */
async function forAll(
  nodes: readonly NodeId[],
  signal: AbortSignal,
  work: (node: NodeId) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(nodes.map(work));
  signal.throwIfAborted();
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

function clusterOf(
  engine: DockerEngine,
  options: StartOptions,
  layout: Layout,
  pods: ReadonlyMap<NodeId, Pod>,
  cutter: Cutter,
): DockerCluster {
  const { runId, nodes, clock } = options;
  const pod = (node: NodeId): Pod => {
    const found = pods.get(node);
    if (found === undefined) throw new CapTestError(`there is no node "${node}"; there are ${nodes.join(", ")}.`);
    return found;
  };
  const endWatch = watchEngine(engine, (error) => options.onLost?.(error));
  const detach = (): void => {
    endWatch();
    for (const { agent, requester } of pods.values()) {
      agent.close();
      requester?.close();
    }
  };
  let stopping: Promise<void> | undefined;
  return {
    runId,
    nodes,
    runtime: "docker",
    clock,
    capabilities: new Set(["partition", "kill", "pause"] as const),
    cut: (grudge) => cutter.cut(grudge),
    heal: () => cutter.heal(),
    connected: (from, to) => cutter.connected(from, to),
    signal: (node, act) => signalContainer(engine, clock, pod(node).systemId, node, act),
    address: (node) => layout.address(node),
    endpoint(node, port) {
      const hostPort = pod(node).ports.get(port);
      if (hostPort === undefined) throw new CapTestError(`port ${port} of ${node} is not published.`);
      return { host: "127.0.0.1", port: hostPort };
    },
    exec: (node, command, signal) => execIn(engine, pod(node).systemId, node, command, signal),
    async request(node, body, signal) {
      const { requester } = pod(node);
      if (requester === undefined)
        throw new RequestError(`${node} takes no requests: port ${REQUEST_PORT} is not published`, false);
      return requester.request(body, signal);
    },
    log: (node) => logOf(engine, pod(node).systemId, node),
    state: (node) => stateOfContainer(engine, pod(node).systemId, node),
    detach,
    stop() {
      detach();
      // Once; but where it failed (the engine was gone), a later call tries again.
      stopping ??= removeRun(engine, runId).then(
        () => {},
        (error: unknown) => {
          stopping = undefined;
          throw error;
        },
      );
      return stopping;
    },
  };
}

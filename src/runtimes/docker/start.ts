/** Starts a cluster: images, network, net containers, then the systems' processes; removes it all when that fails. */
import { EnvironmentError, UsageError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, ContainerSpec, Layout, NodeSpec, Progress } from "../../core/runtime.js";
import { type Agent, openAgent } from "./agent.js";
import { clusterOf, type DockerCluster, type Pod, REQUEST_PORT } from "./cluster.js";
import { cutterOf } from "./cut.js";
import type { DockerEngine } from "./engine.js";
import { logOf } from "./exec.js";
import { ensureForeignImage, ensureImage, ensureNamedImage } from "./images.js";
import { createNetwork, NODES_MAX, type RunNetwork } from "./network.js";
import { labelsOf, ownerOf } from "./owner.js";
import { createSystem, startNet, startSystem, untilProgramRuns } from "./pods.js";
import { requesterOf } from "./request.js";
import { stateOfContainer } from "./signal.js";
import { removeRun } from "./sweep.js";

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
    const netImage = await ensureImage(engine, "net", options);
    // Before the other images: which those are is known only once the specs have addresses.
    const network = await createNetwork(engine, runId, nodes, labels);
    signal.throwIfAborted();
    const specs = specsOf(options, network.layout);
    const images = await imagesOf(engine, options, [...specs.values()]);
    signal.throwIfAborted();
    progress(`starting ${nodes.length} nodes in ${network.layout.address(nodes[0] as NodeId).replace(/\d+$/, "0/24")}`);
    const cutter = cutterOf(network.layout, agents, options.clock);
    const pods = await createPods(engine, options, { labels, netImage, network, specs, images, agents });
    await Promise.all([startSystems(engine, pods, options), cutter.prepare()]);
    signal.throwIfAborted();
    return clusterOf(engine, {
      runId,
      clock: options.clock,
      layout: network.layout,
      pods,
      cutter,
      onLost: options.onLost,
    });
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
        ? await ensureNamedImage(engine, name, options)
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
  // A program that is not there, or dislikes its arguments, ends at once: say so now, not after a minute of waiting for it.
  await forAll(options.nodes, options.signal, async (node) => {
    const { systemId } = pods.get(node) as Pod;
    await untilProgramRuns(engine, options.clock, systemId);
    const { running, exitCode } = await stateOfContainer(engine, systemId, node);
    if (running) return;
    const said = (await logOf(engine, systemId, node)).trimEnd().split("\n").slice(-8).join("\n  ");
    throw new EnvironmentError(`${node} ended as soon as it was started (exit code ${exitCode}). It said:\n  ${said}`);
  });
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

/** A running cluster of pods, as the `Cluster` that nemeses and drivers know. */
import { CapTestError, type EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, Cluster, Layout } from "../../core/runtime.js";
import { RequestError } from "../../core/runtime.js";
import type { Agent } from "./agent.js";
import type { Cutter } from "./cut.js";
import type { DockerEngine } from "./engine.js";
import { execIn, logOf } from "./exec.js";
import type { Requester } from "./request.js";
import { type ContainerState, signalContainer, stateOfContainer } from "./signal.js";
import { removeRun } from "./sweep.js";
import { watchEngine } from "./watch.js";

/** Where bundled nodes take requests. */
export const REQUEST_PORT = 7000;

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

export interface Pod {
  readonly agent: Agent;
  readonly systemId: string;
  readonly ports: ReadonlyMap<number, number>;
  readonly requester: Requester | undefined;
}

/** What a running cluster is made of. */
export interface ClusterParts {
  readonly runId: string;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly pods: ReadonlyMap<NodeId, Pod>;
  readonly cutter: Cutter;
  readonly onLost?: ((error: EnvironmentError) => void) | undefined;
}

/** Hands the pods out as a cluster, and begins to watch the engine. */
export function clusterOf(engine: DockerEngine, parts: ClusterParts): DockerCluster {
  const { runId, clock, layout, pods, cutter } = parts;
  const nodes = layout.nodes;
  const pod = (node: NodeId): Pod => {
    const found = pods.get(node);
    if (found === undefined) throw new CapTestError(`there is no node "${node}"; there are ${nodes.join(", ")}.`);
    return found;
  };
  const endWatch = watchEngine(engine, (error) => parts.onLost?.(error));
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
    log: (node) => logOf(engine, pod(node).systemId, node, Date.now() - clock.nowNs() / 1e6),
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

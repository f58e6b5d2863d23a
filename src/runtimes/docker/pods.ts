/**
 * A pod is how one node runs: a tiny net container that owns the network namespace (address, published ports, rules), and
 * the system's own container that joins it. So the system's image stays as it is, and killing and starting the system
 * keeps its address, its ports and the cut it is under.
 */
import type { ContainerCreateOptions } from "dockerode";
import { EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, ContainerSpec } from "../../core/runtime.js";
import { type DockerEngine, statusOf } from "./engine.js";
import type { RunNetwork } from "./network.js";
import { LABEL } from "./owner.js";

export interface PodPlan {
  readonly runId: string;
  readonly node: NodeId;
  readonly network: RunNetwork;
  readonly spec: ContainerSpec;
  /** Tags of images that are there. */
  readonly netImage: string;
  readonly systemImage: string;
  /** The run's labels. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface NetContainer {
  readonly id: string;
  /** Port inside -> port on 127.0.0.1. */
  readonly ports: ReadonlyMap<number, number>;
}

/** A node that prints without end must not fill the disk. */
const LOG_CONFIG = { Type: "json-file", Config: { "max-size": "16m", "max-file": "2" } };

/** Starts the net container of a node. */
export async function startNet(engine: DockerEngine, plan: PodPlan): Promise<NetContainer> {
  const { node, network, spec } = plan;
  const ports = spec.ports.map((port) => `${port}/tcp`);
  const id = await create(engine, `the net container of ${node}`, {
    name: `cap-test-${plan.runId}-${node}-net`,
    Image: plan.netImage,
    Hostname: node,
    Labels: { ...plan.labels, [LABEL.node]: node, [LABEL.role]: "net" },
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: network.name,
      // Enough for iptables and tc in its own namespace, and nothing of the host's.
      CapAdd: ["NET_ADMIN"],
      Init: true,
      LogConfig: LOG_CONFIG,
      // An empty host port lets the engine take a free one; 127.0.0.1 keeps the nodes off the LAN.
      PortBindings: Object.fromEntries(ports.map((port) => [port, [{ HostIp: "127.0.0.1", HostPort: "" }]])),
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network.name]: { IPAMConfig: { IPv4Address: network.layout.address(node) }, Aliases: [node] },
      },
    },
  });
  await start(engine, id, `the net container of ${node}`);
  const info = await engine.call(`look at the net container of ${node}`, (abortSignal) =>
    engine.docker.getContainer(id).inspect({ abortSignal }),
  );
  const published = new Map<number, number>();
  for (const port of spec.ports) {
    const hostPort = Number(info.NetworkSettings.Ports?.[`${port}/tcp`]?.[0]?.HostPort);
    if (!(hostPort > 0)) throw new EnvironmentError(`Docker published no port for ${node}'s port ${port}.`);
    published.set(port, hostPort);
  }
  return { id, ports: published };
}

/** Makes the system's own container in the namespace of its net container; returns its id. */
export async function createSystem(engine: DockerEngine, plan: PodPlan, netId: string): Promise<string> {
  const { node, spec } = plan;
  return create(engine, `the container of ${node}`, {
    name: `cap-test-${plan.runId}-${node}`,
    Image: plan.systemImage,
    Cmd: [...spec.command],
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: { ...plan.labels, [LABEL.node]: node, [LABEL.role]: "system" },
    Tty: false,
    HostConfig: {
      NetworkMode: `container:${netId}`,
      // Reaps zombies. SIGKILL to it, the first process of the container, ends all others with it.
      Init: true,
      LogConfig: LOG_CONFIG,
      // No volumes: the container's own file system outlives a kill and a start, data directories included.
    },
  });
}

/** Starts the system's own container for the first time. */
export async function startSystem(engine: DockerEngine, node: NodeId, id: string): Promise<void> {
  await start(engine, id, `the container of ${node}`);
}

/** What the engine answers to "top". Null where it found none: the program has ended and the engine has not noticed yet. */
interface ProcessList {
  readonly Titles: readonly string[] | null;
  readonly Processes: readonly (readonly string[])[] | null;
}

interface TopOptions {
  readonly ps_args: string;
  readonly abortSignal: AbortSignal;
}

const PROGRAM_EVERY_MS = 20;
const PROGRAM_TIMEOUT_MS = 5000;
/** An engine that refuses this often in a row cannot list processes at all. */
const PROGRAM_REFUSALS_MAX = 10;

/**
 * Resolves when the init process has become, or has started, the image's own program. A started container says "running"
 * from the moment its init runs, and on a busy machine stays so for a while where the program does not even exist. Gives up
 * silently: on an engine that cannot list processes, or a container that ended, the container's state has to tell.
 */
export async function untilProgramRuns(engine: DockerEngine, clock: Clock, id: string): Promise<void> {
  const container = engine.docker.getContainer(id);
  const top = container.top.bind(container) as (options: TopOptions) => Promise<ProcessList>;
  const deadlineNs = clock.nowNs() + PROGRAM_TIMEOUT_MS * 1e6;
  let refusals = 0;
  while (clock.nowNs() < deadlineNs) {
    try {
      const processes = await engine.call("list the processes of a container", (abortSignal) =>
        top({ ps_args: "-eo pid,args", abortSignal }),
      );
      if (showsProgram(processes)) return;
      refusals = 0;
    } catch (error) {
      // 409: it has ended, and the engine knows. Any other refusal may come from the moment between these two.
      if (statusOf(error) === 409 || ++refusals >= PROGRAM_REFUSALS_MAX) return;
    }
    await clock.sleep(PROGRAM_EVERY_MS);
  }
}

/** Whether a list of processes has more in it than what starts the program. */
function showsProgram({ Titles, Processes }: ProcessList): boolean {
  const column = (Titles ?? []).indexOf("COMMAND");
  return (Processes ?? []).some((row) => !/docker-init|tini|runc/.test((row[column] ?? "").split(" ")[0] as string));
}

async function create(engine: DockerEngine, what: string, options: ContainerCreateOptions): Promise<string> {
  const container = await engine.call(`create ${what}`, (abortSignal) =>
    engine.docker.createContainer({ ...options, abortSignal }),
  );
  return container.id;
}

async function start(engine: DockerEngine, id: string, what: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await engine.call(`start ${what}`, (abortSignal) => engine.docker.getContainer(id).start({ abortSignal }));
      return;
    } catch (error) {
      // The engine chose a free port and somebody else took it first: it chooses another one next time.
      const portTaken = statusOf(error) !== undefined && /already (allocated|in use)/.test(String(error));
      if (!portTaken || attempt >= 5) throw error;
    }
  }
}

/** A runtime starts nodes and hurts them. Nemeses and drivers are written once, against these contracts. */
import type { NodeId } from "./op.js";
import type { Program } from "./program.js";

/** The only source of time for runner, nemeses and drivers: real on Docker, virtual in the simulation. */
export interface Clock {
  /** Nanoseconds since the run began; whole numbers, never running backwards. */
  nowNs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Who refuses whose packets: `grudge.get(a)` are the nodes whose packets `a` drops. One direction is enough for a one-way cut. */
export type Grudge = ReadonlyMap<NodeId, ReadonlySet<NodeId>>;

/** What shows that a fault bites, or that it is over. */
export interface Evidence {
  /** Nanoseconds since the run began. */
  readonly beganNs: number;
  readonly completeNs: number;
  readonly proved: boolean;
  /** For people: "n3 dropped 12 packets from n1", "n2 exited 137", … One line a fact. */
  readonly facts: readonly string[];
}

export type Act = "kill" | "start" | "pause" | "resume";
export type Capability = "partition" | "kill" | "pause" | "clock" | "packet";

/** A wall clock that is wrong: ahead by `offsetMs` (negative: behind) and gaining `driftPpm` from now on. Zeros end it. */
export interface ClockSkew {
  readonly offsetMs: number;
  readonly driftPpm: number;
}

/** What happens to packets on every link between nodes, and on the clients' links where the runtime can. */
export interface PacketFault {
  /** Of 10,000 packets, how many are lost, arrive twice, or overtake others. */
  readonly lossPer10k: number;
  readonly duplicatePer10k: number;
  readonly reorderPer10k: number;
  /** Of 10,000 packets between nodes, how many come up to a second late, long after others that were sent later. */
  readonly strayPer10k?: number;
  /** Added to each packet's way. */
  readonly delayMs: number;
}

/** A running set of nodes. */
export interface Cluster {
  readonly nodes: readonly NodeId[];
  readonly runtime: RuntimeName;
  readonly clock: Clock;
  readonly capabilities: ReadonlySet<Capability>;
  /** Replaces the current grudge by this one on all nodes at once, and proves that each cut link drops packets. */
  cut(grudge: Grudge): Promise<Evidence>;
  /** Removes every cut and proves that the nodes reach each other again. */
  heal(): Promise<Evidence>;
  /** May packets of `from` reach `to` under the current grudge, both ways? True for a node and itself. */
  connected(from: NodeId, to: NodeId): boolean;
  /** kill: SIGKILL. start: start again with the same disk and address. pause/resume: SIGSTOP-like. Proved by looking. */
  signal(node: NodeId, act: Act): Promise<Evidence>;
  /** Capability "clock": replaces the node's current skew. Monotonic time is left alone. */
  skew?(node: NodeId, skew: ClockSkew): Promise<Evidence>;
  /** Capability "packet": replaces the current packet fault; undefined ends it. */
  disturb?(fault: PacketFault | undefined): Promise<Evidence>;
  /** Fixed address inside the cluster's network (what nodes call each other). */
  address(node: NodeId): string;
  /** Docker: where a driver connects (127.0.0.1). Absent in the simulation. */
  endpoint?(node: NodeId, port: number): { readonly host: string; readonly port: number };
  /** Runs a program in the node's own container (docker only); resolves with its output and exit code. */
  exec?(node: NodeId, command: readonly string[], signal?: AbortSignal): Promise<ExecResult>;
  /**
   * Bundled nodes, on both runtimes: one request, one reply, no retry. Rejects with a `RequestError` that says whether the
   * request may have reached the node.
   */
  request(node: NodeId, body: unknown, signal: AbortSignal): Promise<unknown>;
  /** What the node printed so far (its tail, where that is long). */
  log(node: NodeId): Promise<string>;
  /** Stops and removes everything. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A request to a bundled node that got no reply. `sent: false` proves that the node never saw it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    message: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

export type RuntimeName = "docker" | "simulation";

/** How one node runs in a container. */
export interface ContainerSpec {
  /**
   * A folder under docker/ ("etcd", "redis-cluster", "kv"), or the absolute path of a folder of your own with a Dockerfile:
   * built on first use and after every change. Else any image's name. `--image` replaces it.
   */
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** TCP ports that drivers connect to; each is published on 127.0.0.1 with a free host port. */
  readonly ports: readonly number[];
  /** Folders kept when the process is killed and started again; the container's own file system is kept anyway. */
  readonly dataDirs?: readonly string[];
}

/** What a node knows of its cluster before anything runs. */
export interface Layout {
  readonly nodes: readonly NodeId[];
  address(node: NodeId): string;
}

/** What to start: one of the two, by runtime. */
export interface NodeSpec {
  readonly node: NodeId;
  readonly container?: ContainerSpec;
  readonly program?: Program<unknown>;
}

/** Progress of slow steps (image builds, start-up), for people. */
export type Progress = (line: string) => void;

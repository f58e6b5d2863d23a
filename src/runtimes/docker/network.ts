/**
 * A network for each run: a free /24 of 198.18.0.0/15, the range reserved for benchmarks (RFC 2544), which no LAN, cloud or
 * VPN should use. Addresses are fixed, so that a node's configuration can name its peers before anything runs.
 */
import { networkInterfaces } from "node:os";
import { EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import { deriveSeed } from "../../core/rng.js";
import type { Layout } from "../../core/runtime.js";
import { type DockerEngine, statusOf } from "./engine.js";

/** How many /24s the range holds. */
const SUBNETS = 512;
/** .1 is the gateway; nodes start here. */
const FIRST_HOST = 11;
/** Nodes that fit behind FIRST_HOST. */
export const NODES_MAX = 200;

export interface RunNetwork {
  readonly id: string;
  readonly name: string;
  readonly layout: Layout;
}

/** Addresses of `nodes` inside the /24 whose first three bytes are `prefix` ("198.18.7"). */
export function layoutOf(prefix: string, nodes: readonly NodeId[]): Layout {
  const addresses = new Map(nodes.map((node, i) => [node, `${prefix}.${FIRST_HOST + i}`]));
  return {
    nodes,
    address(node) {
      const address = addresses.get(node);
      if (address === undefined)
        throw new EnvironmentError(`there is no node "${node}"; there are ${nodes.join(", ")}.`);
      return address;
    },
  };
}

/** The prefix of the nth /24 of the range: 0 is "198.18.0", 511 is "198.19.255". */
export function prefixOf(n: number): string {
  return `198.${18 + Math.floor(n / 256)}.${n % 256}`;
}

/**
 * The /24s that overlap none of `taken` (CIDRs), in an order that depends on the seed: two runs that start at once then
 * rarely try the same one.
 */
export function freePrefixes(taken: readonly string[], seed: number): readonly string[] {
  const ranges = taken.map(rangeOf).filter((range) => range !== undefined);
  const free: string[] = [];
  for (let i = 0; i < SUBNETS; i++) {
    const prefix = prefixOf((seed + i) % SUBNETS);
    const [from, to] = rangeOf(`${prefix}.0/24`) as readonly [number, number];
    if (ranges.every(([low, high]) => to < low || from > high)) free.push(prefix);
  }
  return free;
}

/** First and last address of a CIDR as numbers; undefined for anything but IPv4. */
function rangeOf(cidr: string): readonly [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - bits);
  const first = address - (address % size);
  return [first, first + size - 1];
}

/** Makes the run's own bridge network and says which address each node has. Throws EnvironmentError when no /24 is free. */
export async function createNetwork(
  engine: DockerEngine,
  runId: string,
  nodes: readonly NodeId[],
  labels: Readonly<Record<string, string>>,
): Promise<RunNetwork> {
  const networks = await engine.call("list networks", (abortSignal) => engine.docker.listNetworks({ abortSignal }));
  const taken = networks.flatMap((network) => (network.IPAM?.Config ?? []).map((config) => config.Subnet ?? ""));
  // A VPN that (against the rules) sits in this range shows as an interface of this machine.
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.cidr ?? ""));
  const name = `cap-test-${runId}`;
  // A /24 can be taken between the look and the call, by a run that starts at the same time: then the next one.
  for (const prefix of freePrefixes([...taken, ...own], deriveSeed(0, runId)).slice(0, 16)) {
    try {
      const network = await engine.call(`create network ${name}`, (abortSignal) =>
        engine.docker.createNetwork({
          Name: name,
          Driver: "bridge",
          EnableIPv6: false,
          IPAM: { Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
          Labels: { ...labels },
          abortSignal,
        }),
      );
      return { id: network.id, name, layout: layoutOf(prefix, nodes) };
    } catch (error) {
      if (statusOf(error) !== 403 && !/overlap/i.test(String(error))) throw error;
    }
  }
  throw new EnvironmentError(
    "no /24 of 198.18.0.0/15 is free for the run's network: `cap-test clean` removes old runs; `docker network ls` shows the rest.",
  );
}

/**
 * Removing runs from Docker: one's own at its end, and what others left behind.
 *
 * Everything a run makes carries its id and its process (owner.ts). A run is told to be living or dead by its process alone:
 * its containers look the same either way. A run started with `--leave-running` says so in a label from the start, since
 * labels cannot change later; the automatic sweep spares it after its process has ended, `cap-test clean` does not.
 */
import type { ContainerInfo } from "dockerode";
import { type DockerEngine, statusOf } from "./engine.js";
import { LABEL, ownerFromLabels, ownerOf, stateOf } from "./owner.js";

export interface Removed {
  readonly containers: number;
  readonly networks: number;
  /** Anonymous volumes, which images with a VOLUME line make. */
  readonly volumes: number;
}

/** A run that was not touched. */
export interface SparedRun {
  readonly runId: string;
  /** alive: its process lives. kept: by --leave-running. elsewhere: made on another machine or in another container. */
  readonly why: "alive" | "kept" | "elsewhere";
}

/**
 * `dead`: runs whose process is gone, except those kept by --leave-running; for every command that uses Docker.
 * `dead-and-kept`: those too; for `cap-test clean`.
 */
export type SweepMode = "dead" | "dead-and-kept";

const ROUNDS_MAX = 20;
const ROUND_MS = 300;

/** Removes what dead runs left, spares living ones; `only` narrows it to one run. Safe while others start, end or sweep. */
export async function sweep(
  engine: DockerEngine,
  mode: SweepMode,
  only?: string,
): Promise<Removed & { readonly spared: readonly SparedRun[] }> {
  const here = await ownerOf();
  const [containers, networks] = await Promise.all([listContainers(engine, only), listNetworks(engine, only)]);
  const labelsByRun = new Map<string, Readonly<Record<string, string>>>();
  for (const labels of [...containers, ...networks].map((one) => one.Labels ?? {})) {
    labelsByRun.set(labels[LABEL.run] ?? "", labels);
  }
  const total = { containers: 0, networks: 0, volumes: 0 };
  const spared: SparedRun[] = [];
  for (const [runId, labels] of labelsByRun) {
    const state = await stateOf(ownerFromLabels(labels), here);
    const kept = labels[LABEL.keep] === "true" && mode === "dead";
    if (state !== "dead" || kept) {
      spared.push({ runId, why: state === "dead" ? "kept" : state });
      continue;
    }
    const removed = await removeRun(engine, runId);
    total.containers += removed.containers;
    total.networks += removed.networks;
    total.volumes += removed.volumes;
  }
  return { ...total, spared };
}

/**
 * Removes everything of one run, living or not. Nothing there: zeros. Looks again until nothing is left: what a killed
 * process had asked for may come to be after the first look (a container is made within a second of the call).
 */
export async function removeRun(engine: DockerEngine, runId: string): Promise<Removed> {
  const total = { containers: 0, networks: 0, volumes: 0 };
  for (let round = 1; ; round++) {
    const containers = await listContainers(engine, runId);
    const gone = await Promise.all(containers.map((container) => removeContainer(engine, container)));
    const networks = await listNetworks(engine, runId);
    const networksGone = await Promise.all(networks.map((network) => removeNetwork(engine, network.Id, network.Name)));
    total.containers += gone.filter((one) => one.state === "removed").length;
    total.volumes += gone.reduce((sum, one) => sum + one.volumes, 0);
    total.networks += networksGone.filter((one) => one.state === "removed").length;
    // An empty look is the only proof.
    if (containers.length === 0 && networks.length === 0) return total;
    const busy = [...gone, ...networksGone].find((one) => one.error !== undefined);
    if (busy === undefined) continue;
    if (round >= ROUNDS_MAX) throw busy.error;
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
}

/** How an attempt ended. `busy`: Docker refused, and may not in a moment; then `error` says what it said. */
interface Attempt {
  readonly state: "removed" | "gone" | "busy";
  readonly error?: unknown;
}

async function removeContainer(engine: DockerEngine, container: ContainerInfo): Promise<Attempt & { volumes: number }> {
  const attempt = await remove(engine, `remove container ${container.Names[0] ?? container.Id}`, (abortSignal) =>
    engine.docker.getContainer(container.Id).remove({ force: true, v: true, abortSignal }),
  );
  const volumes = (container.Mounts ?? []).filter((mount) => mount.Type === "volume").length;
  return { ...attempt, volumes: attempt.state === "removed" ? volumes : 0 };
}

async function removeNetwork(engine: DockerEngine, id: string, name: string): Promise<Attempt> {
  return remove(engine, `remove network ${name}`, (abortSignal) =>
    engine.docker.getNetwork(id).remove({ abortSignal }),
  );
}

async function remove(
  engine: DockerEngine,
  what: string,
  run: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<Attempt> {
  try {
    await engine.call(what, run);
    return { state: "removed" };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { state: "gone" };
    if (status === undefined) throw error;
    // 409: another sweep removes it. 403: a network with a container that is just going. 500: "device or resource busy".
    return { state: "busy", error };
  }
}

function filterOf(runId: string | undefined): { label: string[] } {
  return { label: [runId === undefined ? LABEL.run : `${LABEL.run}=${runId}`] };
}

async function listContainers(engine: DockerEngine, runId?: string): Promise<ContainerInfo[]> {
  return engine.call("list containers", (abortSignal) =>
    engine.docker.listContainers({ all: true, filters: filterOf(runId), abortSignal }),
  );
}

async function listNetworks(engine: DockerEngine, runId?: string) {
  return engine.call("list networks", (abortSignal) =>
    engine.docker.listNetworks({ filters: filterOf(runId), abortSignal }),
  );
}

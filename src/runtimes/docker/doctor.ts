/** What `cap-test doctor` says about Docker: can this machine run clusters and hurt them, and if not, what to do. */
import { messageOf } from "../../core/errors.js";
import type { Progress } from "../../core/runtime.js";
import { contextOf, hashOf } from "./context.js";
import { connectDocker, type DockerEngine } from "./engine.js";
import { interleave } from "./exec.js";
import { ensureImage, hasImage } from "./images.js";
import { labelsOf, ownerOf } from "./owner.js";
import { removeRun } from "./sweep.js";

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do, where it is not ok. */
  readonly advice?: string;
}

/** Six Redis nodes with their net containers and clients need well under this. */
const MEMORY_MIN_BYTES = 2 * 1024 ** 3;
const IMAGES = ["net", "etcd", "redis-cluster", "kv"];

/** What each kernel feature is for, and what is done without it. The faults of the main job need iptables alone. */
const FEATURES: Readonly<Record<string, { readonly what: string; readonly advice: string }>> = {
  iptables: {
    what: "cuts between nodes",
    advice:
      "partitions cannot work: load the kernel modules nf_tables or ip_tables (modprobe nf_tables), or update the engine",
  },
  statistic: { what: "packet loss", advice: "packet loss is not available: modprobe xt_statistic" },
  tbf: { what: "limited bandwidth", advice: "slow links are not available: modprobe sch_tbf" },
  netem: {
    what: "delay, duplication, reordering",
    advice: "delays are not available: modprobe sch_netem (this kernel may lack it)",
  },
};

/** Looks at engine, memory, images and kernel. Never throws: what fails is a finding. Builds the net image where missing. */
export async function inspectDocker(progress: Progress = () => {}): Promise<readonly Finding[]> {
  let engine: DockerEngine;
  try {
    engine = await connectDocker();
  } catch (error) {
    return [{ name: "docker", ok: false, detail: "no usable engine", advice: messageOf(error) }];
  }
  const findings: Finding[] = [
    { name: "docker", ok: true, detail: `engine ${engine.version}, API ${engine.apiVersion}` },
  ];
  const sections: readonly (() => Promise<readonly Finding[]>)[] = [
    () => memoryFindings(engine),
    () => imageFindings(engine),
    () => kernelFindings(engine, progress),
  ];
  for (const section of sections) {
    try {
      findings.push(...(await section()));
    } catch (error) {
      findings.push({ name: "docker", ok: false, detail: messageOf(error), advice: "mend this first, then ask again" });
    }
  }
  return findings;
}

async function memoryFindings(engine: DockerEngine): Promise<readonly Finding[]> {
  const info = (await engine.call("describe itself", () => engine.docker.info())) as { MemTotal: number; NCPU: number };
  const ok = info.MemTotal >= MEMORY_MIN_BYTES;
  const detail = `${(info.MemTotal / 1024 ** 3).toFixed(1)} GiB, ${info.NCPU} processors for containers`;
  const advice = "give the engine 2 GiB or more (Docker Desktop: Settings, Resources)";
  return [{ name: "memory", ok, detail, ...(ok ? {} : { advice }) }];
}

async function imageFindings(engine: DockerEngine): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of IMAGES) {
    try {
      const tag = `cap-test/${name}:${hashOf(await contextOf(name))}`;
      const built = await hasImage(engine, tag);
      findings.push({ name: `image ${name}`, ok: true, detail: built ? tag : "not built yet; built on first use" });
    } catch (error) {
      findings.push({ name: `image ${name}`, ok: false, detail: "cannot be built", advice: messageOf(error) });
    }
  }
  return findings;
}

/** Asks the kernel by trying each feature in a container that is thrown away. */
async function kernelFindings(engine: DockerEngine, progress: Progress): Promise<readonly Finding[]> {
  const image = await ensureImage(engine, "net", { progress, signal: new AbortController().signal });
  const runId = `doctor-${process.pid}`;
  try {
    const container = await engine.call("create a container", (abortSignal) =>
      ownerOf().then((owner) =>
        engine.docker.createContainer({
          Image: image,
          Cmd: ["bash", "/cap-test/features.sh"],
          Labels: labelsOf(owner, runId, false),
          HostConfig: { NetworkMode: "none", CapAdd: ["NET_ADMIN"] },
          abortSignal,
        }),
      ),
    );
    await engine.call("start a container", (abortSignal) => container.start({ abortSignal }));
    await engine.call("wait for a container", (abortSignal) => container.wait({ abortSignal }));
    const raw = await engine.call("read a log", (abortSignal) =>
      container.logs({ stdout: true, follow: false, abortSignal }),
    );
    return featureFindings(interleave(raw));
  } finally {
    await removeRun(engine, runId);
  }
}

/** Reads the lines of docker/net/features.sh: "NAME yes" or "NAME no REASON". A feature without a line is not there. */
export function featureFindings(output: string): readonly Finding[] {
  const lines = new Map(output.split("\n").map((line) => [line.split(" ")[0] ?? "", line] as const));
  return Object.entries(FEATURES).map(([name, { what, advice }]) => {
    const line = lines.get(name) ?? "";
    const ok = line === `${name} yes`;
    const reason = line.slice(name.length + 4) || "the kernel did not say";
    return {
      name: `kernel ${name}`,
      ok,
      detail: ok ? `works (${what})` : `missing: ${reason}`,
      ...(ok ? {} : { advice }),
    };
  });
}

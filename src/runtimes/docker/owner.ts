/**
 * Who owns a container: the labels that tie what is in Docker to the process that made it. A pid alone will not do: pids are
 * used again, within minutes on a busy machine, and the sweep would then spare leftovers for ever, or, after a mistake the
 * other way round, remove a living run.
 */
import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";

export const LABEL = {
  run: "cap-test.run",
  node: "cap-test.node",
  role: "cap-test.role",
  /** "true" on runs that `--leave-running` keeps after their process has ended. */
  keep: "cap-test.keep",
  host: "cap-test.host",
  boot: "cap-test.boot",
  pidNamespace: "cap-test.pid-namespace",
  pid: "cap-test.pid",
  started: "cap-test.started",
} as const;

/** A process, told apart from every other one that ever had its pid. */
export interface Owner {
  /** Host name and machine id: which machine the pid belongs to. */
  readonly host: string;
  /** Changes with each boot of the machine ("" where unknown): after a reboot no process of before lives. */
  readonly boot: string;
  /** Pids of another namespace (cap-test in a container) mean nothing here. "" where there are none. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** When the process started, in the operating system's own words; "" where it does not say. */
  readonly started: string;
}

/** `elsewhere`: on another machine or in another pid namespace, so nobody here can tell. */
export type OwnerState = "alive" | "dead" | "elsewhere";

/** This process, or another one of this machine. */
export async function ownerOf(pid: number = process.pid): Promise<Owner> {
  const [machine, boot, pidNamespace, started] = await Promise.all([
    textOf("/etc/machine-id"),
    textOf("/proc/sys/kernel/random/boot_id"),
    readlink("/proc/self/ns/pid").catch(() => ""),
    startOf(pid),
  ]);
  return { host: `${hostname()}/${machine.slice(0, 12)}`, boot, pidNamespace, pid, started: started ?? "" };
}

/** Does the owner still live, as far as `here` (this process) can tell? */
export async function stateOf(owner: Owner, here: Owner): Promise<OwnerState> {
  if (owner.host !== here.host) return "elsewhere";
  if (owner.boot !== here.boot) return "dead";
  if (owner.pidNamespace !== here.pidNamespace) return "elsewhere";
  const started = await startOf(owner.pid);
  if (started === undefined) return "dead";
  return started === owner.started ? "alive" : "dead";
}

export function labelsOf(owner: Owner, runId: string, keep: boolean): Record<string, string> {
  return {
    [LABEL.run]: runId,
    [LABEL.keep]: String(keep),
    [LABEL.host]: owner.host,
    [LABEL.boot]: owner.boot,
    [LABEL.pidNamespace]: owner.pidNamespace,
    [LABEL.pid]: String(owner.pid),
    [LABEL.started]: owner.started,
  };
}

export function ownerFromLabels(labels: Readonly<Record<string, string>>): Owner {
  return {
    host: labels[LABEL.host] ?? "",
    boot: labels[LABEL.boot] ?? "",
    pidNamespace: labels[LABEL.pidNamespace] ?? "",
    pid: Number(labels[LABEL.pid] ?? "0"),
    started: labels[LABEL.started] ?? "",
  };
}

/** When a process started; undefined when there is none (a zombie is none: it only waits for its parent to look). */
async function startOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === "linux") return startInStat(await textOf(`/proc/${pid}/stat`));
  if (process.platform !== "win32") {
    // Not a shell: arguments go to ps as they are.
    const out = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
      env: { ...process.env, LC_ALL: "C" },
    })
      .then((result) => result.stdout.trim())
      .catch(() => "");
    return out === "" ? undefined : out;
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "" : undefined;
  }
}

/**
 * Field 22 of /proc/PID/stat: clock ticks from boot to the start of the process. Counted from behind the last ")", because
 * field 2 is the program's name and may hold spaces and brackets: "(a) b) S 1 …".
 */
export function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (stat === "" || fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19];
}

async function textOf(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

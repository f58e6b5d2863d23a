/** Runs the command line as a user would, in a process of its own and a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = join(dirname(fileURLToPath(import.meta.url)), "../../../bin/cap-test.mjs");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when the text appears on either stream; rejects when the process ends without it. */
  saw(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** A folder for the runs of one test, removed at its end. */
export function scratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "cap-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const hear = (): void => {
    for (const one of waiting) if ((stdout + stderr).includes(one.text)) one.resolve();
  };
  child.stdout?.on("data", (data: Buffer) => {
    stdout += data.toString();
    hear();
  });
  child.stderr?.on("data", (data: Buffer) => {
    stderr += data.toString();
    hear();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      for (const one of waiting) one.reject(new Error(`ended without "${one.text}":\n${stdout}\n${stderr}`));
      resolve({ code, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    saw: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        hear();
      }),
  };
}

/** Runs to the end. */
export const runCli = (args: readonly string[], cwd: string, env?: Readonly<Record<string, string>>): Promise<Ended> =>
  start(args, cwd, env).ended;

/** What Docker still holds of a process (other runs may be going on beside the tests). */
export function leftInDocker(pid: number | undefined): string[] {
  const list = (args: readonly string[]): string[] => {
    const { stdout, status, stderr } = spawnSync("docker", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    return stdout.split("\n").filter((line) => line !== "");
  };
  const filter = `label=cap-test.pid=${pid}`;
  return [
    ...list(["ps", "-a", "--filter", filter, "--format", "{{.Names}}"]),
    ...list(["network", "ls", "--filter", filter, "--format", "{{.Name}}"]),
  ];
}

/** Does Docker answer here? With CI=true a missing Docker is a failure, so the tests run and fail. */
export const dockerIsHere = (): boolean =>
  process.env["CI"] === "true" || spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

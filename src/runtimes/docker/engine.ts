/**
 * The connection to Docker. Every call of the runtime goes through `call`: it has a deadline (a stopped daemon must become
 * an error, not a hang), and its errors say in words what could not be done and what to do next.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { EnvironmentError, messageOf } from "../../core/errors.js";

/** How long one call may take. A busy 2-core machine has needed 5 s for a start; a healthy call takes well under 1 s. */
export const CALL_TIMEOUT_MS = 30_000;

/** Docker 20.10. Older engines are not tried. */
const OLDEST_API = "1.41";

export interface DockerEngine {
  readonly docker: Docker;
  /** Of the engine: "28.3.1". */
  readonly version: string;
  /** Of its API: "1.51". */
  readonly apiVersion: string;
  /**
   * Makes one API call. `what` completes "Docker could not …". Pass the signal on, so that a call that is given up frees its
   * connection. Throws EnvironmentError; `statusOf` gives the HTTP status of a refusal.
   */
  call<T>(what: string, run: (abortSignal: AbortSignal) => Promise<T>, timeoutMs?: number): Promise<T>;
}

/**
 * Connects to the engine that DOCKER_HOST names, else to the first of the usual sockets that answers.
 * Calls may take `callTimeoutMs` each, where they do not say otherwise.
 * Throws EnvironmentError, with what to do, when none answers or the engine is on another machine.
 */
export async function connectDocker(callTimeoutMs: number = CALL_TIMEOUT_MS): Promise<DockerEngine> {
  // Loaded with the first connection: it brings SSH and more.
  const { default: Docker } = await import("dockerode");
  const failures: string[] = [];
  for (const candidate of candidates(process.env.DOCKER_HOST)) {
    const docker = candidate.socketPath === undefined ? new Docker() : new Docker({ socketPath: candidate.socketPath });
    try {
      const version = await withDeadline(
        (abortSignal) => abortable(docker.version.bind(docker))({ abortSignal }),
        10_000,
      );
      if (!atLeast(version.ApiVersion, OLDEST_API)) {
        throw new EnvironmentError(
          `Docker ${version.Version} is too old (API ${version.ApiVersion}); cap-test needs Docker 20.10 or newer.`,
        );
      }
      return { docker, version: version.Version, apiVersion: version.ApiVersion, call: callWithin(callTimeoutMs) };
    } catch (error) {
      if (error instanceof EnvironmentError) throw error;
      failures.push(`${candidate.name}: ${messageOf(error)}`);
    }
  }
  throw new EnvironmentError(
    `no Docker engine answers (${failures.join("; ")}). Start Docker Desktop, or on Linux: sudo systemctl start docker. ` +
      "Where it runs as another user, add yourself to the group docker. `cap-test doctor` says more.",
  );
}

/** What DOCKER_HOST, or its absence, means. Throws EnvironmentError for an engine on another machine. */
export function candidates(dockerHost: string | undefined): readonly { name: string; socketPath?: string }[] {
  if (dockerHost !== undefined && dockerHost !== "") {
    if (/^(unix|npipe):/.test(dockerHost)) return [{ name: dockerHost }];
    const host = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)/i.exec(dockerHost)?.[1] ?? "";
    if (["localhost", "127.0.0.1", "[::1]"].includes(host) && !dockerHost.startsWith("ssh:"))
      return [{ name: dockerHost }];
    throw new EnvironmentError(
      `DOCKER_HOST is ${dockerHost}: cap-test needs the engine on this machine, because it talks to nodes through ports ` +
        "published on 127.0.0.1. Unset DOCKER_HOST, or run cap-test over there.",
    );
  }
  if (process.platform === "win32") return [{ name: "//./pipe/docker_engine", socketPath: "//./pipe/docker_engine" }];
  const sockets = [
    "/var/run/docker.sock",
    join(homedir(), ".docker/run/docker.sock"),
    join(homedir(), ".orbstack/run/docker.sock"),
    join(homedir(), ".colima/default/docker.sock"),
    join(process.env.XDG_RUNTIME_DIR ?? "/run/user/0", "docker.sock"),
  ];
  const present = sockets.filter((path) => existsSync(path));
  return (present.length > 0 ? present : sockets.slice(0, 1)).map((socketPath) => ({ name: socketPath, socketPath }));
}

/** Compares dotted versions number by number: "1.9" is older than "1.41". */
export function atLeast(version: string, wanted: string): boolean {
  const have = version.split(".").map(Number);
  const want = wanted.split(".").map(Number);
  for (let i = 0; i < want.length; i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The HTTP status that Docker answered with, from an error of `call` or of dockerode; undefined where it never answered. */
export function statusOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const status = (at as { statusCode?: unknown }).statusCode;
    if (typeof status === "number") return status;
  }
  return undefined;
}

/** Calls whose types know no options, although the library takes them: so that they, too, can be aborted. */
export function abortable<T>(method: () => Promise<T>): (options: { abortSignal: AbortSignal }) => Promise<T> {
  return method as (options: { abortSignal: AbortSignal }) => Promise<T>;
}

class DeadlineError extends Error {}

/** Runs `run` against a deadline; aborts it and rejects when the deadline passes, even if `run` ignores its signal. */
async function withDeadline<T>(run: (signal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError(`no answer within ${timeoutMs / 1000} s`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    const work = run(controller.signal);
    // When the deadline wins, the aborted call rejects later, with nobody listening.
    work.catch(() => {});
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function callWithin(defaultMs: number): DockerEngine["call"] {
  return async (what, run, timeoutMs = defaultMs) => {
    try {
      return await withDeadline(run, timeoutMs);
    } catch (error) {
      throw explain(what, error);
    }
  };
}

function explain(what: string, error: unknown): unknown {
  if (statusOf(error) !== undefined) {
    return new EnvironmentError(`Docker could not ${what}: ${reasonOf(error)}`, { cause: error });
  }
  // Errors of the connection have a code (ECONNREFUSED, ENOENT, ECONNRESET). Anything else is a mistake of ours: keep it.
  if (error instanceof DeadlineError || typeof (error as NodeJS.ErrnoException).code === "string") {
    return new EnvironmentError(
      `the Docker engine stopped answering: it could not ${what} (${messageOf(error)}). ` +
        "Is it still running? Once it is back, `cap-test clean` removes what was left.",
      { cause: error },
    );
  }
  return error;
}

/** Docker's own words, without dockerode's "(HTTP code 409) conflict - " before them. */
function reasonOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown } }).json;
  return typeof json?.message === "string" ? json.message : messageOf(error);
}

import { describe, expect, it } from "vitest";
import type { Clock } from "../../core/runtime.js";
import type { DockerEngine } from "./engine.js";
import { untilProgramRuns } from "./pods.js";

const listed = (...commands: string[]) => ({
  Titles: ["PID", "COMMAND"],
  Processes: commands.map((command, i) => [String(i), command]),
});

const refused = (statusCode: number) => Object.assign(new Error(`HTTP ${statusCode}`), { statusCode });

/** An engine that answers "top" with these in turn, the last one for ever; resolves with how often it was asked. */
async function askedUntilRunning(...answers: unknown[]): Promise<number> {
  let asked = 0;
  const top = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const engine = {
    docker: { getContainer: () => ({ top }) },
    call: (_what: string, run: (signal: AbortSignal) => Promise<unknown>) => run(new AbortController().signal),
  } as unknown as DockerEngine;
  let nowNs = 0;
  const sleep = async (ms: number) => {
    nowNs += ms * 1e6;
  };
  const clock = { nowNs: () => nowNs, sleep } as unknown as Clock;
  await untilProgramRuns(engine, clock, "id");
  return asked;
}

describe("waiting for the program of a container", () => {
  const init = "/sbin/docker-init -- etcd --name n1";

  it("asks until there is a process beside the init", async () => {
    expect(await askedUntilRunning(listed(init), listed("runc init"), listed(init, "etcd --name n1"))).toBe(3);
    expect(await askedUntilRunning(listed(init, "[docker-init] <defunct>"), listed("etcd --name n1"))).toBe(2);
  });

  it("takes no list, null, for one of no processes, as the engine says it between an end and its notice", async () => {
    const nobody = { Titles: ["PID", "COMMAND"], Processes: null };
    expect(await askedUntilRunning(nobody, { Titles: null, Processes: null }, refused(409))).toBe(3);
  });

  it("stops at once where the container has ended, and soon where the engine cannot list", async () => {
    expect(await askedUntilRunning(refused(409))).toBe(1);
    expect(await askedUntilRunning(refused(500))).toBe(10);
    expect(await askedUntilRunning(refused(500), listed("etcd"))).toBe(2);
  });

  it("gives up in the end on a program that never starts", async () => {
    expect(await askedUntilRunning(listed(init))).toBeLessThan(1000);
  });
});

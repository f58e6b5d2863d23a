/** Kill, start, pause, resume: done to the system's own container, and proved by looking at it afterwards. */
import type { NodeId } from "../../core/op.js";
import type { Act, Clock, Evidence } from "../../core/runtime.js";
import { type DockerEngine, statusOf } from "./engine.js";

const LOOK_EVERY_MS = 20;
const LOOK_DEADLINE_MS = 10_000;
/** A started process is looked at again after this: one that cannot read its files is gone by then. */
const SETTLE_MS = 100;

export interface ContainerState {
  readonly running: boolean;
  readonly paused: boolean;
  readonly exitCode: number;
  /** As Docker writes it; changes with each start. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

export async function stateOfContainer(engine: DockerEngine, id: string, node: NodeId): Promise<ContainerState> {
  const { State } = await engine.call(`look at ${node}`, (abortSignal) =>
    engine.docker.getContainer(id).inspect({ abortSignal }),
  );
  return {
    running: State.Running,
    paused: State.Paused,
    exitCode: State.ExitCode,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
  };
}

/** What must be seen after an act, and how to say it. */
const LOOKS: Record<Act, { done(state: ContainerState): boolean; say(node: NodeId, state: ContainerState): string }> = {
  kill: {
    done: (state) => !state.running,
    say: (node, state) => `${node} is down (exit code ${state.exitCode})`,
  },
  start: {
    done: (state) => state.running && !state.paused,
    say: (node, state) => `${node} runs since ${state.startedAt}`,
  },
  pause: { done: (state) => state.running && state.paused, say: (node) => `${node} is frozen` },
  resume: { done: (state) => state.running && !state.paused, say: (node) => `${node} runs again` },
};

/**
 * Acts on the container of a node. An act that finds its work done already (a kill of a node that died by itself) is proved
 * too, as the state is what counts, and the facts say so. Only a lost engine throws (EnvironmentError).
 */
export async function signalContainer(
  engine: DockerEngine,
  clock: Clock,
  id: string,
  node: NodeId,
  act: Act,
): Promise<Evidence> {
  const beganNs = clock.nowNs();
  const facts: string[] = [];
  const look = LOOKS[act];
  let state = await stateOfContainer(engine, id, node);
  if (look.done(state)) facts.push(`nothing to do for ${act}: ${look.say(node, state)} already`);
  else await send(engine, id, node, act, state, facts);
  state = await stateOfContainer(engine, id, node);
  while (!look.done(state) && (clock.nowNs() - beganNs) / 1e6 < LOOK_DEADLINE_MS) {
    await clock.sleep(LOOK_EVERY_MS);
    state = await stateOfContainer(engine, id, node);
  }
  if (act === "start" && look.done(state)) {
    await clock.sleep(SETTLE_MS);
    state = await stateOfContainer(engine, id, node);
  }
  const proved = look.done(state);
  facts.push(
    proved
      ? look.say(node, state)
      : `${node} did not obey ${act}: running ${state.running}, paused ${state.paused}, exit code ${state.exitCode}`,
  );
  return { beganNs, completeNs: clock.nowNs(), proved, facts };
}

async function send(
  engine: DockerEngine,
  id: string,
  node: NodeId,
  act: Act,
  state: ContainerState,
  facts: string[],
): Promise<void> {
  const container = engine.docker.getContainer(id);
  const refused = (error: unknown): void => {
    // A refusal (the container changed meanwhile, say) is a fact, and the look afterwards decides.
    if (statusOf(error) === undefined) throw error;
    facts.push(error instanceof Error ? error.message : String(error));
  };
  switch (act) {
    case "kill":
      await engine
        .call(`kill ${node}`, (abortSignal) => container.kill({ signal: "SIGKILL", abortSignal }))
        .catch(refused);
      // A frozen process dies only once it is thawed; the kernel delivers SIGKILL before it runs one more instruction.
      if (state.paused) await unpause(engine, id, node).catch(() => {});
      return;
    case "start":
      // Docker's start does nothing for a paused container.
      if (state.paused) await unpause(engine, id, node).catch(refused);
      else await engine.call(`start ${node}`, (abortSignal) => container.start({ abortSignal })).catch(refused);
      return;
    case "pause":
      await engine.call(`pause ${node}`, (abortSignal) => container.pause({ abortSignal })).catch(refused);
      return;
    case "resume":
      await unpause(engine, id, node).catch(refused);
  }
}

async function unpause(engine: DockerEngine, id: string, node: NodeId): Promise<void> {
  await engine.call(`resume ${node}`, (abortSignal) => engine.docker.getContainer(id).unpause({ abortSignal }));
}

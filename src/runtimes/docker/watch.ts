/** Notices that the engine is gone while nothing is being asked of it, so that a run ends with a clear line. */
import { EnvironmentError } from "../../core/errors.js";
import { abortable, type DockerEngine } from "./engine.js";

const EVERY_MS = 2000;
/** A busy machine has been seen to answer a ping after 3 s. */
const PING_TIMEOUT_MS = 10_000;

/** Pings the engine; tells `lost` once, when it stops answering. Returns the function that ends the watch. */
export function watchEngine(engine: DockerEngine, lost: (error: EnvironmentError) => void): () => void {
  const ping = abortable(engine.docker.ping.bind(engine.docker) as () => Promise<unknown>);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    try {
      await engine.call("answer a ping", (abortSignal) => ping({ abortSignal }), PING_TIMEOUT_MS);
    } catch (error) {
      if (!stopped && error instanceof EnvironmentError) lost(error);
      return;
    }
    if (!stopped) timer = setTimeout(() => void look(), EVERY_MS).unref();
  };
  timer = setTimeout(() => void look(), EVERY_MS).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

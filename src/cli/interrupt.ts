/** Ctrl-C and SIGTERM: the first asks for an orderly end, the second leaves at once (the next command sweeps up). */
import { EXIT } from "../core/errors.js";

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  dispose(): void;
}

export function listenForInterrupts(tell: (text: string) => void): Interrupt {
  const abort = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (abort.signal.aborted) {
      process.stderr.write("cap-test: left at once; `cap-test clean` removes what is still there.\n");
      process.exit(EXIT.crash);
    }
    tell(`${name}: healing, collecting and cleaning up; once more to leave at once`);
    abort.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: abort.signal,
    dispose: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

/**
 * Questions to a system that are asked again until the answer is yes: is the node ready, has the cluster recovered? A
 * driver's own request may hang for ever (a connection made a moment before the node listened), and then nobody would ask
 * again. So each has a deadline, whether or not the driver looks at its signal.
 */
import type { Cluster } from "../core/runtime.js";
import { within } from "../systems/deadline.js";

/** Longer than any answer takes that still comes. */
const QUESTION_MS = 5_000;

/** The answer; false where there is none in time, or an error. In the simulation nothing hangs, and no timer is added. */
export async function answered(
  { runtime, clock }: Cluster,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const no = (): boolean => false;
  if (runtime === "simulation") return ask(signal).catch(no);
  return within(clock, QUESTION_MS, signal, (deadline) =>
    Promise.race([ask(deadline).catch(no), new Promise<boolean>((resolve) => onAbort(deadline, () => resolve(false)))]),
  );
}

function onAbort(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener("abort", then, { once: true });
}

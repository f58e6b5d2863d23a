/**
 * The pump: lets the clients run until all of them wait, then moves virtual time to the next event. Clients are ordinary
 * async functions, so "all of them wait" means that the microtask queue is empty. At most one client is woken per event, so
 * the order in which clients go on is the order of the heap, whatever the engine's promise internals.
 */
import { CapTestError } from "../../core/errors.js";
import type { Kernel } from "./kernel.js";

/** With nothing but unanswered requests left, this much virtual time may pass before the run counts as stuck. */
const PATIENCE_US = 600_000_000;
/** Events handled before the real event loop gets a turn (signals, progress); it wakes nobody, so it changes nothing. */
const EVENTS_A_TURN = 5_000;
/** Clients woken before it gets one: a load that wakes somebody at every event would starve it as well. */
const WAKES_A_TURN = 500;

const settled = Promise.resolve();

/**
 * Calls `then` when no microtask is left. A tick that was asked for by a microtask runs once the queue is empty, those
 * included that were added meanwhile; asked for by a tick it would run before. A twentieth of the cost of setImmediate, which
 * goes round the whole event loop.
 */
function whenAllWait(then: () => void): void {
  void settled.then(() => process.nextTick(then));
}

/**
 * Runs `main`, pumping events until its promise settles. `dispatch` handles the next event; it returns false when the heap
 * is empty. Rejects with a CapTestError when main can never go on.
 */
export function drive<T>(kernel: Kernel, dispatch: () => boolean, main: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let settle: (() => void) | undefined;
    main().then(
      (value) => {
        settle = () => resolve(value);
      },
      (error: unknown) => {
        settle = () => reject(error);
      },
    );
    let lastWokenUs = kernel.nowUs;
    let wakes = 0;
    const turn = (): void => {
      if (settle !== undefined) {
        settle();
        return;
      }
      if (kernel.woke) lastWokenUs = kernel.nowUs;
      kernel.woke = false;
      try {
        const stuck = advance(kernel, dispatch, lastWokenUs);
        if (stuck !== undefined) reject(new CapTestError(stuck));
        else if (kernel.woke && ++wakes % WAKES_A_TURN !== 0) whenAllWait(turn);
        else setImmediate(turn);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(turn);
  });
}

/** Handles events until one wakes a client (or the real event loop is due a turn). Returns why nothing can, if so. */
function advance(kernel: Kernel, dispatch: () => boolean, lastWokenUs: number): string | undefined {
  for (let handled = 0; handled < EVENTS_A_TURN && !kernel.woke; handled++) {
    // Nodes' own timers go on for ever, so an empty heap is not the only kind of standstill.
    if (kernel.sleeping === 0) {
      if (kernel.waiting === 0)
        return deadlock(kernel, "it waits for something outside the simulation, or for nothing");
      if (kernel.nowUs - lastWokenUs > PATIENCE_US)
        return deadlock(kernel, `${kernel.waiting} requests got no answer and have no deadline`);
    }
    if (!dispatch()) return deadlock(kernel, "no event is left");
  }
  return undefined;
}

function deadlock(kernel: Kernel, why: string): string {
  return `The simulation is at a standstill after ${(kernel.nowUs / 1_000_000).toFixed(3)} virtual seconds: ${why}. Whatever runs inside drive() may wait only for the simulated clock and cluster.`;
}

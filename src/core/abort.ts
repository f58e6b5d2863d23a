/**
 * Listeners of an abort signal that come and go with every op. Adding and removing a listener of an EventTarget costs as much
 * as a message between simulated nodes; here a signal has one listener for good, and behind it a list.
 */

const lists = new WeakMap<AbortSignal, (() => void)[]>();

/** Calls `listener` when the signal aborts, which it must not have done yet. Take it back with `offAbort`. */
export function onAbort(signal: AbortSignal, listener: () => void): void {
  const known = lists.get(signal);
  if (known !== undefined) {
    known.push(listener);
    return;
  }
  const list = [listener];
  lists.set(signal, list);
  // In their order, each of them once, whatever they take back or add meanwhile.
  signal.addEventListener("abort", () => {
    for (const each of list.splice(0)) each();
  });
}

/** Takes one listener back; nothing where it is not there. */
export function offAbort(signal: AbortSignal, listener: () => void): void {
  const list = lists.get(signal);
  const at = list === undefined ? -1 : list.lastIndexOf(listener);
  if (at === -1) return;
  if (at === (list as unknown[]).length - 1) list?.pop();
  else list?.splice(at, 1);
}

/** Does anybody wait for the signal to abort? `all`: how many listeners its EventTarget has. */
export function isHeard(signal: AbortSignal, all: number): boolean {
  const list = lists.get(signal);
  return list === undefined ? all > 0 : list.length > 0 || all > 1;
}

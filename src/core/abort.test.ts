/** The list behind a signal's one listener must do what listeners of its own would. */
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { isHeard, offAbort, onAbort } from "./abort.js";

const heard = (signal: AbortSignal): boolean => isHeard(signal, getEventListeners(signal, "abort").length);

describe("listeners of a signal", () => {
  it("are called once, in order, without those taken back", () => {
    const { signal, abort } = abortable();
    const called: string[] = [];
    const listeners = ["a", "b", "c", "d"].map((name) => () => void called.push(name));
    for (const listener of listeners) onAbort(signal, listener);
    offAbort(signal, listeners[1] as () => void);
    offAbort(signal, listeners[3] as () => void);
    offAbort(signal, () => undefined);
    abort();
    abort();
    expect(called).toEqual(["a", "c"]);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });

  it("may take themselves back while they are called", () => {
    const { signal, abort } = abortable();
    const called: string[] = [];
    const first = (): void => {
      called.push("first");
      offAbort(signal, first);
      offAbort(signal, second);
    };
    const second = (): void => void called.push("second");
    onAbort(signal, first);
    onAbort(signal, second);
    abort();
    expect(called).toEqual(["first", "second"]);
  });

  it("count as hearing it, as listeners of other kinds do", () => {
    const { signal } = abortable();
    const listener = (): void => undefined;
    expect(heard(signal)).toBe(false);
    onAbort(signal, listener);
    expect(heard(signal)).toBe(true);
    offAbort(signal, listener);
    expect(heard(signal)).toBe(false);
    signal.addEventListener("abort", listener);
    expect(heard(signal)).toBe(true);
    signal.removeEventListener("abort", listener);
    expect(heard(signal)).toBe(false);
    const { signal: other } = abortable();
    other.addEventListener("abort", listener);
    expect(heard(other)).toBe(true);
  });
});

function abortable(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

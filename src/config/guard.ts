/**
 * Guards around plug-ins: what a user's own code throws or returns by mistake becomes one clear line and an unknown verdict,
 * never a stack trace, and never a green. (A client that returned nothing for every read, say, would leave a history in
 * which nothing was seen to go wrong.)
 */
import { CapTestError, EnvironmentError, messageOf } from "../core/errors.js";

/** How the error of a completion begins that a client should not have returned. */
export const NONSENSE = "not a completion: ";

/** An error that says whose code it came from. What a plug-in throws on purpose (a CapTestError) stays as it is. */
function blame(whose: string, error: unknown): Error {
  if (error instanceof CapTestError) return error;
  return new EnvironmentError(`${whose} threw: ${messageOf(error)}`, { cause: error });
}

/** Calls a plug-in. @throws CapTestError that names it, whatever it throws. */
export function guarded<T>(whose: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw blame(whose, error);
  }
}

/** A value for a message, shortened. */
export const shown = (value: unknown): string => {
  try {
    const json = JSON.stringify(value) ?? String(value);
    return json.length > 80 ? `${json.slice(0, 77)}…` : json;
  } catch {
    return String(value);
  }
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

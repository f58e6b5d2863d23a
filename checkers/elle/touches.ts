/** The versions of each key that a transaction meets first and last, seen from outside. */
import { installs, type RegisterIndex } from "./register-index.js";
import { FAIL, NIL } from "./txn-history.js";

/** A value that nobody wrote: no version that is known. */
export const NO_VERSION = -2;
const UNTOUCHED = -3;

/**
 * Calls `visit` for each transaction that may have happened and each key it touches, with the version it found first (what it
 * read, else what it wrote) and the one it left or saw last (what it wrote, else what it read). A version is a write
 * micro-op, NIL for the initial one, or NO_VERSION.
 */
export function eachTouch(
  index: RegisterIndex,
  visit: (t: number, key: number, first: number, last: number) => void,
): void {
  const { txns, readOf, external } = index;
  const { count, mopStart, mopEnd, mopKey, keys, type } = txns;
  const first = new Int32Array(keys.length).fill(UNTOUCHED);
  const last = new Int32Array(keys.length).fill(UNTOUCHED);
  for (let t = 0; t < count; t++) {
    if (type[t] === FAIL) continue;
    const from = mopStart[t] as number;
    const end = mopEnd[t] as number;
    for (let m = from; m < end; m++) {
      const k = mopKey[m] as number;
      let version: number;
      if (external[m] === 1) {
        const read = readOf[m] as number;
        version = read >= NIL ? read : NO_VERSION;
      } else if (installs(index, m)) version = m;
      else continue;
      if (first[k] === UNTOUCHED) first[k] = version;
      last[k] = version;
    }
    for (let m = from; m < end; m++) {
      const k = mopKey[m] as number;
      if (first[k] === UNTOUCHED) continue;
      visit(t, k, first[k] as number, last[k] as number);
      first[k] = last[k] = UNTOUCHED;
    }
  }
}

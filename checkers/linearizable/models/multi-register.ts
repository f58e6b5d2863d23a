/**
 * Several registers that one op reads and writes at once, as Knossos has it: `txn` with a list of `["r", key, value]` and
 * `["w", key, value]`, done in that order. `read` and `write` take a map {key: value}, or null to read (then the completion
 * has the map). Keys are texts: 1 and "1" are one.
 */
import { valueKey } from "../../../src/history/index.js";
import type { BuiltIn, Call, Place } from "../model.js";
import { show } from "../words.js";

/** Values by key; a key not in it holds what registers hold in the beginning. */
type Registers = Readonly<Record<string, unknown>>;

interface Micro {
  readonly writes: boolean;
  readonly key: string;
  readonly value: unknown;
}

const READS = new Set(["r", "read"]);
const WRITES = new Set(["w", "write"]);

const isMap = (value: unknown): value is Registers =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a call does, in order; undefined where its value says nothing. Crashed calls' reads saw anything: they are left out. */
function microsOf({ f, input, output, type }: Call): readonly Micro[] | undefined {
  const value = type === "ok" ? output : input;
  if (f !== "txn") {
    if (f === "read" && type !== "ok") return [];
    const map = f === "write" ? input : value;
    if (!isMap(map)) return undefined;
    return Object.entries(map).map(([key, held]) => ({ writes: f === "write", key, value: held }));
  }
  if (!Array.isArray(value)) return undefined;
  const micros: Micro[] = [];
  for (const micro of value) {
    if (!Array.isArray(micro) || micro.length !== 3) return undefined;
    const [kind, key, held] = micro as [unknown, unknown, unknown];
    const writes = WRITES.has(String(kind));
    if (!writes && !READS.has(String(kind))) return undefined;
    if (writes || type === "ok") micros.push({ writes, key: String(key), value: held });
  }
  return micros;
}

const placeOf = ({ key, value }: Micro): Place => ({
  id: `${key} ${valueKey(value)}`,
  words: `${show(value)} to ${key}`,
});

/**
 * `anyNil`: a read of null saw anything. `initial`: a map of what each register holds in the beginning, the others null; or
 * what all of them hold, since a history need not name its registers beforehand.
 */
export function multiRegisterModel(anyNil: boolean, initial: unknown): BuiltIn<Registers> {
  const elsewhere = isMap(initial) ? null : (initial ?? null);
  const untouched = valueKey(elsewhere);
  const canonical = (registers: Registers): Registers =>
    Object.fromEntries(Object.entries(registers).filter(([, value]) => valueKey(value) !== untouched));
  // A key may be called "constructor".
  const held = (registers: Registers, key: string): string =>
    Object.hasOwn(registers, key) ? valueKey(registers[key]) : untouched;
  return {
    name: "multi-register",
    fs: ["txn", "read", "write"],
    readers: ["read"],
    init: () => (isMap(initial) ? canonical(initial) : {}),
    step: (registers, call) => {
      let after = registers;
      for (const { writes, key, value } of microsOf(call) ?? []) {
        if (writes) after = { ...after, [key]: value };
        else if (!(anyNil && value === null) && held(after, key) !== valueKey(value)) return undefined;
      }
      return after === registers ? registers : canonical(after);
    },
    key: valueKey,
    describe: (registers) => `${valueKey(registers)}${elsewhere === null ? "" : `, ${show(elsewhere)} elsewhere`}`,
    looks: (call) => microsOf(call)?.every(({ writes }) => !writes) ?? false,
    blind: (call) => microsOf(call)?.every(({ writes, value }) => writes || (anyNil && value === null)) ?? false,
    touches: (call) => microsOf(call)?.map(({ key }) => key),
    origins: {
      did: "wrote",
      noun: "write",
      brings: (call) => (microsOf(call) ?? []).filter(({ writes }) => writes).map(placeOf),
      sees: (call) =>
        (microsOf(call) ?? [])
          .filter(({ writes, value }) => !writes && value !== null && valueKey(value) !== untouched)
          .map(placeOf),
      holds: (registers) => Object.entries(registers).map(([key, value]) => placeOf({ writes: true, key, value })),
    },
    malformed: (call) =>
      microsOf(call) === undefined
        ? `${call.f === "txn" ? 'a txn is a list of ["r", key, value] and ["w", key, value]' : `a ${call.f} is a map {key: value}`}, not ${show(call.type === "ok" ? call.output : call.input)}`
        : undefined,
    words: (call) => {
      const parts = (microsOf(call) ?? []).map(
        ({ writes, key, value }) => `${writes ? "wrote" : "read"} ${show(value)} ${writes ? "to" : "from"} ${key}`,
      );
      return parts.length === 0 ? `did ${call.f}` : parts.join(" and ");
    },
    /** A crashed call none of whose values was ever read may be left out: it only hides what was there. */
    simplify: (calls) => {
      const seen = new Set<string>();
      const nameOf = ({ key, value }: Micro): string => `${key} ${valueKey(value)}`;
      for (const call of calls) for (const micro of microsOf(call) ?? []) if (!micro.writes) seen.add(nameOf(micro));
      return calls.map((call) =>
        call.type === "info" && !(microsOf(call) ?? []).some((micro) => seen.has(nameOf(micro))) ? undefined : call,
      );
    },
  };
}

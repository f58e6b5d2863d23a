/** What became of each instance of a service registry, as its clients saw it: registered, kept alive, removed. */
import type { History } from "../../src/core/history.js";
import type { Key } from "../../src/core/op.js";
import { type Calls, FAIL, OK } from "../calls.js";
import { identityOf } from "../values.js";

/** The f's that make, keep and remove instances. `register` gives a lease that heartbeats renew; `add` is for good. */
const REGISTERS: ReadonlySet<string> = new Set(["add", "register"]);
const REMOVES: ReadonlySet<string> = new Set(["remove", "deregister"]);

export interface Instance {
  readonly key: Key | undefined;
  readonly value: unknown;
  readonly leased: boolean;
  /** The call that registered it first; the others are calls too, -1 = none. */
  readonly registered: number;
  acknowledged: boolean;
  /** Registered again: then a removal in between proves nothing. */
  again: boolean;
  /** Of a lease: no heartbeat or registration was acknowledged later than this; ns. */
  freshNs: number;
  /** A registration or heartbeat of unknown outcome: it may have come late. */
  doubtful: boolean;
  /** A removal that may have happened, and one that was acknowledged. */
  mayBeRemoved: boolean;
  removed: number;
}

export interface Ledger {
  /** By key, then by the identity of the value. */
  readonly byKey: ReadonlyMap<Key | undefined, ReadonlyMap<unknown, Instance>>;
  readonly instances: readonly Instance[];
  /** Position of the last invocation or completion of anything but a read, of any key and by key. */
  readonly lastWrite: number;
  readonly lastWriteOf: ReadonlyMap<Key | undefined, number>;
}

export function ledgerOf(history: History, calls: Calls): Ledger {
  const byKey = new Map<Key | undefined, Map<unknown, Instance>>();
  const instances: Instance[] = [];
  const lastWriteOf = new Map<Key | undefined, number>();
  let lastWrite = -1;
  for (let call = 0; call < calls.length; call++) {
    const f = calls.fs[calls.f[call] as number] as string;
    if (!REGISTERS.has(f) && !REMOVES.has(f) && f !== "heartbeat") continue;
    const { key, value } = history.op(calls.invokePos[call] as number);
    const at = Math.max(calls.invokePos[call] as number, calls.endPos[call] as number);
    lastWrite = Math.max(lastWrite, at);
    lastWriteOf.set(key, Math.max(lastWriteOf.get(key) ?? -1, at));
    const named = byKey.get(key) ?? new Map<unknown, Instance>();
    byKey.set(key, named);
    const id = identityOf(value);
    let instance = named.get(id);
    if (instance === undefined) {
      instance = begin(key, value, f === "register", call);
      named.set(id, instance);
      instances.push(instance);
    } else if (REGISTERS.has(f) && calls.type[call] !== FAIL) {
      instance.again = true;
    }
    note(instance, f, call, calls);
  }
  return { byKey, instances, lastWrite, lastWriteOf };
}

function begin(key: Key | undefined, value: unknown, leased: boolean, registered: number): Instance {
  return {
    ...{ key, value, leased, registered, acknowledged: false, again: false, freshNs: 0, doubtful: false },
    ...{ mayBeRemoved: false, removed: -1 },
  };
}

function note(instance: Instance, f: string, call: number, calls: Calls): void {
  const type = calls.type[call];
  if (type === FAIL) return;
  if (REMOVES.has(f)) {
    instance.mayBeRemoved = true;
    if (type === OK && instance.removed === -1) instance.removed = call;
  } else if (type === OK) {
    instance.freshNs = Math.max(instance.freshNs, calls.endNs[call] as number);
    if (REGISTERS.has(f)) instance.acknowledged = true;
  } else {
    instance.doubtful = true;
  }
}

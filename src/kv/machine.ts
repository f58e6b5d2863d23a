/**
 * The replicated state machine of the modes that order all writes (kv-async, kv-raft): registers and sets, one per key,
 * and the sessions that keep a repeated request from being executed twice. No I/O; `apply` mutates the machine it is given.
 */
import type { Key } from "../core/op.js";
import { fail, isRead, ok, type Reply, type Request } from "./protocol.js";

/** One key's data. The first write decides the kind; an op of another kind is refused. */
export type Cell =
  | { readonly kind: "register"; value: unknown }
  | { readonly kind: "set"; readonly elements: Set<number | string> };

/** The newest write of a client, and what it was told. */
export interface Session {
  readonly seq: number;
  readonly reply: Reply;
}

export interface Machine {
  readonly cells: Map<Key, Cell>;
  readonly sessions: Map<string, Session>;
}

/** A machine as JSON, for snapshots. */
export interface MachineImage {
  readonly cells: readonly (readonly [Key, "register" | "set", unknown])[];
  readonly sessions: readonly (readonly [string, number, Reply])[];
}

type Apply = (machine: Machine, key: Key, value: unknown) => Reply;

export const WRONG_TYPE = "wrong type";

/** Every op this machine understands. Each entry decides and executes at once: nothing may happen in between. */
const OPS: Readonly<Record<string, Apply>> = {
  read(machine, key) {
    const cell = machine.cells.get(key);
    if (cell === undefined) return ok(null);
    return ok(cell.kind === "register" ? cell.value : [...cell.elements]);
  },

  write(machine, key, value) {
    const cell = machine.cells.get(key);
    if (cell === undefined) machine.cells.set(key, { kind: "register", value: value ?? null });
    else if (cell.kind === "register") cell.value = value ?? null;
    else return fail(WRONG_TYPE);
    return ok();
  },

  /** `value` is [from, to]; an absent key holds null. */
  cas(machine, key, value) {
    if (!Array.isArray(value) || value.length !== 2) return fail("cas needs [from, to]");
    const cell = machine.cells.get(key);
    if (cell !== undefined && cell.kind !== "register") return fail(WRONG_TYPE);
    const [from, to] = value as [unknown, unknown];
    if (!sameJson(cell === undefined ? null : cell.value, from)) return fail("mismatch");
    return OPS.write?.(machine, key, to) ?? fail(WRONG_TYPE);
  },

  add: (machine, key, value) => onSet(machine, key, value, (elements, element) => elements.add(element)),

  remove: (machine, key, value) => onSet(machine, key, value, (elements, element) => elements.delete(element)),
};

function onSet(
  machine: Machine,
  key: Key,
  element: unknown,
  change: (elements: Set<number | string>, element: number | string) => void,
): Reply {
  if (typeof element !== "number" && typeof element !== "string") return fail("an element is a number or a string");
  let cell = machine.cells.get(key);
  if (cell === undefined) {
    cell = { kind: "set", elements: new Set() };
    machine.cells.set(key, cell);
  }
  if (cell.kind !== "set") return fail(WRONG_TYPE);
  change(cell.elements, element);
  return ok();
}

/** The f's of this machine. */
export const MACHINE_OPS: readonly string[] = Object.keys(OPS);

/** Does the machine know this op, and is it complete? Ask before a request is logged: what is logged will be applied. */
export function refuse(request: Request): Reply | undefined {
  if (!Object.hasOwn(OPS, request.f)) return fail(`unknown op ${request.f}`);
  if (request.key === undefined) return fail(`${request.f} needs a key`);
  return undefined;
}

export function emptyMachine(): Machine {
  return { cells: new Map(), sessions: new Map() };
}

/** Executes a request, also when it was executed before (a register written twice forgets what came in between). */
export function apply(machine: Machine, request: Request): Reply {
  const { f, key, value } = request;
  const op = Object.hasOwn(OPS, f) ? OPS[f] : undefined;
  if (op === undefined || key === undefined) return refuse(request) ?? fail(`unknown op ${f}`);
  return op(machine, key, value);
}

/**
 * Executes a request unless its session shows that it was executed, and then gives the answer of that time (Ongaro 2014,
 * section 6.3). Clients have one request under way at a time, so the newest answer per client is enough.
 */
export function applyOnce(machine: Machine, request: Request): Reply {
  const { client, seq, f } = request;
  if (client === undefined || seq === undefined || isRead(f)) return apply(machine, request);
  const session = machine.sessions.get(client);
  if (session !== undefined && seq <= session.seq) {
    // An older one was overtaken: its client has given up on it (else it would not have sent the next), and it is too
    // late to execute it; whether it once was executed is not known here.
    return seq === session.seq ? session.reply : { type: "info", error: "overtaken by a newer request of its client" };
  }
  const reply = apply(machine, request);
  machine.sessions.set(client, { seq, reply });
  return reply;
}

/** Was this write executed here? True also where only a newer one of the same client was seen: nobody can tell then. */
export function seen(machine: Machine, request: Request): boolean {
  const { client, seq } = request;
  if (client === undefined || seq === undefined) return false;
  const session = machine.sessions.get(client);
  return session !== undefined && seq <= session.seq;
}

export function toImage(machine: Machine): MachineImage {
  return {
    cells: [...machine.cells].map(([key, cell]) =>
      cell.kind === "register" ? [key, cell.kind, cell.value] : [key, cell.kind, [...cell.elements]],
    ),
    sessions: [...machine.sessions].map(([client, { seq, reply }]) => [client, seq, reply]),
  };
}

export function fromImage(image: MachineImage): Machine {
  const machine = emptyMachine();
  for (const [key, kind, data] of image.cells) {
    machine.cells.set(
      key,
      kind === "register" ? { kind, value: data } : { kind, elements: new Set(data as (number | string)[]) },
    );
  }
  for (const [client, seq, reply] of image.sessions) machine.sessions.set(client, { seq, reply });
  return machine;
}

/** Equality of JSON values; the order of an object's fields matters, as both sides came from the same codec. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The replicated state machine of the modes that order all writes (kv-async, kv-raft): what each key holds, and the sessions
 * that keep a repeated request from being executed twice. No I/O; `apply` mutates the machine it is given.
 */
import { CELL_OPS } from "./cell-ops.js";
import { type CellImage, type Cells, cellFromImage, cellToImage } from "./cells.js";
import { fail, isRead, type Reply, type Request } from "./protocol.js";
import { READ_TXN, runTxn, TXN } from "./txn.js";

/** The newest write of a client, and what it was told. */
export interface Session {
  readonly seq: number;
  readonly reply: Reply;
}

export interface Machine {
  readonly cells: Cells;
  readonly sessions: Map<string, Session>;
}

/** A machine as JSON, for snapshots. */
export interface MachineImage {
  readonly cells: readonly CellImage[];
  readonly sessions: readonly (readonly [string, number, Reply])[];
}

/** The f's that clients of this machine may use. */
export const MACHINE_OPS: readonly string[] = [...Object.keys(CELL_OPS), TXN];

const isTxn = (f: string): boolean => f === TXN || f === READ_TXN;

/** Does the machine know this op, and is it complete? Ask before a request is logged: what is logged will be applied. */
export function refuse(request: Request): Reply | undefined {
  if (isTxn(request.f)) return undefined;
  if (!Object.hasOwn(CELL_OPS, request.f)) return fail(`unknown op ${request.f}`);
  if (request.key === undefined) return fail(`${request.f} needs a key`);
  return undefined;
}

export function emptyMachine(): Machine {
  return { cells: new Map(), sessions: new Map() };
}

/** Executes a request, also when it was executed before (a register written twice forgets what came in between). */
export function apply(machine: Machine, request: Request): Reply {
  const { f, key, value } = request;
  if (isTxn(f)) return runTxn(machine.cells, f, value);
  const op = Object.hasOwn(CELL_OPS, f) ? CELL_OPS[f] : undefined;
  if (op === undefined || key === undefined) return refuse(request) ?? fail(`unknown op ${f}`);
  return op(machine.cells, key, value);
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
    cells: [...machine.cells].map(([key, cell]) => cellToImage(key, cell)),
    sessions: [...machine.sessions].map(([client, { seq, reply }]) => [client, seq, reply]),
  };
}

export function fromImage(image: MachineImage): Machine {
  const machine = emptyMachine();
  for (const cell of image.cells) machine.cells.set(cell[0], cellFromImage(cell));
  for (const [client, seq, reply] of image.sessions) machine.sessions.set(client, { seq, reply });
  return machine;
}

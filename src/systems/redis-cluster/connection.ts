/**
 * One connection to one Redis node over @redis/client, with everything switched off that would hide what happened: no
 * reconnecting, no queue while offline, no command ever sent twice. Deadlines are ours, since the library's cover neither
 * the handshake nor a command that was sent.
 */
import { EnvironmentError, messageOf } from "../../core/errors.js";

/** How one command ended. `sent: false` proves that Redis saw none of it. */
export type Reply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "broken"; readonly sent: boolean; readonly reason: string };

/** Ours to choose beside the address. */
const SOCKET = { reconnectStrategy: false, connectTimeout: 2000 } as const;

/** The package is loaded with the first connection: that takes longer than many a simulated run, which needs none of it. */
let library: ReturnType<typeof load> | undefined;

/** Loads it now, so that no deadline of a question to Redis runs out over it. */
export async function loadLibrary(): Promise<Library> {
  library ??= load();
  return library;
}

/**
 * The template is never connected itself: `createClient` builds a class with all of Redis' commands for each new set of options, 30 ms of
 * processor time in which no other op moves; a duplicate shares the class. RESP2 and no client info: connecting sends
 * nothing, so our own PING is the whole handshake.
 */
async function load() {
  const redis = await import("@redis/client");
  const template = redis.createClient({
    RESP: 2,
    disableClientInfo: true,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: SOCKET,
    commandOptions: { timeout: 0 },
  });
  return { redis, clientAt: (host: string, port: number) => template.duplicate({ socket: { ...SOCKET, host, port } }) };
}

type Library = Awaited<ReturnType<typeof load>>;

/** A connection that has answered a PING. Rejects when it cannot be had before the signal aborts. */
export async function openConnection(host: string, port: number, signal: AbortSignal): Promise<Connection> {
  const { redis, clientAt } = await loadLibrary();
  if (signal.aborted) throw new EnvironmentError("timeout");
  const client = clientAt(host, port);
  // Every failure also reaches the promise of the call that met it; without a listener this event would end the process.
  client.on("error", () => undefined);
  const connecting = client.connect();
  try {
    await orAborted(connecting, signal, () => undefined);
  } catch (error) {
    // The library cannot end a socket that is still connecting, and would leave it open: end it once it is connected.
    void connecting.catch(() => undefined).then(() => client.destroy());
    throw error;
  }
  const connection = new Connection(client, redis);
  const reply = await connection.command(["PING"], signal);
  if (reply.kind === "value") return connection;
  connection.close();
  throw new EnvironmentError(reply.kind === "error" ? reply.message : reply.reason);
}

export class Connection {
  constructor(
    private readonly client: ReturnType<Library["clientAt"]>,
    private readonly redis: Library["redis"],
  ) {}

  get closed(): boolean {
    return !this.client.isReady;
  }

  /** Sends one command, once, and waits for its reply until the signal aborts; then the connection is gone. Never rejects. */
  async command(args: readonly string[], signal: AbortSignal): Promise<Reply> {
    if (signal.aborted) return { kind: "broken", sent: false, reason: "timeout" };
    try {
      const sending = this.client.sendCommand([...args]);
      return { kind: "value", value: await orAborted(sending, signal, () => this.close()) };
    } catch (error) {
      const { ClientClosedError, ClientOfflineError, ErrorReply } = this.redis;
      if (error instanceof ErrorReply) return { kind: "error", message: error.message };
      // Both are thrown before the command enters the queue. Any other error may have come after it was written.
      const sent = !(error instanceof ClientOfflineError || error instanceof ClientClosedError);
      // Whoever of several commands sees the deadline first closes the connection under the others.
      return { kind: "broken", sent, reason: signal.aborted ? "timeout" : reasonOf(error) };
    }
  }

  /** Sends several commands in one go, each once; the replies come in their order. */
  commands(list: readonly (readonly string[])[], signal: AbortSignal): Promise<Reply[]> {
    // Each is queued before the first reply can come, so nothing of another op gets in between.
    return Promise.all(list.map((args) => this.command(args, signal)));
  }

  /** Ends the connection at once; a command under way ends as broken. Safe to call twice. */
  close(): void {
    this.client.destroy();
  }
}

/** The promise's result, or `timeout` (and `giveUp()`) when the signal aborts first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, giveUp: () => void): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new EnvironmentError("timeout"));
      giveUp();
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** "ECONNREFUSED" says more, and more stably, than the sentence around it. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : messageOf(error);
}

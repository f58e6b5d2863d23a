/** One worker slot of the interpreter: a thread, its current process, and that process's client. */
import { messageOf } from "../core/errors.js";
import type { Completion, Invocation, NodeId, Process, Thread } from "../core/op.js";
import type { Clock } from "../core/runtime.js";
import type { Client } from "../core/system.js";
import type { DeadlineQueue } from "./deadlines.js";

/** What slots need of the interpreter. */
export interface SlotServices {
  readonly clock: Clock;
  /** Opens a ready client, pinned to a node. */
  open(node: NodeId, signal: AbortSignal): Promise<Client>;
  /** The op's time-out, then a short grace for the driver to say how it ended. */
  readonly deadlines: DeadlineQueue;
  readonly graces: DeadlineQueue;
  /** How long a thread rests after a connection could not be opened, so that a dead node is not hammered. */
  readonly backoffMs: number;
}

export class Slot {
  busy = false;
  private client: Client | undefined;

  constructor(
    readonly thread: Thread,
    public process: Process,
    /** The node its clients are pinned to; undefined for the nemesis. */
    public node: NodeId | undefined,
    private readonly stride: number,
  ) {}

  /** Nobody knows whether the last op is still under way: its process is over, the next one gets a new number. */
  retire(): void {
    if (typeof this.process === "number") this.process += this.stride;
    this.dropClient();
  }

  /** Pins the slot to another node, as a new process. */
  moveTo(node: NodeId): void {
    if (node === this.node) return;
    this.retire();
    this.node = node;
  }

  /** Runs one op with its deadline; never rejects, and ends even when the driver hangs. */
  execute(op: Invocation, services: SlotServices): Promise<Completion> {
    const abort = new AbortController();
    let sent = false;
    return new Promise((resolve) => {
      let over = false;
      const finish = (completion: Completion): void => {
        if (over) return;
        over = true;
        deadline.settled = true;
        // After an abort the connection's state is unknown, whatever the driver said of the op.
        if (abort.signal.aborted || this.client?.closed === true) this.dropClient();
        resolve(completion);
      };
      const hung = (): void => {
        finish(sent ? { type: "info", error: "timeout: the client hung and was abandoned" } : notOpened("timeout"));
      };
      const deadline = {
        settled: false,
        expire: () => {
          services.graces.add({ settled: false, expire: hung });
          abort.abort();
        },
      };
      services.deadlines.add(deadline);
      const run = async (): Promise<Completion> => {
        this.client ??= await this.openClient(services, abort.signal);
        if (abort.signal.aborted) return notOpened("timeout");
        sent = true;
        return this.client.invoke(op, abort.signal);
      };
      run().then(finish, (error: unknown) =>
        finish(sent ? { type: "info", error: messageOf(error) } : notOpened(messageOf(error))),
      );
    });
  }

  /** A client that arrives after its op was given up is closed, not used: it belongs to no process any more. */
  private async openClient(services: SlotServices, signal: AbortSignal): Promise<Client> {
    const client = await services.open(this.node as NodeId, signal);
    if (!signal.aborted) return client;
    void client.close().catch(() => undefined);
    throw new Error("timeout");
  }

  dropClient(): void {
    const client = this.client;
    this.client = undefined;
    // Closing a dead connection may fail or hang; nothing waits for it.
    void client?.close().catch(() => undefined);
  }
}

const NOT_OPENED = "no connection: ";
const notOpened = (why: string): Completion => ({ type: "fail", error: `${NOT_OPENED}${why}` });

/** Did this op fail because no connection could be opened? */
export const isNotOpened = (completion: Completion): boolean => completion.error?.startsWith(NOT_OPENED) === true;

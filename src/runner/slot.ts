/** One worker slot of the interpreter: a thread, its current process, and that process's client. */
import { getEventListeners } from "node:events";
import { isHeard } from "../core/abort.js";
import { messageOf } from "../core/errors.js";
import type { Completion, Invocation, NodeId, Process, Thread } from "../core/op.js";
import type { Clock } from "../core/runtime.js";
import type { Client } from "../core/system.js";
import type { Deadline, DeadlineQueue } from "./deadlines.js";

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
  private abort = new AbortController();

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

  /** Runs one op with its deadline; calls `done` once, even when the driver hangs or throws. */
  execute(op: Invocation, services: SlotServices, done: (completion: Completion) => void): void {
    const call = new Call(this, services, this.unusedAbort(), done);
    services.deadlines.add(call);
    if (this.client === undefined) this.openAndInvoke(op, call, services);
    else call.watch(this.client, op);
  }

  private openAndInvoke(op: Invocation, call: Call, services: SlotServices): void {
    this.openClient(services, call.signal).then(
      (client) => {
        this.client = client;
        if (call.signal.aborted) call.finish(notOpened("timeout"));
        else call.watch(client, op);
      },
      (error: unknown) => call.finish(notOpened(messageOf(error))),
    );
  }

  /**
   * A signal that is not aborted and that nobody listens to. Making one costs a third of a whole simulated op, so the last
   * op's is taken again where its client has let go of it. (A client that holds on to it some other way can be told "abort"
   * late, of an op that has ended: by then its connection is dropped anyway.)
   */
  private unusedAbort(): AbortController {
    const { signal } = this.abort;
    if (signal.aborted || isHeard(signal, getEventListeners(signal, "abort").length))
      this.abort = new AbortController();
    return this.abort;
  }

  /** A client that arrives after its op was given up is closed, not used: it belongs to no process any more. */
  private async openClient(services: SlotServices, signal: AbortSignal): Promise<Client> {
    const client = await services.open(this.node as NodeId, signal);
    if (!signal.aborted) return client;
    void client.close().catch(() => undefined);
    throw new Error("timeout");
  }

  get clientIsClosed(): boolean {
    return this.client?.closed === true;
  }

  dropClient(): void {
    const client = this.client;
    this.client = undefined;
    // Closing a dead connection may fail or hang; nothing waits for it.
    void client?.close().catch(() => undefined);
  }
}

/** One op under way. Its first ending counts: the driver's, or being given up as hung. */
class Call implements Deadline {
  settled = false;
  private sent = false;

  constructor(
    private readonly slot: Slot,
    private readonly services: SlotServices,
    private readonly abort: AbortController,
    private readonly done: (completion: Completion) => void,
  ) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Hands the op to the client and waits for its ending. */
  watch(client: Client, op: Invocation): void {
    this.sent = true;
    let ending: Promise<Completion>;
    try {
      ending = client.invoke(op, this.signal);
    } catch (error) {
      this.finish({ type: "info", error: messageOf(error) });
      return;
    }
    ending.then(this.finish, (error: unknown) => this.finish({ type: "info", error: messageOf(error) }));
  }

  readonly finish = (completion: Completion): void => {
    if (this.over) return;
    this.over = true;
    this.settled = true;
    // After an abort the connection's state is unknown, whatever the driver said of the op.
    if (this.signal.aborted || this.slot.clientIsClosed) this.slot.dropClient();
    this.done(completion);
  };

  /** The op's deadline: the driver is told to give up, and has a short while to say how the op ended. */
  expire(): void {
    this.services.graces.add({ settled: false, expire: () => this.giveUp() });
    this.abort.abort();
  }

  private giveUp(): void {
    this.finish(
      this.sent ? { type: "info", error: "timeout: the client hung and was abandoned" } : notOpened("timeout"),
    );
  }

  private over = false;
}

const NOT_OPENED = "no connection: ";
const notOpened = (why: string): Completion => ({ type: "fail", error: `${NOT_OPENED}${why}` });

/** Did this op fail because no connection could be opened? */
export const isNotOpened = (completion: Completion): boolean => completion.error?.startsWith(NOT_OPENED) === true;

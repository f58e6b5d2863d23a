/**
 * The interpreter: clients x generator x nemesis -> history. It asks the generator what to do next, hands ops to client
 * processes pinned to nodes, and records every invocation and completion in the order it saw them.
 *
 * Rules that verdicts rest on: an op is recorded before it is sent and after it ended; every op ends, a hung client is
 * abandoned; a process whose op ended `info` never acts again.
 */
import { messageOf } from "../core/errors.js";
import type { Context, Emission, Generator } from "../core/generator.js";
import type { Completion, Invocation, NodeId, Op, Process, Thread, Writable } from "../core/op.js";
import type { Clock } from "../core/runtime.js";
import type { Client } from "../core/system.js";
import { DeadlineQueue } from "./deadlines.js";
import { isNotOpened, Slot, type SlotServices } from "./slot.js";

export interface InterpreterOptions {
  readonly nodes: readonly NodeId[];
  /** Client threads; thread t is pinned to node t modulo the number of nodes. */
  readonly concurrency: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly opTimeoutMs: number;
  open(node: NodeId, signal: AbortSignal): Promise<Client>;
  nemesis(op: Invocation): Promise<Completion>;
  /** Called with every event, in order. May throw (a full disk): the run then ends with that error. */
  record(op: Op): void;
  /** How long after the deadline a driver may take to say how the op ended. */
  readonly hungGraceMs?: number;
  readonly backoffMs?: number;
}

interface Finished {
  readonly slot: Slot;
  readonly op: Op;
}

/** How often a generator that has nothing to do now is asked again. */
const POLL_MS = 20;
/** A fault that takes longer than this to apply is given up (the run goes on, unproved). */
const NEMESIS_TIMEOUT_MS = 60_000;

export class Interpreter {
  private readonly slots: readonly Slot[];
  private readonly byThread: ReadonlyMap<Thread, Slot>;
  private readonly threads: readonly Thread[];
  private readonly services: SlotServices;
  private readonly finished: Finished[] = [];
  /** When it wakes by itself. Mostly one time, so a list. */
  private readonly alarms: number[] = [];
  private index = 0;
  private step = 0;
  private lastNs = 0;
  private outstanding = 0;
  private polling = false;
  private fatal: unknown;
  private wakeUp: (() => void) | undefined;

  constructor(private readonly options: InterpreterOptions) {
    const { nodes, concurrency, clock, opTimeoutMs } = options;
    const clients = Array.from({ length: concurrency }, (_, t) => new Slot(t, t, nodes[t % nodes.length], concurrency));
    this.slots = [...clients, new Slot("nemesis", "nemesis", undefined, 0)];
    this.byThread = new Map(this.slots.map((slot) => [slot.thread, slot]));
    this.threads = this.slots.map((slot) => slot.thread);
    this.services = {
      clock,
      open: (node, signal) => options.open(node, signal),
      deadlines: new DeadlineQueue(clock, opTimeoutMs),
      graces: new DeadlineQueue(clock, options.hungGraceMs ?? 250),
      backoffMs: options.backoffMs ?? 250,
    };
  }

  /**
   * Runs a generator until it is done and every op has ended. When `signal` aborts, nothing more is invoked, and what is
   * under way ends by itself or by its deadline. May be called again for the next phase: processes and indices go on.
   * Returns the generator as it stands, so that a later phase can build on what it heard.
   */
  async run(generator: Generator, signal?: AbortSignal): Promise<Generator> {
    let current = generator;
    // Before this time the generator is asked only when its op is due; 0: an op that came at once is mostly followed by another.
    let fromNs = 0;
    let waited = false;
    const stop = (): void => this.wake();
    signal?.addEventListener("abort", stop);
    try {
      for (;;) {
        current = this.drain(current);
        if (this.fatal !== undefined) throw this.fatal;
        const context = this.context();
        const next =
          signal?.aborted === true
            ? "done"
            : current.when === undefined || fromNs <= context.nowNs
              ? current.next(context)
              : current.when(context);
        if (next === "done") {
          if (this.outstanding === 0) return current;
          await this.sleepUntilWoken();
        } else if (next === "pending") {
          this.poll();
          await this.sleepUntilWoken();
        } else {
          const dueNs = typeof next === "number" ? next : next.op.atNs;
          fromNs = dueNs;
          if (dueNs > this.options.clock.nowNs()) {
            waited = true;
            this.alarm(dueNs);
            await this.sleepUntilWoken();
          } else if (typeof next !== "number") {
            fromNs = waited ? Number.MAX_SAFE_INTEGER : 0;
            waited = false;
            current = this.invoke(next.op, next.rest);
          }
        }
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Closes every client, waiting for none. */
  close(): void {
    for (const slot of this.slots) slot.dropClient();
  }

  private context(): Context {
    return new View(this.options, this.step, this.threads, this.slots, this.byThread);
  }

  private drain(generator: Generator): Generator {
    let current = generator;
    if (this.finished.length === 0) return current;
    const context = this.context();
    for (const { slot, op } of this.finished) current = current.update(context, { op, thread: slot.thread });
    // One by one: setting the length of a list throws its memory away.
    while (this.finished.length > 0) this.finished.pop();
    return current;
  }

  private invoke(emission: Emission & { readonly node?: NodeId }, rest: Generator): Generator {
    const slot = slotOf(this.byThread, emission.thread);
    if (slot.busy) throw new Error(`the generator used thread ${String(emission.thread)}, which is busy`);
    if (emission.node !== undefined) slot.moveTo(emission.node);
    const { f, key, value } = emission;
    const invocation: Invocation = key === undefined ? { f, value } : { f, key, value };
    slot.busy = true;
    this.outstanding++;
    this.step++;
    const op = this.write(slot, "invoke", invocation, invocation.value);
    const done = (completion: Completion): void => this.complete(slot, invocation, completion);
    if (slot.thread === "nemesis") void this.runNemesis(invocation).then(done);
    else slot.execute(invocation, this.services, done);
    return rest.update(this.context(), { op, thread: slot.thread });
  }

  private async runNemesis(op: Invocation): Promise<Completion> {
    const given = new AbortController();
    const tooLong = this.options.clock.sleep(NEMESIS_TIMEOUT_MS, given.signal).then((): Completion => {
      return { type: "info", error: `the fault was not applied within ${NEMESIS_TIMEOUT_MS / 1000} s` };
    });
    try {
      return await Promise.race([this.options.nemesis(op), tooLong]);
    } catch (error) {
      return { type: "info", error: messageOf(error) };
    } finally {
      given.abort();
    }
  }

  private complete(slot: Slot, invocation: Invocation, completion: Completion): void {
    const { type, error, via } = completion;
    const value = completion.value === undefined ? invocation.value : completion.value;
    this.finished.push({ slot, op: this.write(slot, type, invocation, value, error, via) });
    if (completion.type === "info") slot.retire();
    if (isNotOpened(completion)) void this.rest(slot);
    else this.free(slot);
  }

  private async rest(slot: Slot): Promise<void> {
    this.wake();
    await this.options.clock.sleep(this.services.backoffMs);
    this.free(slot);
  }

  private free(slot: Slot): void {
    slot.busy = false;
    this.outstanding--;
    this.wake();
  }

  private write(slot: Slot, type: Op["type"], op: Invocation, value: unknown, error?: string, via?: NodeId): Op {
    // Two events may see the same nanosecond, and a clock may be coarse: never backwards.
    this.lastNs = Math.max(this.lastNs, this.options.clock.nowNs());
    const { f, key } = op;
    const { process, node } = slot;
    const recorded: Writable<Op> = { index: this.index++, time: this.lastNs, process, type, f, value };
    if (key !== undefined) recorded.key = key;
    if (error !== undefined) recorded.error = error;
    if (via !== undefined) recorded.via = via;
    if (node !== undefined) recorded.node = node;
    try {
      this.options.record(recorded);
    } catch (error) {
      this.fatal ??= error;
    }
    return recorded;
  }

  private sleepUntilWoken(): Promise<void> {
    if (this.finished.length > 0 || this.fatal !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.wakeUp = resolve;
    });
  }

  private wake(): void {
    const wakeUp = this.wakeUp;
    this.wakeUp = undefined;
    wakeUp?.();
  }

  /** One poll timer at most: asked 50,000 times a second it must cost nothing. */
  private poll(): void {
    if (this.polling) return;
    this.polling = true;
    void this.options.clock.sleep(POLL_MS).then(() => {
      this.polling = false;
      this.wake();
    });
  }

  private alarm(atNs: number): void {
    if (atNs >= Number.MAX_SAFE_INTEGER) {
      this.poll();
      return;
    }
    if (this.alarms.includes(atNs)) return;
    this.alarms.push(atNs);
    // Half a microsecond less than it is: a clock of whole microseconds rounds up, and a whole number of them in milliseconds is
    // no exact double (1.005 ms times 1,000 is a little more than 1005): it would ring one too late, and a plan not repeat its run.
    const leftUs = Math.ceil((atNs - this.options.clock.nowNs()) / 1000);
    void this.options.clock.sleep((leftUs - 0.5) / 1000).then(() => {
      this.alarms.splice(this.alarms.indexOf(atNs), 1);
      this.wake();
    });
  }
}

/** What the generator sees at one moment. `free` is made on request: most updates never look at it. */
class View implements Context {
  readonly nowNs: number;
  readonly seed: number;
  private idle: readonly Thread[] | undefined;

  constructor(
    { clock, seed }: InterpreterOptions,
    readonly step: number,
    readonly threads: readonly Thread[],
    private readonly slots: readonly Slot[],
    private readonly byThread: ReadonlyMap<Thread, Slot>,
  ) {
    this.nowNs = clock.nowNs();
    this.seed = seed;
  }

  get free(): readonly Thread[] {
    if (this.idle !== undefined) return this.idle;
    const free: Thread[] = [];
    for (const slot of this.slots) if (!slot.busy) free.push(slot.thread);
    this.idle = free;
    return free;
  }

  process(thread: Thread): Process {
    return slotOf(this.byThread, thread).process;
  }

  node(thread: Thread): NodeId | undefined {
    return slotOf(this.byThread, thread).node;
  }
}

function slotOf(byThread: ReadonlyMap<Thread, Slot>, thread: Thread): Slot {
  const slot = byThread.get(thread);
  if (slot === undefined) throw new Error(`the generator named thread ${String(thread)}, which does not exist`);
  return slot;
}

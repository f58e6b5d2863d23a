/** The final phase of most workloads: read all that was touched, from every node, when nothing else runs. */
import type { Context, Generator, GeneratorEvent, Next, When } from "../core/generator.js";
import type { Invocation, Key, NodeId, Op, Thread } from "../core/op.js";

/** What to read in the end, by what was heard: `hear` gets every invocation of a client and returns a value, never mutates. */
export interface FinalPlan<H> {
  readonly heard: H;
  hear(heard: H, op: Op): H;
  reads(heard: H): readonly Invocation[];
}

interface Read {
  readonly op: Invocation;
  /** Its place among the nodes. */
  readonly at: number;
  readonly attempt: number;
  /** Of two reads that may both go, the one with the smaller number goes first. */
  readonly order: number;
}

/** The reads of one node that are still to do: from `head` on. */
interface Queue {
  readonly reads: readonly Read[];
  readonly head: number;
}

interface Running {
  readonly thread: Thread;
  readonly read: Read;
}

interface State<H> {
  readonly heard: H;
  /** Reads still to do, by node; undefined until the phase begins. */
  readonly todo?: readonly Queue[];
  readonly running: readonly Running[];
}

/** A node may still be settling after a heal: one failed read must not leave a key unjudged. */
const ATTEMPTS = 8;

/**
 * Listens from the start of the run; asked for ops, it reads each key once from each node. A read that does not succeed is
 * invoked again later, as an op of its own, up to eight times in all.
 */
export function finalReads(nodes: readonly NodeId[], f = "read"): Generator {
  return finalOps<readonly (Key | undefined)[]>(nodes, {
    // The one object of the run that has no key (the set) is a key like any other here.
    heard: [],
    hear: (keys, { key }) => (isAmong(keys, key) ? keys : [...keys, key]),
    reads: (keys) => keys.map((key) => ({ f, ...(key === undefined ? {} : { key }), value: null })),
  });
}

/** Looks from the end: most ops are on the newest keys. */
function isAmong(keys: readonly (Key | undefined)[], key: Key | undefined): boolean {
  for (let i = keys.length - 1; i >= 0; i--) if (keys[i] === key) return true;
  return false;
}

/** The same with reads of any kind, each of which goes to every node. */
export function finalOps<H>(nodes: readonly NodeId[], plan: FinalPlan<H>): Generator {
  return new FinalOps(nodes, plan, { heard: plan.heard, running: [] });
}

class FinalOps<H> implements Generator {
  /** What there is to do as long as no read has gone out: made once, since it is asked for several times. */
  private atFirst: readonly Queue[] | undefined;

  constructor(
    private readonly nodes: readonly NodeId[],
    private readonly plan: FinalPlan<H>,
    private readonly state: State<H>,
  ) {}

  private get todo(): readonly Queue[] {
    if (this.state.todo !== undefined) return this.state.todo;
    this.atFirst ??= queues(this.nodes, this.plan.reads(this.state.heard));
    return this.atFirst;
  }

  next(context: Context): Next {
    const { nodes, plan, state, todo } = this;
    if (todo.every(isEmpty)) return state.running.length === 0 ? "done" : "pending";
    const chosen = assign(nodes, todo, context);
    if (chosen === undefined) return "pending";
    const { at, thread } = chosen;
    const { reads, head } = todo[at] as Queue;
    const read = reads[head] as Read;
    const left = todo.slice();
    left[at] = { reads, head: head + 1 };
    const running = [...state.running.filter((one) => one.thread !== thread), { thread, read }];
    return {
      op: { ...read.op, thread, node: nodes[at] as NodeId, atNs: context.nowNs },
      rest: new FinalOps(nodes, plan, { heard: state.heard, todo: left, running }),
    };
  }

  when(context: Context): When {
    const { nodes, state, todo } = this;
    if (todo.every(isEmpty)) return state.running.length === 0 ? "done" : "pending";
    return assign(nodes, todo, context) === undefined ? "pending" : context.nowNs;
  }

  update(_: Context, event: GeneratorEvent): Generator {
    const updated = hear(this.state, event, this.plan);
    return updated === this.state ? this : new FinalOps(this.nodes, this.plan, updated);
  }
}

const isEmpty = ({ reads, head }: Queue): boolean => head === reads.length;

function queues(nodes: readonly NodeId[], ops: readonly Invocation[]): readonly Queue[] {
  return nodes.map((_, at) => ({
    reads: ops.map((op, i): Read => ({ op, at, attempt: 1, order: i * nodes.length + at })),
    head: 0,
  }));
}

/** A read for a free thread, best one whose client is at the read's node already. */
function assign(
  nodes: readonly NodeId[],
  todo: readonly Queue[],
  context: Context,
): { readonly at: number; readonly thread: Thread } | undefined {
  let first: Thread | undefined;
  for (const thread of context.free) {
    if (thread === "nemesis") continue;
    first ??= thread;
    const at = nodes.indexOf(context.node(thread) as NodeId);
    if (at >= 0 && !isEmpty(todo[at] as Queue)) return { at, thread };
  }
  if (first === undefined) return undefined;
  // Nobody sits at the nodes that are left: move a thread, unless all that sit there are only busy.
  const seated = new Set(context.threads.map((thread) => context.node(thread)));
  let best: Read | undefined;
  todo.forEach((queue, at) => {
    const read = queue.reads[queue.head];
    if (read !== undefined && !seated.has(nodes[at]) && (best === undefined || read.order < best.order)) best = read;
  });
  return best === undefined ? undefined : { at: (best as Read).at, thread: first };
}

function hear<H>(state: State<H>, { op, thread }: GeneratorEvent, plan: FinalPlan<H>): State<H> {
  if (thread === "nemesis") return state;
  const { heard, todo, running } = state;
  if (todo === undefined) {
    const more = op.type === "invoke" ? plan.hear(heard, op) : heard;
    return more === heard ? state : { ...state, heard: more };
  }
  const read = running.find((one) => one.thread === thread)?.read;
  if (read === undefined || op.type === "invoke" || op.f !== read.op.f) return state;
  const left = running.filter((one) => one.thread !== thread);
  if (op.type === "ok" || read.attempt >= ATTEMPTS) return { heard, todo, running: left };
  // Behind all others, wherever they go.
  const order = 1 + Math.max(...todo.map(({ reads }) => reads.at(-1)?.order ?? 0));
  const queue = todo[read.at] as Queue;
  const again = todo.slice();
  again[read.at] = {
    reads: [...queue.reads.slice(queue.head), { ...read, attempt: read.attempt + 1, order }],
    head: 0,
  };
  return { heard, todo: again, running: left };
}

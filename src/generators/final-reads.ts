/** The final phase of most workloads: read all that was touched, from every node, when nothing else runs. */
import type { Context, Emission, Generator, GeneratorEvent, Next } from "../core/generator.js";
import type { Invocation, Key, NodeId, Op, Thread } from "../core/op.js";

/** What to read in the end, by what was heard: `hear` gets every invocation of a client and returns a value, never mutates. */
export interface FinalPlan<H> {
  readonly heard: H;
  hear(heard: H, op: Op): H;
  reads(heard: H): readonly Invocation[];
}

interface Read {
  readonly op: Invocation;
  readonly node: NodeId;
  readonly attempt: number;
}

interface State<H> {
  readonly heard: H;
  /** Reads still to do; undefined until the phase begins. */
  readonly todo?: readonly Read[];
  /** Reads under way, by thread. */
  readonly running: ReadonlyMap<Thread, Read>;
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
const isAmong = (keys: readonly (Key | undefined)[], key: Key | undefined): boolean => keys.lastIndexOf(key) !== -1;

/** The same with reads of any kind, each of which goes to every node. */
export function finalOps<H>(nodes: readonly NodeId[], plan: FinalPlan<H>): Generator {
  return build(nodes, plan, { heard: plan.heard, running: new Map() });
}

function build<H>(nodes: readonly NodeId[], plan: FinalPlan<H>, state: State<H>): Generator {
  return {
    next(context): Next {
      const todo =
        state.todo ?? plan.reads(state.heard).flatMap((op) => nodes.map((node) => ({ op, node, attempt: 1 })));
      if (todo.length === 0) return state.running.size === 0 ? "done" : "pending";
      const chosen = assign(todo, context);
      if (chosen === undefined) return "pending";
      const { at, thread } = chosen;
      const read = todo[at] as Read;
      const op: Emission = { ...read.op, thread, node: read.node, atNs: context.nowNs };
      const left = todo.slice();
      left.splice(at, 1);
      return {
        op,
        rest: build(nodes, plan, { ...state, todo: left, running: new Map(state.running).set(thread, read) }),
      };
    },
    update(_, event): Generator {
      const updated = hear(state, event, plan);
      return updated === state ? this : build(nodes, plan, updated);
    },
  };
}

/** A read for a free thread, best one whose client is at the read's node already. */
function assign(todo: readonly Read[], context: Context): { at: number; thread: Thread } | undefined {
  const free = context.free.filter((thread) => thread !== "nemesis");
  for (const thread of free) {
    const node = context.node(thread);
    const at = todo.findIndex((one) => one.node === node);
    if (at >= 0) return { at, thread };
  }
  // Nobody sits at the nodes that are left: move a thread, unless all that sit there are only busy.
  const seated = new Set(context.threads.map((thread) => context.node(thread)));
  const at = todo.findIndex((one) => !seated.has(one.node));
  const thread = free[0];
  return at < 0 || thread === undefined ? undefined : { at, thread };
}

function hear<H>(state: State<H>, { op, thread }: GeneratorEvent, plan: FinalPlan<H>): State<H> {
  if (thread === "nemesis") return state;
  if (state.todo === undefined) {
    const heard = op.type === "invoke" ? plan.hear(state.heard, op) : state.heard;
    return heard === state.heard ? state : { ...state, heard };
  }
  const read = state.running.get(thread);
  if (read === undefined || op.type === "invoke" || op.f !== read.op.f) return state;
  const running = new Map(state.running);
  running.delete(thread);
  const again = op.type !== "ok" && read.attempt < ATTEMPTS;
  return {
    ...state,
    todo: again ? [...state.todo, { ...read, attempt: read.attempt + 1 }] : state.todo,
    running,
  };
}

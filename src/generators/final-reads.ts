/** The final phase of most workloads: read every key that was touched, from every node, when nothing else runs. */
import type { Context, Emission, Generator, GeneratorEvent, Next } from "../core/generator.js";
import type { Key, NodeId, Thread } from "../core/op.js";

interface Read {
  /** Absent: the one object of the run that has no key (the set). */
  readonly key: Key | undefined;
  readonly node: NodeId;
  readonly attempt: number;
}

interface State {
  /** Keys heard of, oldest first. */
  readonly keys: readonly (Key | undefined)[];
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
  return build(nodes, f, { keys: [], running: new Map() });
}

function build(nodes: readonly NodeId[], f: string, state: State): Generator {
  return {
    next(context): Next {
      const todo = state.todo ?? state.keys.flatMap((key) => nodes.map((node) => ({ key, node, attempt: 1 })));
      if (todo.length === 0) return state.running.size === 0 ? "done" : "pending";
      const chosen = assign(todo, context);
      if (chosen === undefined) return "pending";
      const { read, thread } = chosen;
      const { key, node } = read;
      const op: Emission = { f, ...(key === undefined ? {} : { key }), value: null, thread, node, atNs: context.nowNs };
      const left = todo.filter((other) => other !== read);
      return { op, rest: build(nodes, f, { ...state, todo: left, running: new Map(state.running).set(thread, read) }) };
    },
    update(_, event): Generator {
      const updated = hear(state, event, f);
      return updated === state ? this : build(nodes, f, updated);
    },
  };
}

/** A read for a free thread, best one whose client is at the read's node already. */
function assign(todo: readonly Read[], context: Context): { read: Read; thread: Thread } | undefined {
  const free = context.free.filter((thread) => thread !== "nemesis");
  for (const thread of free) {
    const node = context.node(thread);
    const read = todo.find((one) => one.node === node);
    if (read !== undefined) return { read, thread };
  }
  // Nobody sits at the nodes that are left: move a thread, unless all that sit there are only busy.
  const seated = new Set(context.threads.map((thread) => context.node(thread)));
  const read = todo.find((one) => !seated.has(one.node));
  const thread = free[0];
  return read === undefined || thread === undefined ? undefined : { read, thread };
}

function hear(state: State, { op, thread }: GeneratorEvent, f: string): State {
  if (thread === "nemesis") return state;
  if (state.todo === undefined) {
    return op.type !== "invoke" || state.keys.includes(op.key) ? state : { ...state, keys: [...state.keys, op.key] };
  }
  const read = state.running.get(thread);
  if (read === undefined || op.type === "invoke" || op.f !== f) return state;
  const running = new Map(state.running);
  running.delete(thread);
  const again = op.type !== "ok" && read.attempt < ATTEMPTS;
  return {
    ...state,
    todo: again ? [...state.todo, { ...read, attempt: read.attempt + 1 }] : state.todo,
    running,
  };
}

/** Hands the next event of the heap to whom it concerns. */
import type { Sleeper } from "./clock.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";
import type { Network } from "./network.js";
import type { SimNode } from "./node.js";
import type { PendingRequest, Requests } from "./requests.js";
import type { TimerSlot } from "./timer-slot.js";

/** Returns a function that handles one event, and says false when there is none. */
export function dispatcher(
  kernel: Kernel,
  nodes: readonly SimNode[],
  network: Network,
  requests: Requests,
): () => boolean {
  const { heap, trace } = kernel;
  const message = (node: SimNode, from: number, body: unknown, entry: unknown): void => {
    if (!network.admits(from, node.index, body, entry)) return;
    if (!node.up) {
      trace.end(entry, kernel.nowUs, "dead");
      return;
    }
    trace.end(entry, kernel.nowUs, "delivered");
    node.deliver({ kind: "message", from: (nodes[from] as SimNode).id, body, wallMs: node.wallMs() });
  };
  return () => {
    const event = heap.pop();
    if (event === undefined) return false;
    kernel.nowUs = event.timeUs;
    const { kind, to, from, tag, ref, extra } = event;
    // Back into the pool before it is handled: what it causes may use the record again.
    heap.release(event);
    const node = nodes[to] as SimNode;
    switch (kind) {
      case EventKind.sleep:
        (ref as Sleeper).wake();
        break;
      case EventKind.message:
        message(node, from, ref, extra);
        break;
      case EventKind.request:
        requests.arrive(node, ref as PendingRequest, extra);
        break;
      case EventKind.reply:
        requests.replyArrives(ref as PendingRequest, extra);
        break;
      case EventKind.broken:
        (ref as PendingRequest).fail(tag === 1 ? "the connection broke" : "connection refused", tag === 1);
        break;
      case EventKind.timer:
        node.timerDue(ref as TimerSlot, tag);
        break;
      case EventKind.synced:
        node.synced(tag);
        break;
      case EventKind.probe:
        network.probeArrives(from, to);
        break;
      case EventKind.boot:
        // A second start, or a kill, may have come between.
        if (!node.up && node.incarnation === tag) node.boot();
        break;
    }
    return true;
  };
}

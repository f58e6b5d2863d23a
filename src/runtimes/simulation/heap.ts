/**
 * The one queue of the simulation: everything that will happen, ordered by (virtual time, sequence). Two events at the same
 * microsecond keep the order in which they were scheduled, so the order never depends on the heap's shape. Records are
 * pooled: a run of 10 virtual seconds schedules some hundred thousand of them, and allocating each would be most of its cost.
 */

/** What an event is; the simulation's dispatcher switches on it. */
export const EventKind = {
  /** A sleeping client wakes: `ref` is its Sleeper. */
  sleep: 0,
  /** A message reaches node `to` from node `from`: `ref` is the body. */
  message: 1,
  /** A client's request reaches node `to`: `ref` is the PendingRequest. */
  request: 2,
  /** A node's reply reaches the client: `ref` is the PendingRequest, `extra` the body. */
  reply: 3,
  /** A request ends without a reply: `ref` is the PendingRequest. `tag` 1: the node may have seen it. */
  broken: 4,
  /** A timer of node `to` is due: `ref` is its TimerSlot, `tag` the slot's generation. */
  timer: 5,
  /** The disk of node `to` finished a sync begun in incarnation `tag`. */
  synced: 6,
  /** A probe packet of the harness reaches node `to`. */
  probe: 7,
  /** A node process begins: node `to`, incarnation `tag`. */
  boot: 8,
} as const;

/** One scheduled event. Fields mean what the kind says; unused ones hold 0 or null. */
export class SimEvent {
  timeUs = 0;
  seq = 0;
  kind = 0;
  to = 0;
  from = 0;
  tag = 0;
  ref: unknown = null;
  /** The reply's body, or the trace entry that an arrival completes. */
  extra: unknown = null;
}

/** A binary heap of pooled events. */
export class EventHeap {
  private readonly items: SimEvent[] = [];
  private readonly pool: SimEvent[] = [];
  private nextSeq = 0;

  get size(): number {
    return this.items.length;
  }

  push(timeUs: number, kind: number, to: number, from: number, tag: number, ref: unknown, extra: unknown): void {
    const event = this.pool.pop() ?? new SimEvent();
    event.timeUs = timeUs;
    event.seq = this.nextSeq++;
    event.kind = kind;
    event.to = to;
    event.from = from;
    event.tag = tag;
    event.ref = ref;
    event.extra = extra;
    const items = this.items;
    let at = items.length;
    items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as SimEvent;
      // The new event has the greatest sequence of all, so equal times never move it up.
      if (above.timeUs <= timeUs) break;
      items[at] = above;
      at = parent;
    }
    items[at] = event;
  }

  /** The earliest event, or undefined. Give it back with `release` once its fields are read. */
  pop(): SimEvent | undefined {
    const items = this.items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    const length = items.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      let below = items[child] as SimEvent;
      const right = child + 1;
      if (right < length && before(items[right] as SimEvent, below)) {
        child = right;
        below = items[right] as SimEvent;
      }
      if (!before(below, last)) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return first;
  }

  /** Puts a popped event back into the pool; its references are dropped so that nothing is kept alive. */
  release(event: SimEvent): void {
    event.ref = null;
    event.extra = null;
    this.pool.push(event);
  }
}

function before(a: SimEvent, b: SimEvent): boolean {
  return a.timeUs < b.timeUs || (a.timeUs === b.timeUs && a.seq < b.seq);
}

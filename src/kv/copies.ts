/**
 * Tells a copy of a client's write from a new one: a client's link may deliver a request twice, and a register written twice
 * forgets what came in between. A client is pinned to one node, so the node that received the first copy sees the second.
 */
import { isRead, type Request } from "./protocol.js";

export class CopyFilter {
  /** The newest write of each client. */
  private readonly newest = new Map<string, number>();

  /** True for a write that came before; its first arrival gets the answer. */
  isCopy({ client, seq, f }: Request): boolean {
    if (client === undefined || seq === undefined || isRead(f)) return false;
    if (seq <= (this.newest.get(client) ?? 0)) return true;
    this.newest.set(client, seq);
    return false;
  }
}

/**
 * The clients' port. The node speaks first (`{"hello":"n1"}`), so that a client can tell it from a port that merely accepts;
 * then each line `{"id":7,"body":…}` is a request and is answered by `{"id":7,"body":…}`, in any order.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Address } from "./config.js";
import { LineSplitter, parsedLines } from "./lines.js";
import { listen } from "./peers.js";

interface Open {
  readonly socket: Socket;
  /** The client's own number for it. */
  readonly id: unknown;
  /** The open requests of the same connection. */
  readonly mine: Set<number>;
}

export class Clients {
  private readonly server: Server;
  private readonly open = new Map<number, Open>();
  private lastId = 0;

  constructor(
    private readonly node: string,
    private readonly onRequest: (id: number, body: unknown) => void,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.serve(socket));
  }

  /** Rejects when the port is taken. */
  async start(address: Address): Promise<void> {
    await listen(this.server, address);
  }

  /** Answers a request, once; nobody may be there any more to hear it. */
  reply(id: number, body: unknown): void {
    const open = this.open.get(id);
    this.open.delete(id);
    open?.mine.delete(id);
    if (open?.socket.writable === true) open.socket.write(`${JSON.stringify({ id: open.id, body })}\n`);
  }

  close(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    const lines = new LineSplitter();
    const mine = new Set<number>();
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const id of mine) this.open.delete(id);
    });
    socket.write(`${JSON.stringify({ hello: this.node })}\n`);
    socket.on("data", (chunk: string) => {
      const requests = parsedLines(lines, chunk);
      if (requests === undefined) {
        socket.destroy();
        return;
      }
      for (const { id, body } of requests) {
        const internal = ++this.lastId;
        this.open.set(internal, { socket, id, mine });
        mine.add(internal);
        this.onRequest(internal, body);
      }
    });
  }
}

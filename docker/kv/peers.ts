/**
 * Messages between nodes: one outgoing connection to each peer, JSON lines, at most once. What cannot be sent now is dropped,
 * never kept for later: programs expect a network that loses messages, not one that delivers them minutes late.
 *
 * TCP alone would do just that. Packets that a cut swallows are sent again with growing pauses, so after a cut of ten
 * seconds a connection may stay silent for ten more and then deliver what was written long ago. So each connection is
 * probed; one that does not answer is reset (which drops what the kernel still holds) and made anew.
 */
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Address } from "./config.js";
import { LineSplitter, parsedLines } from "./lines.js";

/** Messages beyond this many waiting bytes are dropped. */
const BUFFER_LIMIT = 1 << 20;
const PROBE_MS = 150;
/** A connection whose probes go unanswered for this long is given up. */
const SILENCE_MS = 750;
const CONNECT_MS = 500;
const RECONNECT_MS = 100;
/** An incoming connection without a line for this long is dead: probes come far more often. */
const IDLE_MS = 10_000;

/** The way to one peer. */
class Way {
  private socket: Socket | undefined;
  /** Only a peer that has answered is there: a stopped process, too, has a kernel that accepts connections. */
  private open = false;
  private answeredMs = 0;
  private probedMs = 0;
  private closed = false;

  constructor(
    private readonly self: string,
    private readonly address: Address,
  ) {
    this.connect();
  }

  send(line: string): void {
    const { socket } = this;
    if (!this.open || socket === undefined || socket.writableLength > BUFFER_LIMIT) return;
    socket.write(line);
  }

  close(): void {
    this.closed = true;
    this.socket?.destroy();
  }

  private connect(): void {
    const socket = createConnection({ ...this.address, noDelay: true });
    this.socket = socket;
    this.open = false;
    this.answeredMs = performance.now();
    this.probedMs = this.answeredMs;
    socket.setEncoding("utf8");
    const lines = new LineSplitter();
    socket.on("connect", () => socket.write(`${JSON.stringify({ from: this.self })}\n`));
    socket.on("data", (chunk: string) => {
      if (lines.push(chunk).length === 0) return;
      this.open = true;
      this.answeredMs = performance.now();
    });
    const probe = setInterval(() => this.probe(socket), PROBE_MS);
    // The reason is in "close" too: a peer that is down is no news here.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(probe);
      this.open = false;
      if (!this.closed) setTimeout(() => this.closed || this.connect(), RECONNECT_MS);
    });
  }

  private probe(socket: Socket): void {
    const nowMs = performance.now();
    // After a stall of this very process the answers lie unread in the socket: look again next time.
    const stalled = nowMs - this.probedMs > 2 * PROBE_MS;
    this.probedMs = nowMs;
    if (stalled) return;
    if (nowMs - this.answeredMs > (this.open ? SILENCE_MS : CONNECT_MS)) socket.resetAndDestroy();
    else if (this.open) socket.write("{}\n");
  }
}

export class Peers {
  private readonly ways = new Map<string, Way>();
  private server: Server | undefined;

  constructor(
    private readonly node: string,
    private readonly addresses: ReadonlyMap<string, Address>,
    private readonly onMessage: (from: string, body: unknown) => void,
  ) {}

  /** Listens, and begins to look for the others. Rejects when the port is taken. */
  async start(listenHost: string): Promise<void> {
    const own = this.addresses.get(this.node);
    if (own === undefined) throw new Error(`no address for ${this.node}`);
    this.server = createServer({ noDelay: true }, (socket) => this.receive(socket));
    await listen(this.server, { host: listenHost, port: own.port });
    for (const [name, address] of this.addresses) {
      if (name !== this.node) this.ways.set(name, new Way(this.node, address));
    }
  }

  send(to: string, body: unknown): void {
    this.ways.get(to)?.send(`${JSON.stringify({ body })}\n`);
  }

  close(): void {
    this.server?.close();
    for (const way of this.ways.values()) way.close();
  }

  private receive(socket: Socket): void {
    let from: string | undefined;
    const lines = new LineSplitter();
    socket.setEncoding("utf8");
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (chunk: string) => {
      const messages = parsedLines(lines, chunk);
      if (messages === undefined) {
        socket.destroy();
        return;
      }
      for (const message of messages) {
        if (typeof message.from === "string" && this.addresses.has(message.from)) from = message.from;
        if (message.body === undefined) socket.write("{}\n");
        else if (from !== undefined) this.onMessage(from, message.body);
      }
    });
  }
}

/** Resolves when the server listens, rejects when it cannot. */
export function listen(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

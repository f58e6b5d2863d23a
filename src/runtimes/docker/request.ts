/**
 * Requests to bundled nodes: newline-delimited JSON over the published port.
 *
 * The published port accepts even while nothing runs behind it, so the node speaks first: `{"hello":"n1"}`. Only then is a
 * request written, once, never again. So `sent: false` is a proof: no byte of the request left this process.
 */
import { createConnection, type Socket } from "node:net";
import { messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import { RequestError } from "../../core/runtime.js";

export interface Requester {
  /** One request, one reply. Rejects with RequestError. Aborting destroys the connection it used. */
  request(body: unknown, signal: AbortSignal): Promise<unknown>;
  /** Drops every connection. */
  close(): void;
}

/** Requests to one node. Connections are kept for later requests; each has one request under way at most. */
export function requesterOf(node: NodeId, host: string, port: number): Requester {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  let lastId = 0;
  let closed = false;
  return {
    async request(body, signal) {
      if (closed) throw new RequestError(`the cluster is stopped; ${node} was not asked`, false);
      if (signal.aborted) throw new RequestError(`given up before ${node} was asked`, false);
      let connection = idle.pop();
      while (connection?.dead === true) connection = idle.pop();
      if (connection === undefined) {
        const fresh = new Connection(node, createConnection({ host, port, noDelay: true }));
        all.add(fresh);
        fresh.whenClosed(() => all.delete(fresh));
        connection = fresh;
      }
      const reply = await connection.ask(++lastId, body, signal);
      if (closed) connection.destroy();
      else idle.push(connection);
      return reply;
    },
    close() {
      closed = true;
      for (const connection of all) connection.destroy();
    },
  };
}

/** One socket: waits for the hello, then carries one request at a time. */
class Connection {
  dead = false;
  private text = "";
  private greeted = false;
  private failure = "";
  /** Told of the next whole line, or of the end. One at a time, as there is one request at a time. */
  private waiter: { line(line: string): void; end(reason: string): void } | undefined;

  constructor(
    private readonly node: NodeId,
    private readonly socket: Socket,
  ) {
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => this.read(chunk));
    socket.on("error", (error) => this.end(messageOf(error)));
    socket.on("end", () => this.end("the connection was closed"));
    socket.on("close", () => this.end("the connection was closed"));
  }

  whenClosed(then: () => void): void {
    this.socket.once("close", then);
  }

  destroy(): void {
    this.end("the connection was given up");
  }

  async ask(id: number, body: unknown, signal: AbortSignal): Promise<unknown> {
    let sent = false;
    const give = (): void => this.end("no answer before the deadline");
    signal.addEventListener("abort", give, { once: true });
    try {
      if (!this.greeted) {
        const hello = parsed(await this.line());
        if (hello?.hello !== this.node) throw new Error(`the port of ${this.node} did not greet as ${this.node}`);
        this.greeted = true;
      }
      if (this.dead || signal.aborted) throw new Error(this.failure);
      const text = `${JSON.stringify({ id, body })}\n`;
      // From here on the node may have seen it, whatever happens.
      sent = true;
      this.socket.write(text);
      const reply = parsed(await this.line());
      if (reply?.id !== id) throw new Error(`${this.node} sent something that is not the answer to this request`);
      return reply.body;
    } catch (error) {
      this.destroy();
      throw new RequestError(`${this.node}: ${messageOf(error)}`, sent);
    } finally {
      signal.removeEventListener("abort", give);
    }
  }

  private line(): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.dead) return reject(new Error(this.failure));
      this.waiter = { line: resolve, end: (reason) => reject(new Error(reason)) };
      this.deliver();
    });
  }

  private read(chunk: string): void {
    this.text += chunk;
    // A line that nobody waits for (a late answer cannot exist: one request at a time) ends the connection.
    if (this.waiter === undefined && this.greeted) this.end(`${this.node} spoke without being asked`);
    else this.deliver();
  }

  private deliver(): void {
    const at = this.text.indexOf("\n");
    if (this.waiter === undefined || at < 0) return;
    const line = this.text.slice(0, at);
    this.text = this.text.slice(at + 1);
    const waiter = this.waiter;
    this.waiter = undefined;
    waiter.line(line);
  }

  private end(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.failure = reason;
    this.socket.destroy();
    const waiter = this.waiter;
    this.waiter = undefined;
    waiter?.end(reason);
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

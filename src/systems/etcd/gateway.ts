/**
 * etcd's documented JSON gateway over node:http: one connection, one request at a time, nothing ever sent twice.
 * (https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/)
 */
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { messageOf } from "../../core/errors.js";

/** How one request ended. `sent: false` proves that etcd saw none of it: the connection never came about. */
export type Outcome =
  | { readonly kind: "reply"; readonly status: number; readonly body: unknown }
  | { readonly kind: "broken"; readonly sent: boolean; readonly reason: string };

export class Gateway {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private socket: Socket | undefined;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** Is the connection of the last request still good for the next one? */
  get connected(): boolean {
    return this.socket?.readyState === "open";
  }

  /**
   * Sends one POST and waits for its reply until the signal aborts. Never rejects and never repeats: Node's http client
   * sends a request once, also when a kept connection turns out to be dead.
   */
  post(path: string, body: unknown, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return Promise.resolve({ kind: "broken", sent: false, reason: "timeout" });
    return new Promise((resolve) => {
      let sent = false;
      const payload = Buffer.from(JSON.stringify(body), "utf8");
      const headers = { "content-type": "application/json", "content-length": payload.length };
      const { host, port, agent } = this;
      const sending: ClientRequest = request({ host, port, agent, path, method: "POST", headers });
      const settle = (outcome: Outcome): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(outcome);
      };
      const broken = (reason: string): void => settle({ kind: "broken", sent, reason });
      const giveUp = (): void => {
        broken("timeout");
        sending.destroy();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      sending.on("socket", (socket) => {
        this.socket = socket;
        // From here on bytes may be under way, whether or not etcd is alive to read them.
        if (!socket.connecting) sent = true;
        else socket.once("connect", () => (sent = true));
      });
      sending.on("error", (error) => broken(reasonOf(error)));
      sending.on("response", (response) => readReply(response).then(settle, (error) => broken(reasonOf(error))));
      sending.end(payload);
    });
  }

  /** Closes the connection; a request under way ends as broken. */
  close(): void {
    this.agent.destroy();
    this.socket?.destroy();
  }
}

async function readReply(response: IncomingMessage): Promise<Outcome> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const status = response.statusCode ?? 0;
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return { kind: "reply", status, body: JSON.parse(text) as unknown };
  } catch {
    // Not etcd's gateway (or an etcd started without it): what happened to the request is anybody's guess.
    return { kind: "broken", sent: true, reason: `HTTP ${status}: not JSON` };
  }
}

/** "ECONNREFUSED" says more, and more stably, than the sentence around it. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : messageOf(error);
}

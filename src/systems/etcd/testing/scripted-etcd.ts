/**
 * A real HTTP server with scripted answers: a test needs a connection to break, or an answer to stay away, at one exact
 * moment, which a real etcd does not do on request.
 */
import { createServer } from "node:http";
import type { Socket } from "node:net";

/** A status and a body, "hang": no answer, "break": the connection is reset. */
export type Answer = readonly [status: number, body: object | string] | "hang" | "break";

export interface Request {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScriptedEtcd {
  readonly port: number;
  /** Every request that arrived, in order, without status requests. */
  readonly requests: readonly Request[];
  /** How many connections were ever made. */
  connections(): number;
  close(): Promise<void>;
}

export const STATUS: Answer = [200, { header: { member_id: "11", raft_term: "2" }, leader: "11", raftTerm: "2" }];

/** Starts a server that answers status requests as told, and everything else by the script. */
export async function scriptedEtcd(
  script: (request: Request) => Answer,
  status: Answer = STATUS,
): Promise<ScriptedEtcd> {
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    let text = "";
    incoming.on("data", (chunk) => {
      text += String(chunk);
    });
    incoming.on("end", () => {
      const request = { path: incoming.url ?? "", body: JSON.parse(text) as Record<string, unknown> };
      const isStatus = request.path === "/v3/maintenance/status";
      if (!isStatus) requests.push(request);
      const answer = isStatus ? status : script(request);
      if (answer === "break") incoming.socket.resetAndDestroy();
      else if (answer !== "hang") {
        const [code, body] = answer;
        response.writeHead(code).end(typeof body === "string" ? body : JSON.stringify(body));
      }
    });
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    requests,
    connections: () => sockets.size,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * Real sockets that speak Redis' wire protocol with scripted answers: a test needs a connection to break, or an answer to
 * stay away, at one exact moment, which a real server does not do on request.
 */
import { createServer, type Server, type Socket } from "node:net";

/** A raw reply ("+OK\r\n"), "hang": no answer, "break": the connection is reset. */
export type Answer = string | "hang" | "break";

export interface ScriptedRedis {
  readonly port: number;
  /** Every command that arrived, in order, without the handshake's PING. */
  readonly commands: readonly (readonly string[])[];
  close(): Promise<void>;
}

export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** Starts a server that answers PING with PONG (or as told) and everything else by the script. */
export async function scriptedRedis(
  script: (command: readonly string[]) => Answer,
  ping: Answer = "+PONG\r\n",
): Promise<ScriptedRedis> {
  const commands: (readonly string[])[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let buffered = "";
    socket.on("data", (chunk) => {
      buffered += chunk.toString("utf8");
      for (;;) {
        const parsed = parseCommand(buffered);
        if (parsed === undefined) return;
        buffered = parsed.rest;
        const isPing = parsed.command[0] === "PING";
        if (!isPing) commands.push(parsed.command);
        const answer = isPing ? ping : script(parsed.command);
        if (answer === "break") socket.resetAndDestroy();
        else if (answer !== "hang") socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    commands,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One command of the wire protocol (an array of bulk strings), or undefined while it is incomplete. ASCII only. */
function parseCommand(text: string): { command: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let rest = text.slice(head[0].length);
  const command: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const length = /^\$(\d+)\r\n/.exec(rest);
    if (length === null) return undefined;
    const start = length[0].length;
    const end = start + Number(length[1]);
    if (rest.length < end + 2) return undefined;
    command.push(rest.slice(start, end));
    rest = rest.slice(end + 2);
  }
  return { command, rest };
}

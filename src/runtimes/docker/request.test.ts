/** The one promise that verdicts rest on: `sent: false` only where the node cannot have seen the request. */
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Requester, requesterOf } from "./request.js";

interface Node {
  readonly requester: Requester;
  /** Lines that reached the node. */
  readonly lines: string[];
  readonly sockets: Socket[];
}

const servers: Server[] = [];
const requesters: Requester[] = [];

/** A node that does what the test says on accept and for each line. */
async function nodeThat(
  onLine: (socket: Socket, line: { id: number; body: unknown }) => void,
  onAccept: (socket: Socket) => void = (socket) => socket.write('{"hello":"n1"}\n'),
): Promise<Node> {
  const lines: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString();
      const parts = text.split("\n");
      text = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        onLine(socket, JSON.parse(line));
      }
    });
    onAccept(socket);
  });
  servers.push(server);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  const requester = requesterOf("n1", "127.0.0.1", port);
  requesters.push(requester);
  return { requester, lines, sockets };
}

const echo = (socket: Socket, { id, body }: { id: number; body: unknown }): void => {
  socket.write(`${JSON.stringify({ id, body: { echo: body } })}\n`);
};

const never = new AbortController().signal;

/** A signal that aborts when `when` holds: no test depends on how long anything takes. */
function abortWhen(when: () => boolean): AbortSignal {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (!when()) return;
    clearInterval(timer);
    controller.abort();
  }, 5);
  return controller.signal;
}

afterEach(() => {
  for (const requester of requesters.splice(0)) requester.close();
  for (const server of servers.splice(0)) server.close();
});

describe("requests", () => {
  it("get their reply, over a connection that is used again", async () => {
    const { requester, sockets, lines } = await nodeThat(echo);
    expect(await requester.request({ a: 1 }, never)).toEqual({ echo: { a: 1 } });
    expect(await requester.request(["b"], never)).toEqual({ echo: ["b"] });
    expect(sockets).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([1, 2]);
  });

  it("go one at a time on a connection, so that many at once use many", async () => {
    const { requester, sockets } = await nodeThat(echo);
    const replies = await Promise.all(Array.from({ length: 5 }, (_, i) => requester.request(i, never)));
    expect(replies).toEqual([0, 1, 2, 3, 4].map((i) => ({ echo: i })));
    expect(sockets).toHaveLength(5);
  });

  it("read a reply that comes in pieces", async () => {
    const { requester } = await nodeThat((socket, { id }) => {
      socket.write(`{"id":${id},`);
      setTimeout(() => socket.write('"body":"é"}\n'), 20);
    });
    expect(await requester.request(0, never)).toBe("é");
  });
});

describe("not sent, for sure", () => {
  it("when nobody listens", async () => {
    const { requester } = await nodeThat(echo);
    for (const server of servers.splice(0)) server.close();
    await expect(requester.request(0, never)).rejects.toMatchObject({ name: "RequestError", sent: false });
  });

  it("when the port accepts and closes, as Docker's does for a dead node", async () => {
    const { requester, lines } = await nodeThat(echo, (socket) => socket.end());
    await expect(requester.request(0, never)).rejects.toMatchObject({ sent: false });
    expect(lines).toEqual([]);
  });

  it("when no hello comes before the deadline, as from a paused node", async () => {
    const { requester, lines, sockets } = await nodeThat(echo, () => {});
    await expect(
      requester.request(
        0,
        abortWhen(() => sockets.length === 1),
      ),
    ).rejects.toMatchObject({ sent: false });
    expect(lines).toEqual([]);
  });

  it("when somebody else answers at the port", async () => {
    const { requester, lines } = await nodeThat(echo, (socket) => socket.write('{"hello":"n2"}\n'));
    await expect(requester.request(0, never)).rejects.toMatchObject({ sent: false, message: /did not greet as n1/ });
    const other = await nodeThat(echo, (socket) => socket.write("HTTP/1.1 400 Bad Request\n"));
    await expect(other.requester.request(0, never)).rejects.toMatchObject({ sent: false });
    expect([...lines, ...other.lines]).toEqual([]);
  });

  it("when it was given up before, or the cluster is stopped", async () => {
    const { requester, lines } = await nodeThat(echo);
    await expect(requester.request(0, AbortSignal.abort())).rejects.toMatchObject({ sent: false });
    requester.close();
    await expect(requester.request(0, never)).rejects.toMatchObject({ sent: false });
    expect(lines).toEqual([]);
  });
});

describe("perhaps sent", () => {
  it("when the node took it and never answered", async () => {
    const { requester, lines, sockets } = await nodeThat(() => {});
    await expect(
      requester.request(
        0,
        abortWhen(() => lines.length === 1),
      ),
    ).rejects.toMatchObject({ sent: true });
    // The connection is gone with it: a late answer must not meet the next request.
    await expect(
      requester.request(
        1,
        abortWhen(() => lines.length === 2),
      ),
    ).rejects.toMatchObject({ sent: true });
    expect(sockets).toHaveLength(2);
  });

  it("when the connection broke after it was written, and it is not written again", async () => {
    const { requester, lines } = await nodeThat((socket) => socket.destroy());
    await expect(requester.request(0, never)).rejects.toMatchObject({ sent: true });
    expect(lines).toHaveLength(1);
  });

  it("when what comes back is not the answer to it", async () => {
    const { requester } = await nodeThat((socket, { id }) => socket.write(`{"id":${id + 1},"body":1}\n`));
    await expect(requester.request(0, never)).rejects.toMatchObject({ sent: true });
    const garbage = await nodeThat((socket) => socket.write("garbage\n"));
    await expect(garbage.requester.request(0, never)).rejects.toMatchObject({ sent: true });
  });
});

it("does not use a connection again on which the node spoke unasked", async () => {
  const { requester, sockets } = await nodeThat(echo);
  await requester.request(0, never);
  const first = sockets[0] as Socket;
  const gone = new Promise((resolve) => first.once("close", resolve));
  first.write('{"id":2,"body":"stale"}\n');
  await gone;
  expect(await requester.request(1, never)).toEqual({ echo: 1 });
  expect(sockets).toHaveLength(2);
});

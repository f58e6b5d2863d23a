/**
 * The open line to the root shell inside a net container (docker/net/agent.sh). One exec for the whole run: a new one for
 * each command costs 0.1-0.3 s through the engine, too much for a cut that must hit all nodes at once.
 */
import type { Duplex } from "node:stream";
import { PassThrough } from "node:stream";
import { CapTestError, EnvironmentError, messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { DockerEngine } from "./engine.js";

const REPLY_TIMEOUT_MS = 15_000;
/** agent.sh ends each reply with this byte, the request's id and the exit code. */
const END = "\u001e";

interface Pending {
  readonly id: number;
  resolve(output: string): void;
  reject(error: Error): void;
}

export interface Agent {
  /**
   * Sends one request and resolves with its output. Safe to send again: every verb sets or reads a whole state.
   * Throws CapTestError when the command fails inside the container, EnvironmentError when the engine is gone.
   */
  ask(verb: "rules" | "counters" | "probe" | "hello", argument?: string): Promise<string>;
  close(): void;
}

/** A line to the net container of `node`. Opens on first use, and again when it broke. */
export function openAgent(engine: DockerEngine, containerId: string, node: NodeId): Agent {
  let line: Promise<Line> | undefined;
  let closed = false;
  const current = (): Promise<Line> => {
    line ??= openLine(engine, containerId, node);
    line.catch(() => {
      line = undefined;
    });
    return line;
  };
  const once = async (verb: string, argument: string): Promise<string> => {
    const open = await current();
    try {
      return await open.ask(verb, argument);
    } catch (error) {
      if (error instanceof BrokenLineError) line = undefined;
      throw error;
    }
  };
  return {
    async ask(verb, argument = "") {
      if (closed) throw new CapTestError(`the cluster is stopped; node ${node} takes no more requests.`);
      if (["\n", "\r", END].some((byte) => argument.includes(byte)))
        throw new CapTestError("a request to a node's root shell must be one line.");
      try {
        return await once(verb, argument);
      } catch (error) {
        // The line broke (its shell was killed, say): a fresh one, once.
        if (!(error instanceof BrokenLineError) || closed) throw error;
        return await once(verb, argument);
      }
    },
    close() {
      closed = true;
      void line?.then((open) => open.close()).catch(() => {});
    },
  };
}

class BrokenLineError extends EnvironmentError {}

interface Line {
  ask(verb: string, argument: string): Promise<string>;
  close(): void;
}

async function openLine(engine: DockerEngine, containerId: string, node: NodeId): Promise<Line> {
  const what = `open a root shell in the network of ${node}`;
  const exec = await engine.call(what, (abortSignal) =>
    engine.docker.getContainer(containerId).exec({
      Cmd: ["bash", "/cap-test/agent.sh"],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      abortSignal,
    }),
  );
  const stream = await engine.call(what, () => exec.start({ hijack: true, stdin: true }));
  return lineOver(engine, stream, node);
}

function lineOver(engine: DockerEngine, stream: Duplex, node: NodeId): Line {
  const pending: Pending[] = [];
  let lastId = 0;
  let broken: BrokenLineError | undefined;
  const fail = (reason: string): void => {
    broken ??= new BrokenLineError(`the root shell in the network of ${node} is gone (${reason}).`);
    for (const one of pending.splice(0)) one.reject(broken);
    stream.destroy();
  };
  const output = new PassThrough();
  engine.docker.modem.demuxStream(stream, output, output);
  stream.on("error", (error) => fail(messageOf(error)));
  stream.on("close", () => fail("its stream closed"));
  stream.on("end", () => fail("its stream ended"));

  let text = "";
  output.setEncoding("utf8");
  output.on("data", (chunk: string) => {
    text += chunk;
    for (let end = replyEnd(text); end !== undefined; end = replyEnd(text)) {
      text = text.slice(end.next);
      const one = pending.shift();
      // Replies come in the order of requests. Another id means that somebody else writes here: believe nothing more.
      if (one?.id !== end.id) return fail(`it answered request ${end.id} instead of ${one?.id ?? "none"}`);
      if (end.exitCode === 0) one.resolve(end.output);
      else
        one.reject(
          new CapTestError(`a network command failed on ${node} (exit ${end.exitCode}): ${end.output.trim()}`),
        );
    }
  });

  return {
    ask(verb, argument) {
      if (broken !== undefined) return Promise.reject(broken);
      const id = ++lastId;
      return new Promise<string>((resolve, reject) => {
        const timer = setTimeout(
          () => fail(`no reply to "${verb}" within ${REPLY_TIMEOUT_MS / 1000} s`),
          REPLY_TIMEOUT_MS,
        );
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer);
            then(value);
          };
        pending.push({ id, resolve: settle(resolve), reject: settle(reject) });
        stream.write(`${id} ${verb} ${argument}\n`);
      });
    },
    close: () => fail("closed"),
  };
}

/** The first whole reply in `text`, and where the next one starts. */
export function replyEnd(text: string): { output: string; id: number; exitCode: number; next: number } | undefined {
  const at = text.indexOf(END);
  const lineEnd = at < 0 ? -1 : text.indexOf("\n", at);
  if (lineEnd < 0) return undefined;
  const [id, exitCode] = text
    .slice(at + 1, lineEnd)
    .split(" ")
    .map(Number);
  return { output: text.slice(0, at), id: id ?? -1, exitCode: exitCode ?? -1, next: lineEnd + 1 };
}

/**
 * The local web server of `cap-test serve`: lists runs, shows their files, hands out a run as an archive. It listens on
 * 127.0.0.1 alone, answers only to that name (so that no web page can reach it through a name of its own), reads only
 * and never leaves the runs folder, not even through a link.
 */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { runsPage, viewOf } from "../../reports/runs-page.js";
import { EnvironmentError, messageOf } from "../core/errors.js";
import { archiveOf } from "./archive.js";
import { RunsFolder } from "./runs.js";

export interface ServeOptions {
  /** The runs folder. */
  readonly dir: string;
  /** 0: any free one. */
  readonly port: number;
  /** The style sheet of the pages. */
  readonly style: string;
}

export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "text/plain; charset=utf-8",
  ".log": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".xml": "text/plain; charset=utf-8",
};

/** @throws EnvironmentError where the port cannot be taken. */
export async function serveRuns(options: ServeOptions): Promise<Serving> {
  const runs = new RunsFolder(options.dir);
  const server = createServer((request, response) => {
    answer(request, response, runs, options).catch((error: unknown) => refuse(response, 500, messageOf(error)));
  });
  await listening(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "another program has it" : error.message;
      reject(new EnvironmentError(`cannot listen on 127.0.0.1:${port}: ${why}. Choose another with --port.`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  runs: RunsFolder,
  { style }: ServeOptions,
): Promise<void> {
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Cache-Control", "no-cache");
  // A page of another site may point a name of its own at 127.0.0.1 (DNS rebinding); its requests carry that name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ""))
    return refuse(response, 403, "unknown host");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "only GET is answered");
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (url.pathname === "/") {
    response.setHeader(
      "Content-Security-Policy",
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'",
    );
    return send(response, "text/html; charset=utf-8", runsPage(runs.rows(), viewOf(url.searchParams), style));
  }
  if (url.pathname === "/api/runs")
    return send(response, TYPES[".json"] ?? "", `${JSON.stringify(runs.rows(), null, 2)}\n`);
  const match = /^\/(runs|archives)\/(.+)$/.exec(url.pathname);
  const words = match === null ? undefined : decoded(match[2] ?? "");
  if (match === null || words === undefined) return refuse(response, 404, "there is nothing here");
  return match[1] === "runs" ? sendFile(response, runs.dir, words) : sendArchive(response, runs.dir, words);
}

/** The parts of a path, decoded; undefined where one of them would lead elsewhere. */
function decoded(path: string): string[] | undefined {
  try {
    const words = path.split("/").map(decodeURIComponent);
    const fine = words.every((word) => word !== "" && word !== "." && word !== ".." && !/[/\\\0]/.test(word));
    return fine ? words : undefined;
  } catch {
    return undefined;
  }
}

/** The real path inside `dir`, or undefined where there is none, or a link leads out. */
async function inside(dir: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const root = await realpath(dir);
    const path = await realpath(join(root, ...words));
    return path.startsWith(root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function sendFile(response: ServerResponse, dir: string, words: readonly string[]): Promise<void> {
  const path = await inside(dir, words);
  const found = path === undefined ? undefined : await stat(path);
  if (path === undefined || found?.isFile() !== true) return refuse(response, 404, "there is no such file");
  response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
  response.setHeader("Content-Length", found.size);
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  if (found.size === 0) response.end();
  else await pipeline(createReadStream(path, { end: found.size - 1 }), response).catch(() => response.destroy());
}

/** `/archives/NAME/TIME.tar.gz` */
async function sendArchive(response: ServerResponse, dir: string, words: readonly string[]): Promise<void> {
  const [name, file, ...more] = words;
  const time = /^(.+)\.tar\.gz$/.exec(file ?? "")?.[1];
  if (name === undefined || time === undefined || more.length > 0) return refuse(response, 404, "there is no such run");
  const path = await inside(dir, [name, time]);
  if (path === undefined || !(await stat(path)).isDirectory()) return refuse(response, 404, "there is no such run");
  const archive = `${name}-${time}`.replaceAll(/[^A-Za-z0-9.,+=_-]/g, "_");
  response.setHeader("Content-Type", "application/gzip");
  response.setHeader("Content-Disposition", `attachment; filename="${archive}.tar.gz"`);
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  await pipeline(archiveOf(path, archive), response).catch(() => response.destroy());
}

function send(response: ServerResponse, type: string, text: string): void {
  response.setHeader("Content-Type", type);
  response.end(response.req.method === "HEAD" ? undefined : text);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${why}\n`);
}

/**
 * A small key-value service over HTTP, as a team may have one: the first node is the primary and takes all writes; the
 * others copy its log. READS=primary asks the primary for every read, READS=local answers from the node's own copy.
 */
import { createServer } from "node:http";

const { NODE, PRIMARY, PRIMARY_URL, READS } = process.env;
const isPrimary = NODE === PRIMARY;
const log = [];
const data = new Map();

function apply([key, value]) {
  log.push([key, value]);
  data.set(key, value);
}

/** Copies what is new at the primary, again and again. */
async function follow() {
  for (;;) {
    try {
      const reply = await fetch(`${PRIMARY_URL}/log?from=${log.length}`, { signal: AbortSignal.timeout(300) });
      for (const entry of await reply.json()) apply(entry);
    } catch {
      // The primary cannot be reached: try again.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks the primary on a client's behalf. 503: it was certainly not reached; 504: nobody knows. */
async function forward(method, url, body) {
  try {
    const reply = await fetch(`${PRIMARY_URL}${url}`, { method, body, signal: AbortSignal.timeout(700) });
    return [reply.status, await reply.text()];
  } catch (error) {
    return error.cause?.code === "ECONNREFUSED" ? [503, "no primary"] : [504, "the primary did not answer"];
  }
}

async function answer(method, url, body) {
  const { pathname, searchParams } = new URL(url, "http://node");
  const key = decodeURIComponent(pathname.slice("/keys/".length));
  if (pathname === "/health") return [200, JSON.stringify({ entries: log.length })];
  if (pathname === "/log") return [200, JSON.stringify(log.slice(Number(searchParams.get("from"))))];
  if (method === "GET" && (isPrimary || READS === "local")) return [200, JSON.stringify(data.get(key) ?? null)];
  if (!isPrimary) return forward(method, url, body);
  apply([key, JSON.parse(body)]);
  return [200, ""];
}

createServer(async (request, response) => {
  let body;
  for await (const chunk of request) body = (body ?? "") + chunk;
  const [status, text] = await answer(request.method, request.url, body);
  response.writeHead(status).end(text);
}).listen(8080, () => process.stdout.write(`${NODE} listens, the primary is ${PRIMARY}\n`));

if (!isPrimary) follow();

/** The driver against scripted servers: which endings it calls definite, and that nothing is ever sent twice or across a cut. */
import { afterEach, expect, test } from "vitest";
import type { Invocation } from "../../core/op.js";
import type { Client } from "../../core/system.js";
import { testCluster } from "../testing/ports-cluster.js";
import { redisClusterDefinition } from "./redis-cluster.js";
import { type Answer, bulk, type ScriptedRedis, scriptedRedis } from "./testing/scripted-redis.js";

const servers: ScriptedRedis[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) await server.close();
});

type Script = (command: readonly string[]) => Answer;

/** A client pinned to n1; script i answers for node n(i+1). */
async function clientOf(
  scripts: readonly Script[],
  cuts: readonly (readonly [string, string])[] = [],
  options = {},
): Promise<Client> {
  for (const script of scripts) servers.push(await scriptedRedis(script));
  const cluster = testCluster(
    servers.map((server) => server.port),
    cuts,
  );
  const client = await redisClusterDefinition.create(options).open(cluster, "n1", new AbortController().signal);
  clients.push(client);
  return client;
}

const run = (client: Client, op: Invocation, signal = new AbortController().signal) => client.invoke(op, signal);
const commandsOf = (i: number): readonly (readonly string[])[] => servers[i]?.commands ?? [];
const write: Invocation = { f: "write", key: 1, value: 5 };
const read: Invocation = { f: "read", key: 1, value: null };
const movedTo =
  (node: number, code = "MOVED"): Script =>
  () =>
    `-${code} 9842 10.0.0.${node}:6379\r\n`;

test("values travel as JSON, and an absent register reads as null", async () => {
  const store = new Map<string, string>();
  const client = await clientOf([
    ([name, key = "", value = ""]) => {
      if (name === "SET") store.set(key, value);
      const held = store.get(key);
      return name === "SET" ? "+OK\r\n" : held === undefined ? "$-1\r\n" : bulk(held);
    },
  ]);
  expect(await run(client, read)).toEqual({ type: "ok", value: null });
  expect(await run(client, { f: "write", key: 1, value: 'a"b' })).toEqual({ type: "ok" });
  expect(await run(client, read)).toEqual({ type: "ok", value: 'a"b' });
  // The key 1 and the key "1" are two registers.
  expect(await run(client, { f: "read", key: "1", value: null })).toEqual({ type: "ok", value: null });
});

test("set elements come back as what they were, not as strings", async () => {
  const client = await clientOf([() => `*3\r\n${bulk("7")}${bulk('"7"')}${bulk("[1,2]")}`]);
  expect(await run(client, { f: "read", value: null })).toEqual({ type: "ok", value: [7, "7", [1, 2]] });
  expect(commandsOf(0)).toEqual([["SMEMBERS", "k:"]]);
});

test("a key that holds a set is read as one", async () => {
  const wrong = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
  const client = await clientOf([([name]) => (name === "GET" ? wrong : `*1\r\n${bulk("7")}`)]);
  expect(await run(client, read)).toEqual({ type: "ok", value: [7] });
  expect(await run(client, write)).toMatchObject({ type: "ok" });
});

test("a redirect is followed where the pinned node reaches the target, and `via` says who answered", async () => {
  const client = await clientOf([movedTo(2), () => "+OK\r\n"]);
  expect(await run(client, write)).toEqual({ type: "ok", via: "n2" });
  expect(commandsOf(1)).toEqual([["SET", "k:1", "5"]]);
});

test("a redirect across the cut is not followed", async () => {
  const client = await clientOf([movedTo(2), () => "+OK\r\n"], [["n1", "n2"]]);
  expect(await run(client, write)).toEqual({ type: "fail", error: "redirect across the cut: n1 does not reach n2" });
  expect(commandsOf(1)).toEqual([]);
});

test("reach is judged from the pinned node, also on the second hop", async () => {
  const client = await clientOf([movedTo(2), movedTo(3), () => "+OK\r\n"], [["n1", "n3"]]);
  expect(await run(client, write)).toEqual({ type: "fail", error: "redirect across the cut: n1 does not reach n3" });
  expect(commandsOf(2)).toEqual([]);
});

test("ASK asks first, and only then sends the command", async () => {
  const client = await clientOf([movedTo(2, "ASK"), () => "+OK\r\n"]);
  expect(await run(client, write)).toEqual({ type: "ok", via: "n2" });
  expect(commandsOf(1)).toEqual([["ASKING"], ["SET", "k:1", "5"]]);
});

test("redirects in a circle end as fail: each of them says that nothing happened", async () => {
  const client = await clientOf([movedTo(2), movedTo(1)]);
  expect(await run(client, write)).toEqual({ type: "fail", error: "more than 4 redirects" });
});

test("a redirect target that cannot be reached is fail: the op was sent to nobody", async () => {
  const client = await clientOf([movedTo(2), () => "+OK\r\n"]);
  await servers[1]?.close();
  const completion = await run(client, write);
  expect(completion.type).toBe("fail");
  expect(completion.error).toMatch(/^no connection: redirected to n2: .*ECONNREFUSED/);
});

test("a redirect to an address that is no node is fail", async () => {
  const client = await clientOf([() => "-MOVED 9842 :6379\r\n"]);
  expect(await run(client, write)).toEqual({ type: "fail", error: "redirect to an unknown address: " });
});

test.each([
  ["-CLUSTERDOWN The cluster is down\r\n", "fail"],
  ["-READONLY You can't write against a read only replica.\r\n", "fail"],
  ["-LOADING Redis is loading the dataset in memory\r\n", "fail"],
  ["-ERR something unforeseen\r\n", "info"],
  ["-UNBLOCKED force unblock from blocking operation\r\n", "info"],
])("a write answered %j ends as %s", async (answer, type) => {
  const client = await clientOf([() => answer]);
  expect(await run(client, write)).toEqual({ type, error: answer.slice(1, -2) });
});

test("a connection that breaks after a write was sent is info; the write is not sent again", async () => {
  const client = await clientOf([() => "break"]);
  const completion = await run(client, write);
  expect(completion.type).toBe("info");
  expect(client.closed).toBe(true);
  expect(await run(client, write)).toEqual({ type: "fail", error: "connection closed" });
  expect(commandsOf(0)).toHaveLength(1);
});

test("a read whose connection breaks is fail", async () => {
  const client = await clientOf([() => "break"]);
  expect((await run(client, read)).type).toBe("fail");
});

test.each([
  [write, "info"],
  [{ f: "cas", key: 1, value: [1, 2] }, "info"],
  [{ f: "add", value: 1 }, "info"],
  [read, "fail"],
])("no answer until the deadline: %j ends as %s, and the connection is given up", async (op, type) => {
  const abort = new AbortController();
  const client = await clientOf([
    () => {
      abort.abort();
      return "hang";
    },
  ]);
  expect(await run(client, op, abort.signal)).toEqual({ type, error: "timeout" });
  expect(client.closed).toBe(true);
});

test("compare-and-set: 0 is a mismatch that was seen, 1 is done", async () => {
  const answers = [":0\r\n", ":1\r\n"];
  const client = await clientOf([() => answers.shift() ?? "hang"]);
  const cas: Invocation = { f: "cas", key: 1, value: [null, 2] };
  expect(await run(client, cas)).toEqual({ type: "fail", error: "mismatch" });
  expect(await run(client, cas)).toEqual({ type: "ok" });
  expect(commandsOf(0)[0]?.slice(2)).toEqual(["1", "k:1", "null", "2"]);
});

test.each([
  [":1\r\n", { type: "ok" }],
  [":0\r\n", { type: "info", error: "written, but WAIT 1: 0 acknowledged" }],
  ["-UNBLOCKED it is a replica now\r\n", { type: "info", error: "written, but WAIT 1: UNBLOCKED it is a replica now" }],
])("with wait=1, WAIT answered %j ends the write as %j", async (answer, completion) => {
  const client = await clientOf([([name]) => (name === "WAIT" ? answer : "+OK\r\n")], [], { wait: "1" });
  expect(await run(client, write)).toEqual(completion);
  expect(commandsOf(0).map(([name]) => name)).toEqual(["SET", "WAIT"]);
});

test("with wait=1, a compare-and-set that saw another value wrote nothing to acknowledge", async () => {
  const client = await clientOf([() => ":0\r\n"], [], { wait: "1" });
  expect(await run(client, { f: "cas", key: 1, value: [1, 2] })).toEqual({ type: "fail", error: "mismatch" });
  expect(commandsOf(0).map(([name]) => name)).toEqual(["EVAL"]);
});

test("with wait=1, a write that was refused or a read asks nobody to acknowledge", async () => {
  const client = await clientOf([([name]) => (name === "GET" ? "$-1\r\n" : "-CLUSTERDOWN down\r\n")], [], {
    wait: "1",
  });
  expect((await run(client, write)).type).toBe("fail");
  expect((await run(client, read)).type).toBe("ok");
  expect(commandsOf(0).map(([name]) => name)).toEqual(["SET", "GET"]);
});

test.each<[string, Answer, RegExp]>([
  ["answers nothing", "hang", /n1 did not answer a PING: timeout/],
  ["resets the connection", "break", /n1 did not answer a PING/],
  ["is still loading", "-LOADING Redis is loading the dataset in memory\r\n", /n1 did not answer a PING: LOADING/],
])("no client is handed out for a node that %s", async (_, ping, message) => {
  servers.push(await scriptedRedis(() => "+OK\r\n", ping));
  const cluster = testCluster(servers.map((server) => server.port));
  const open = redisClusterDefinition.create({}).open(cluster, "n1", AbortSignal.timeout(300));
  await expect(open).rejects.toThrow(message);
});

test("an option that is no number is refused", () => {
  expect(() => redisClusterDefinition.create({ wait: "some" })).toThrow(/wait is a whole number/);
});

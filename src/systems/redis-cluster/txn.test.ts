/** Transactions and the smaller objects against scripted servers: what is sent, and what each ending proves. */
import { afterEach, expect, test } from "vitest";
import type { Invocation } from "../../core/op.js";
import type { Client } from "../../core/system.js";
import { testCluster } from "../testing/ports-cluster.js";
import { redisKey } from "./commands.js";
import { execOutcome } from "./exec.js";
import { redisClusterDefinition } from "./redis-cluster.js";
import { slotOf } from "./slots.js";
import { type Answer, bulk, type ScriptedRedis, scriptedRedis } from "./testing/scripted-redis.js";

const servers: ScriptedRedis[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) await server.close();
});

type Script = (command: readonly string[]) => Answer;
const never = new AbortController().signal;

async function clientOf(...scripts: readonly Script[]): Promise<Client> {
  for (const script of scripts) servers.push(await scriptedRedis(script));
  const cluster = testCluster(servers.map(({ port }) => port));
  const client = await redisClusterDefinition.create({}).open(cluster, "n1", never);
  clients.push(client);
  return client;
}

const commandsOf = (i: number): readonly (readonly string[])[] => servers[i]?.commands ?? [];
const names = (i: number): readonly string[] => commandsOf(i).map(([name = ""]) => name);

/** MULTI and its commands as Redis answers them; EXEC, and commands that are refused, as told. */
const transacting =
  (exec: Answer, refused: Answer = "+QUEUED\r\n"): Script =>
  ([name]) =>
    name === "MULTI" ? "+OK\r\n" : name === "EXEC" ? exec : name === "ASKING" ? "+OK\r\n" : refused;

const value = [
  ["r", 1, null],
  ["append", 1, 7],
  ["w", 2, 8],
  ["r", 2, null],
  ["r", 3, null],
];
const mixed: Invocation = { f: "txn", value };
const reading: Invocation = { f: "txn", value: [["r", 1, null]] };
const ABORT = "-EXECABORT Transaction discarded because of previous errors.\r\n";

test("a transaction is MULTI, its commands and EXEC, all in the slot of the set without a key", async () => {
  const exec = `*8\r\n*2\r\n${bulk("5")}${bulk("6")}$-1\r\n:3\r\n+OK\r\n*0\r\n${bulk("8")}*0\r\n$-1\r\n`;
  const client = await clientOf(transacting(exec));
  expect(await client.invoke(mixed, never)).toEqual({
    type: "ok",
    value: [
      ["r", 1, [5, 6]],
      ["append", 1, 7],
      ["w", 2, 8],
      ["r", 2, 8],
      ["r", 3, null],
    ],
  });
  expect(commandsOf(0)).toEqual([
    ["MULTI"],
    ["LRANGE", "l{k:}1", "0", "-1"],
    ["GET", "r{k:}1"],
    ["RPUSH", "l{k:}1", "7"],
    ["SET", "r{k:}2", "8"],
    ["LRANGE", "l{k:}2", "0", "-1"],
    ["GET", "r{k:}2"],
    ["LRANGE", "l{k:}3", "0", "-1"],
    ["GET", "r{k:}3"],
    ["EXEC"],
  ]);
  expect(slotOf("l{k:}1")).toBe(slotOf(redisKey(undefined)));
});

test("a redirect of a queued command is followed: EXEC carried out nothing here", async () => {
  const client = await clientOf(
    transacting(ABORT, "-MOVED 9842 10.0.0.2:6379\r\n"),
    transacting(`*2\r\n*0\r\n$-1\r\n`),
  );
  expect(await client.invoke(reading, never)).toEqual({ type: "ok", value: [["r", 1, null]], via: "n2" });
  expect(names(1)).toEqual(["MULTI", "LRANGE", "GET", "EXEC"]);
});

test("ASK comes before MULTI", async () => {
  const client = await clientOf(transacting(ABORT, "-ASK 9842 10.0.0.2:6379\r\n"), transacting(`*2\r\n*0\r\n$-1\r\n`));
  expect((await client.invoke(reading, never)).type).toBe("ok");
  expect(names(1)).toEqual(["ASKING", "MULTI", "LRANGE", "GET", "EXEC"]);
});

test("a refusal of a queued command is fail, in its own words", async () => {
  const client = await clientOf(transacting(ABORT, "-CLUSTERDOWN The cluster is down\r\n"));
  expect(await client.invoke(mixed, never)).toEqual({
    type: "fail",
    error: "EXECABORT CLUSTERDOWN The cluster is down",
  });
});

test.each<[string, Answer, "fail" | "info"]>([
  ["a connection lost after EXEC was sent", "break", "info"],
  [
    "an error within the transaction: the other commands were carried out",
    `*2\r\n:1\r\n-WRONGTYPE Operation\r\n`,
    "info",
  ],
  ["fewer replies than commands", `*1\r\n:1\r\n`, "info"],
  ["an error nobody knows", "-ERR something\r\n", "info"],
  ["CLUSTERDOWN at EXEC", "-CLUSTERDOWN Hash slot not served\r\n", "fail"],
])("%s", async (_, exec, type) => {
  const client = await clientOf(transacting(exec));
  const append: Invocation = {
    f: "txn",
    value: [
      ["append", 1, 7],
      ["append", 2, 8],
    ],
  };
  expect((await client.invoke(append, never)).type).toBe(type);
});

test("a transaction that only reads is fail, whatever happened", async () => {
  for (const exec of ["break", "-ERR something\r\n", `*1\r\n:1\r\n`]) {
    const client = await clientOf(transacting(exec));
    expect((await client.invoke(reading, never)).type).toBe("fail");
    await client.close();
    for (const server of servers.splice(0)) await server.close();
  }
});

test("no answer until the deadline: info", async () => {
  const abort = new AbortController();
  const client = await clientOf((command) => {
    if (command[0] === "EXEC") abort.abort();
    return transacting("hang")(command);
  });
  expect(await client.invoke(mixed, abort.signal)).toEqual({ type: "info", error: "timeout" });
  expect(client.closed).toBe(true);
});

test("without MULTI its commands ran by themselves: definite only where each was refused", () => {
  const loading = { kind: "error", message: "LOADING Redis is loading" } as const;
  const without = { kind: "error", message: "ERR EXEC without MULTI" } as const;
  expect(execOutcome([loading, loading, without])).toEqual(loading);
  expect(execOutcome([loading, { kind: "value", value: 1 }, without])).toEqual({
    kind: "error",
    message: "MULTI refused: LOADING Redis is loading",
  });
});

test("only EXECABORT says that nothing happened, whatever was refused before", () => {
  const began = { kind: "value", value: "OK" } as const;
  const down = { kind: "error", message: "CLUSTERDOWN The cluster is down" } as const;
  const odd = { kind: "error", message: "ERR something" } as const;
  expect(execOutcome([began, down, odd])).toEqual(odd);
  const aborted = { kind: "error", message: "EXECABORT Transaction discarded" } as const;
  expect(execOutcome([began, down, aborted])).toEqual({ kind: "error", message: `EXECABORT ${down.message}` });
});

test("counters, queues and mutexes", async () => {
  const answers: Answer[] = [
    ":4\r\n",
    bulk("4"),
    "$-1\r\n",
    ":1\r\n",
    bulk("9"),
    "$-1\r\n",
    "+OK\r\n",
    "$-1\r\n",
    ":1\r\n",
    ":0\r\n",
  ];
  const client = await clientOf(() => answers.shift() ?? "hang");
  const run = (f: string, value: unknown = null) => client.invoke({ f, key: 1, value }, never);
  expect(await run("increment", 1)).toEqual({ type: "ok" });
  expect(await run("read", 0)).toEqual({ type: "ok", value: 4 });
  expect(await run("read", 0)).toEqual({ type: "ok", value: 0 });
  expect(await run("enqueue", 9)).toEqual({ type: "ok" });
  expect(await run("dequeue")).toEqual({ type: "ok", value: 9 });
  expect(await run("dequeue")).toEqual({ type: "ok", value: null });
  expect(await run("acquire", "p1")).toEqual({ type: "ok" });
  expect(await run("acquire", "p2")).toEqual({ type: "fail", error: "held" });
  expect(await run("release", "p1")).toEqual({ type: "ok" });
  expect(await run("release", "p1")).toEqual({ type: "fail", error: "not held" });
  expect(commandsOf(0).map(([name, ...args]) => [name, ...(name === "EVAL" ? args.slice(1) : args)])).toEqual([
    ["INCRBY", "k:1", "1"],
    ["GET", "k:1"],
    ["GET", "k:1"],
    ["RPUSH", "k:1", "9"],
    ["LPOP", "k:1"],
    ["LPOP", "k:1"],
    ["SET", "k:1", '"p1"', "NX"],
    ["SET", "k:1", '"p2"', "NX"],
    ["EVAL", "1", "k:1", '"p1"'],
    ["EVAL", "1", "k:1", '"p1"'],
  ]);
});

/** Counters, queues and mutexes against a scripted gateway: what is asked, and what each ending proves. */
import { afterEach, expect, test } from "vitest";
import type { Client } from "../../core/system.js";
import { testCluster } from "../testing/ports-cluster.js";
import { toBase64 } from "./codec.js";
import { etcdDefinition } from "./etcd.js";
import { type Answer, type ScriptedEtcd, scriptedEtcd } from "./testing/scripted-etcd.js";

let server: ScriptedEtcd;
let client: Client | undefined;
afterEach(async () => {
  await client?.close();
  await server.close();
});

const never = new AbortController().signal;

/** A client of a server that answers in turn, the last answer again and again. */
async function clientOf(answers: Answer[], options = {}): Promise<Client> {
  server = await scriptedEtcd(() => (answers.length > 1 ? answers.shift() : answers[0]) as Answer);
  client = await etcdDefinition.create(options).open(testCluster([server.port]), "n1", never);
  return client;
}

const key = toBase64("k/1/");
const holding = (place: string, value: string, revision: string): Answer => [
  200,
  { kvs: [{ key: toBase64(place), value: toBase64(value), mod_revision: revision }] },
];
const EMPTY: Answer = [200, {}];
const DONE: Answer = [200, { succeeded: true, header: { revision: "12" } }];
const refused: Answer = [503, { message: "etcdserver: too many requests" }];

test("increment adds to what it saw, if that is still there", async () => {
  const client = await clientOf([holding("k/1/", "4", "9"), DONE, EMPTY, DONE, holding("k/1/", "4", "9"), EMPTY]);
  const run = () => client.invoke({ f: "increment", key: 1, value: 2 }, never);
  expect(await run()).toEqual({ type: "ok" });
  expect(await run()).toEqual({ type: "ok" });
  expect(await run()).toEqual({ type: "fail", error: "conflict" });
  expect([1, 3].map((i) => server.requests[i]?.body)).toEqual([
    {
      compare: [{ key, target: "MOD", result: "EQUAL", mod_revision: "9" }],
      success: [{ request_put: { key, value: toBase64("6") } }],
    },
    {
      compare: [{ key, target: "MOD", result: "EQUAL", mod_revision: "0" }],
      success: [{ request_put: { key, value: toBase64("2") } }],
    },
  ]);
});

test("a counter nobody incremented reads as the invocation says", async () => {
  const client = await clientOf([EMPTY, holding("k/1/", "4", "9")]);
  expect(await client.invoke({ f: "read", key: 1, value: 0 }, never)).toEqual({ type: "ok", value: 0 });
  expect(await client.invoke({ f: "read", key: 1, value: 0 }, never)).toEqual({ type: "ok", value: 4 });
});

test("a queue gives the element that was made first, and null where there is none", async () => {
  const first = holding("k/1/7", "", "9");
  const client = await clientOf([DONE, first, DONE, first, EMPTY, EMPTY]);
  expect(await client.invoke({ f: "enqueue", key: 1, value: 7 }, never)).toEqual({ type: "ok" });
  const run = () => client.invoke({ f: "dequeue", key: 1, value: null }, never);
  expect(await run()).toEqual({ type: "ok", value: 7 });
  expect(await run()).toEqual({ type: "fail", error: "conflict" });
  expect(await run()).toEqual({ type: "ok", value: null });
  expect(server.requests.slice(0, 3).map(({ body }) => body)).toEqual([
    { key: toBase64("k/1/7"), value: "" },
    { key, range_end: toBase64("k/10"), limit: 1, sort_order: "ASCEND", sort_target: "CREATE" },
    {
      compare: [{ key: toBase64("k/1/7"), target: "MOD", result: "EQUAL", mod_revision: "9" }],
      success: [{ request_delete_range: { key: toBase64("k/1/7") } }],
    },
  ]);
});

test("a mutex is made if it is absent, its revision is the token, and its owner alone deletes it", async () => {
  const client = await clientOf([DONE, EMPTY, DONE, EMPTY]);
  const run = (f: string) => client.invoke({ f, key: 1, value: "p3" }, never);
  expect(await run("acquire")).toEqual({ type: "ok", value: 12 });
  expect(await run("acquire")).toEqual({ type: "fail", error: "held" });
  expect(await run("release")).toEqual({ type: "ok" });
  expect(await run("release")).toEqual({ type: "fail", error: "not held" });
  expect([0, 2].map((i) => server.requests[i]?.body)).toEqual([
    {
      compare: [{ key, target: "CREATE", result: "EQUAL", create_revision: "0" }],
      success: [{ request_put: { key, value: toBase64('"p3"') } }],
    },
    {
      compare: [{ key, target: "VALUE", result: "EQUAL", value: toBase64('"p3"') }],
      success: [{ request_delete_range: { key } }],
    },
  ]);
});

test("with lock-ttl a mutex is bound to a lease; without the lease it is not tried", async () => {
  const client = await clientOf([[200, { ID: "77", TTL: "2" }], DONE, refused], { "lock-ttl": "2" });
  const run = () => client.invoke({ f: "acquire", key: 1, value: "p3" }, never);
  expect(await run()).toEqual({ type: "ok", value: 12 });
  expect(await run()).toEqual({ type: "fail", error: "no lease: etcdserver: too many requests" });
  expect(server.requests.map(({ path }) => path)).toEqual(["/v3/lease/grant", "/v3/kv/txn", "/v3/lease/grant"]);
  expect(server.requests[0]?.body).toEqual({ TTL: 2 });
  expect(server.requests[1]?.body).toMatchObject({ success: [{ request_put: { lease: "77" } }] });
});

test.each(["increment", "dequeue"])(
  "%s that could not look did nothing; one whose write got no answer is info",
  async (f) => {
    const client = await clientOf([refused, holding("k/1/7", "7", "9"), "break"]);
    const run = () => client.invoke({ f, key: 1, value: 1 }, never);
    expect((await run()).type).toBe("fail");
    expect((await run()).type).toBe("info");
  },
);

test.each(["enqueue", "acquire", "release"])("%s without an answer is info", async (f) => {
  const client = await clientOf(["break"]);
  expect((await client.invoke({ f, key: 1, value: "p3" }, never)).type).toBe("info");
});

test("a lock-ttl that is no number is refused", () => {
  expect(() => etcdDefinition.create({ "lock-ttl": "soon" })).toThrow(/whole number of seconds/);
});

/** The driver against a scripted gateway: which endings it calls definite, and what exactly it asks. */
import { afterEach, expect, test } from "vitest";
import type { Invocation } from "../../core/op.js";
import type { Client } from "../../core/system.js";
import { testCluster } from "../testing/ports-cluster.js";
import { toBase64 } from "./codec.js";
import { etcdDefinition } from "./etcd.js";
import { type Answer, type Request, type ScriptedEtcd, scriptedEtcd } from "./testing/scripted-etcd.js";

let server: ScriptedEtcd;
let client: Client | undefined;
afterEach(async () => {
  await client?.close();
  await server.close();
});

const never = new AbortController().signal;

async function clientOf(script: (request: Request) => Answer, options = {}): Promise<Client> {
  server = await scriptedEtcd(script);
  client = await etcdDefinition.create(options).open(testCluster([server.port]), "n1", never);
  return client;
}

/** Answers in turn; the last one again and again. */
const inTurn =
  (...answers: Answer[]) =>
  () =>
    (answers.length > 1 ? answers.shift() : answers[0]) as Answer;
const holding = (value: unknown, revision = "7"): Answer => [
  200,
  { kvs: [{ key: toBase64("k/1/"), value: toBase64(JSON.stringify(value)), mod_revision: revision }], count: "1" },
];
const EMPTY: Answer = [200, { header: { revision: "42" } }];
const refusal = (message: string): Answer => [503, { error: message, code: 14, message }];
const write: Invocation = { f: "write", key: 1, value: 5 };
const read: Invocation = { f: "read", key: 1, value: null };
const cas: Invocation = { f: "cas", key: 1, value: [5, 6] };

test.each([
  ["etcdserver: too many requests", "fail"],
  ["etcdserver: request is too large", "fail"],
  ["etcdserver: not capable", "fail"],
  ["etcdserver: leader changed", "info"],
  ["etcdserver: request timed out", "info"],
  ["etcdserver: request timed out, possibly due to previous leader failure", "info"],
  ["etcdserver: request timed out, possibly due to connection lost", "info"],
  ["etcdserver: server stopped", "info"],
  ["etcdserver: no leader", "info"],
  ["etcdserver: mvcc: database space exceeded", "info"],
  ["raft proposal dropped", "info"],
  ["transport is closing", "info"],
  ["something new", "info"],
])("a write refused with %j ends as %s, a read as fail", async (message, type) => {
  const client = await clientOf(() => refusal(message));
  expect(await client.invoke(write, never)).toEqual({ type, error: message });
  expect(await client.invoke({ f: "add", value: 1 }, never)).toEqual({ type, error: message });
  expect(await client.invoke(read, never)).toEqual({ type: "fail", error: message });
  expect(server.requests).toHaveLength(3);
});

test.each([
  [write, "info"],
  [{ f: "add", value: 1 }, "info"],
  [read, "fail"],
  [{ f: "read", value: null }, "fail"],
  // The read that goes before a compare-and-set wrote nothing.
  [cas, "fail"],
])("no answer until the deadline: %j ends as %s", async (op, type) => {
  const abort = new AbortController();
  const client = await clientOf(() => {
    abort.abort();
    return "hang";
  });
  const completion = await client.invoke(op, abort.signal);
  expect(completion.type).toBe(type);
  expect(completion.error).toMatch(/timeout$/);
  expect(client.closed).toBe(true);
});

test("a connection that broke between two ops: fail, nothing was sent", async () => {
  const client = await clientOf(inTurn("break"));
  expect((await client.invoke(write, never)).type).toBe("info");
  expect(await client.invoke(write, never)).toEqual({ type: "fail", error: "connection closed" });
  expect(server.requests).toHaveLength(1);
});

test("a read returns what lies at the key: a register, a set, or nothing", async () => {
  const set: Answer = [200, { kvs: [{ key: toBase64("k/1/2") }, { key: toBase64('k/1/"a"') }] }];
  const client = await clientOf(inTurn(holding(4), holding(null), set, EMPTY));
  expect(await client.invoke(read, never)).toEqual({ type: "ok", value: 4 });
  expect(await client.invoke(read, never)).toEqual({ type: "ok", value: null });
  expect(await client.invoke(read, never)).toEqual({ type: "ok", value: [2, "a"] });
  expect(await client.invoke(read, never)).toEqual({ type: "ok", value: null });
  expect(await client.invoke({ f: "read", value: null }, never)).toEqual({ type: "ok", value: [] });
});

test("cas: compares the revision it read, and says who won", async () => {
  const client = await clientOf(inTurn(holding(5), [200, { succeeded: true }]));
  expect(await client.invoke(cas, never)).toEqual({ type: "ok" });
  const key = toBase64("k/1/");
  expect(server.requests[1]).toEqual({
    path: "/v3/kv/txn",
    body: {
      compare: [{ key, target: "MOD", result: "EQUAL", mod_revision: "7" }],
      success: [{ request_put: { key, value: toBase64("6") } }],
    },
  });
});

test("cas on another value is a mismatch, and nothing is written", async () => {
  const client = await clientOf(inTurn(holding(4)));
  expect(await client.invoke(cas, never)).toEqual({ type: "fail", error: "mismatch" });
  expect(server.requests).toHaveLength(1);
});

test("cas that lost the race is a conflict: the winner may have written the expected value again", async () => {
  const client = await clientOf(inTurn(holding(5), [200, { header: {} }]));
  expect(await client.invoke(cas, never)).toEqual({ type: "fail", error: "conflict" });
});

test("cas whose transaction got no reply is info", async () => {
  const client = await clientOf(inTurn(holding(5), "break"));
  expect((await client.invoke(cas, never)).type).toBe("info");
});

test("cas from null expects an absent key: revision 0", async () => {
  const client = await clientOf(inTurn(EMPTY, [200, { succeeded: true }]));
  expect(await client.invoke({ f: "cas", key: 1, value: [null, 6] }, never)).toEqual({ type: "ok" });
  expect(server.requests[1]?.body).toMatchObject({ compare: [{ mod_revision: "0" }] });
});

test("serializable reads are an option; the read of a cas never is one", async () => {
  const client = await clientOf(({ body }) => (body.range_end === undefined ? holding(4) : EMPTY), {
    serializable: "true",
  });
  await client.invoke(read, never);
  await client.invoke({ f: "read", value: null }, never);
  await client.invoke(cas, never);
  expect(server.requests.map(({ body }) => body.serializable ?? false)).toEqual([true, true, false]);
});

test("reads are linearizable by default", async () => {
  const client = await clientOf(() => EMPTY);
  await client.invoke(read, never);
  await client.invoke({ f: "read", value: null }, never);
  expect(server.requests.map(({ body }) => body.serializable)).toEqual([false, false]);
});

test("a set of several pages is read at the revision of the first", async () => {
  const page = (elements: readonly number[], more: boolean): Answer => [
    200,
    { header: { revision: "42" }, kvs: elements.map((n) => ({ key: toBase64(`k//${n}`) })), more, count: "9" },
  ];
  const client = await clientOf(inTurn(page([1, 2], true), page([3], false)));
  expect(await client.invoke({ f: "read", value: null }, never)).toEqual({ type: "ok", value: [1, 2, 3] });
  expect(server.requests.map(({ body }) => [body.key, body.revision, body.serializable])).toEqual([
    [toBase64("k//"), undefined, false],
    [toBase64("k//2\0"), "42", true],
  ]);
});

test("a page that does not come makes the whole read fail", async () => {
  const first: Answer = [200, { header: { revision: "42" }, kvs: [{ key: toBase64("k//1") }], more: true }];
  const client = await clientOf(inTurn(first, refusal("etcdserver: mvcc: required revision has been compacted")));
  expect((await client.invoke({ f: "read", value: null }, never)).type).toBe("fail");
});

test("txn: reads see the snapshot and the transaction's own writes; all of it is guarded", async () => {
  const snapshot: Answer = [
    200,
    {
      succeeded: true,
      responses: [
        { response_range: { kvs: [{ key: toBase64('t/"x"'), value: toBase64("[1]"), mod_revision: "3" }] } },
        { response_range: {} },
      ],
    },
  ];
  const client = await clientOf(inTurn(snapshot, [200, { succeeded: true }]));
  const value = [
    ["r", "x", null],
    ["append", "x", 2],
    ["r", "x", null],
    ["w", "y", 9],
    ["r", "y", null],
    ["r", "z", null],
  ];
  expect(await client.invoke({ f: "txn", value }, never)).toEqual({
    type: "ok",
    value: [
      ["r", "x", [1]],
      ["append", "x", 2],
      ["r", "x", [1, 2]],
      ["w", "y", 9],
      ["r", "y", 9],
      ["r", "z", null],
    ],
  });
  expect(server.requests[1]?.body).toMatchObject({
    compare: [
      { key: toBase64('t/"x"'), mod_revision: "3" },
      { key: toBase64('t/"z"'), mod_revision: "0" },
    ],
    success: [{ request_put: { value: toBase64("[1,2]") } }, { request_put: { value: toBase64("9") } }],
  });
});

test("txn: what is overwritten unread is neither read nor guarded", async () => {
  const client = await clientOf(inTurn([200, { succeeded: true }]));
  const value = [
    ["w", "x", 1],
    ["w", "y", 2],
    ["append", "y", 3],
    ["r", "x", null],
  ];
  expect(await client.invoke({ f: "txn", value }, never)).toMatchObject({ type: "ok", value: { 3: ["r", "x", 1] } });
  expect(server.requests).toEqual([
    {
      path: "/v3/kv/txn",
      body: {
        compare: [],
        success: [
          { request_put: { key: toBase64('t/"x"'), value: toBase64("1") } },
          { request_put: { key: toBase64('t/"y"'), value: toBase64("[3]") } },
        ],
      },
    },
  ]);
});

test("txn: a reply without its ranges is no proof that nothing was there", async () => {
  const client = await clientOf(inTurn([200, { header: {} }]));
  expect((await client.invoke({ f: "txn", value: [["r", "x", null]] }, never)).type).toBe("fail");
});

test("txn: a lost race is fail, a lost reply is info, reads alone write nothing", async () => {
  const snapshot: Answer = [200, { responses: [{ response_range: {} }] }];
  const append: Invocation = { f: "txn", value: [["append", "x", 1]] };
  const client = await clientOf(inTurn(snapshot, [200, {}], snapshot, snapshot, "break"));
  expect(await client.invoke(append, never)).toEqual({ type: "fail", error: "conflict" });
  const reading: Invocation = { f: "txn", value: [["r", "x", null]] };
  expect(await client.invoke(reading, never)).toEqual({ type: "ok", value: [["r", "x", null]] });
  expect(server.requests).toHaveLength(3);
  expect((await client.invoke(append, never)).type).toBe("info");
});

test.each<[string, Answer, RegExp]>([
  ["answers nothing", "hang", /n1 did not answer a status request: timeout/],
  ["resets the connection", "break", /n1 did not answer a status request/],
  ["refuses", refusal("etcdserver: not capable"), /n1 did not answer a status request: etcdserver: not capable/],
])("no client is handed out for a node that %s", async (_, status, message) => {
  server = await scriptedEtcd(() => [200, {}], status);
  const open = etcdDefinition.create({}).open(testCluster([server.port]), "n1", AbortSignal.timeout(300));
  await expect(open).rejects.toThrow(message);
});

test("an option that is neither true nor false is refused", () => {
  expect(() => etcdDefinition.create({ serializable: "yes" })).toThrow(/true or false/);
});

test("the members of a static bootstrap know each other by their addresses", () => {
  const layout = { nodes: ["n1", "n2"], address: (node: string) => `198.18.0.1${node.slice(1)}` };
  const spec = etcdDefinition.create({}).container?.("n2", layout);
  expect(spec?.command).toContain("--initial-cluster=n1=http://198.18.0.11:2380,n2=http://198.18.0.12:2380");
  expect(spec?.command).toContain("--advertise-client-urls=http://198.18.0.12:2379");
});

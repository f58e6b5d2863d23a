/** The driver of the bundled nodes against scripted answers: what goes over the wire, and how each answer ends an op. */
import { expect, test } from "vitest";
import type { Invocation } from "../../core/op.js";
import { type Cluster, RequestError } from "../../core/runtime.js";
import { KvClient } from "./client.js";

const never = new AbortController().signal;

function clientOf(answer: () => unknown): { client: KvClient; bodies: Record<string, unknown>[] } {
  const bodies: Record<string, unknown>[] = [];
  const cluster = {
    request: async (_: string, body: unknown) => {
      bodies.push(body as Record<string, unknown>);
      return answer();
    },
  } as unknown as Cluster;
  return { client: new KvClient(cluster, "n1", "c1"), bodies };
}

const mixed: Invocation = {
  f: "txn",
  value: [
    ["r", 1, null],
    ["append", 1, 2],
  ],
};
const reading: Invocation = { f: "txn", value: [["r", 1, null]] };

test("a transaction has no key; one that only reads has a name of its own on the wire", async () => {
  const results = [
    ["r", 1, [5]],
    ["append", 1, 2],
  ];
  const { client, bodies } = clientOf(() => ({ type: "ok", value: results, by: "n2" }));
  expect(await client.invoke(mixed, never)).toEqual({ type: "ok", value: results, via: "n2" });
  await client.invoke(reading, never);
  expect(bodies).toEqual([
    { f: "txn", value: mixed.value, client: "c1", seq: 1 },
    { f: "read-txn", value: reading.value, client: "c1", seq: 2 },
  ]);
});

test("without an answer a transaction that writes is info, one that only reads is fail", async () => {
  const { client } = clientOf(() => {
    throw new RequestError("reset", true);
  });
  expect((await client.invoke(mixed, never)).type).toBe("info");
  expect((await client.invoke(reading, never)).type).toBe("fail");
});

test("an ok without results proves nothing: it never stands for reads of null", async () => {
  const { client } = clientOf(() => ({ type: "ok" }));
  expect((await client.invoke(mixed, never)).type).toBe("info");
  expect((await client.invoke(reading, never)).type).toBe("fail");
  expect((await client.invoke({ f: "dequeue", key: 1, value: null }, never)).type).toBe("info");
});

test("dequeue returns what it took, acquire its token; other writes keep their value", async () => {
  const { client } = clientOf(() => ({ type: "ok", value: 9 }));
  expect(await client.invoke({ f: "dequeue", key: 1, value: null }, never)).toEqual({ type: "ok", value: 9 });
  expect(await client.invoke({ f: "acquire", key: 1, value: 3 }, never)).toEqual({ type: "ok", value: 9 });
  expect(await client.invoke({ f: "write", key: 1, value: 3 }, never)).toEqual({ type: "ok" });
});

test("an absent key reads as what the invocation says", async () => {
  const { client } = clientOf(() => ({ type: "ok", value: null }));
  expect(await client.invoke({ f: "read", key: 1, value: 0 }, never)).toEqual({ type: "ok", value: 0 });
  expect(await client.invoke({ f: "read", key: 1, value: null }, never)).toEqual({ type: "ok", value: null });
  expect(await client.invoke({ f: "read", value: null }, never)).toEqual({ type: "ok", value: [] });
});

/** What the transport proves about a request that brought no reply, and that it never sends one twice. */
import { afterEach, expect, test } from "vitest";
import { Gateway } from "./gateway.js";
import { type Answer, type ScriptedEtcd, scriptedEtcd } from "./testing/scripted-etcd.js";

let server: ScriptedEtcd | undefined;
let gateway: Gateway | undefined;
afterEach(async () => {
  gateway?.close();
  await server?.close();
});

async function gatewayTo(script: () => Answer): Promise<{ gateway: Gateway; server: ScriptedEtcd }> {
  server = await scriptedEtcd(script);
  gateway = new Gateway("127.0.0.1", server.port);
  return { gateway, server };
}

const never = new AbortController().signal;
const put = (to: Gateway, signal = never) => to.post("/v3/kv/put", { key: "a" }, signal);

test("replies come with their status, and the connection is kept", async () => {
  const { gateway, server } = await gatewayTo(() => [503, { message: "m" }]);
  expect(gateway.connected).toBe(false);
  for (let i = 0; i < 3; i++)
    expect(await put(gateway)).toEqual({ kind: "reply", status: 503, body: { message: "m" } });
  expect(gateway.connected).toBe(true);
  expect(server.connections()).toBe(1);
});

test("a refused connection proves that nothing was sent", async () => {
  const { gateway, server } = await gatewayTo(() => [200, {}]);
  await server.close();
  expect(await put(gateway)).toEqual({ kind: "broken", sent: false, reason: "ECONNREFUSED" });
});

test("a kept connection that breaks under the second request: sent, and not sent again", async () => {
  const answers: Answer[] = [[200, {}], "break"];
  const { gateway, server } = await gatewayTo(() => answers.shift() ?? [200, {}]);
  expect((await put(gateway)).kind).toBe("reply");
  expect(await put(gateway)).toMatchObject({ kind: "broken", sent: true });
  expect(gateway.connected).toBe(false);
  expect(server.requests).toHaveLength(2);
});

test("a deadline ends the wait and the connection", async () => {
  const abort = new AbortController();
  const { gateway } = await gatewayTo(() => {
    abort.abort();
    return "hang";
  });
  expect(await put(gateway, abort.signal)).toEqual({ kind: "broken", sent: true, reason: "timeout" });
  expect(gateway.connected).toBe(false);
});

test("a deadline that has passed already: nothing is sent", async () => {
  const { gateway, server } = await gatewayTo(() => [200, {}]);
  expect(await put(gateway, AbortSignal.abort())).toEqual({ kind: "broken", sent: false, reason: "timeout" });
  expect(server.connections()).toBe(0);
});

test("a body that is not JSON leaves open what happened", async () => {
  const { gateway } = await gatewayTo(() => [404, "404 page not found"]);
  expect(await put(gateway)).toEqual({ kind: "broken", sent: true, reason: "HTTP 404: not JSON" });
});

test("closing ends a request under way", async () => {
  const { gateway } = await gatewayTo(() => {
    setImmediate(() => gateway.close());
    return "hang";
  });
  expect(await put(gateway)).toMatchObject({ kind: "broken", sent: true });
});

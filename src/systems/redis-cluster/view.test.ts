/** Views parsed from what a real Redis 8 printed, and what counts as settled. */
import { expect, test } from "vitest";
import { isSettled, ownership, parseView, slotsOwned } from "./view.js";

const INFO = "cluster_state:ok\r\ncluster_slots_assigned:16384\r\n";
const IN_SYNC = "role:slave\r\nmaster_link_status:up\r\nmaster_sync_in_progress:0\r\n";
const PRIMARY = "role:master\r\nconnected_slaves:1\r\n";
const lines = (over: Readonly<Record<string, string>> = {}): string =>
  Object.values({
    n1: "a1 198.18.0.11:6379@16379 myself,master - 0 0 1 connected 0-5460",
    n2: "a2 198.18.0.12:6379@16379 master - 0 1700000000100 2 connected 5461-10922",
    n3: "a3 198.18.0.13:6379@16379 master - 0 1700000000200 3 connected 10923-16383",
    n4: "a4 198.18.0.14:6379@16379 slave a1 0 1700000000300 1 connected",
    ...over,
  }).join("\n");
const view = (over = {}, info = INFO, replication = PRIMARY) => parseView(info, lines(over), replication);

test("a settled primary", () => {
  expect(slotsOwned(view())).toBe(16384);
  expect(view().myself).toMatchObject({ id: "a1", address: "198.18.0.11", epoch: 1, ranges: [[0, 5460]] });
  expect(isSettled(view(), 4)).toBe(true);
});

test("a settled replica needs its link and its first synchronization", () => {
  const roles = {
    n1: "a1 198.18.0.11:6379@16379 master - 0 0 1 connected 0-5460",
    n4: "a4 198.18.0.14:6379@16379 myself,slave a1 0 1 1 connected",
  };
  expect(isSettled(view(roles, INFO, IN_SYNC), 4)).toBe(true);
  expect(isSettled(view(roles, INFO, IN_SYNC.replace("status:up", "status:down")), 4)).toBe(false);
  expect(isSettled(view(roles, INFO, IN_SYNC.replace("progress:0", "progress:1")), 4)).toBe(false);
});

test.each([
  ["the state is fail", {}, "cluster_state:fail\r\n"],
  ["a slot has no owner", { n2: "a2 198.18.0.12:6379@16379 master - 0 1 2 connected 5461-10921" }, INFO],
  ["a node is suspected", { n3: "a3 198.18.0.13:6379@16379 master,fail? - 1 1 3 connected 10923-16383" }, INFO],
  ["a node is not connected", { n4: "a4 198.18.0.14:6379@16379 slave a1 0 1 1 disconnected" }, INFO],
  [
    "it is a primary without slots (replaced while it was away)",
    {
      n1: "a1 198.18.0.11:6379@16379 myself,master - 0 0 1 connected",
      n4: "a4 198.18.0.14:6379@16379 master - 0 1 7 connected 0-5460",
    },
    INFO,
  ],
])("not settled: %s", (_, over, info) => {
  expect(isSettled(view(over, info), 4)).toBe(false);
});

test("not settled: a node is unknown", () => {
  expect(isSettled(view(), 5)).toBe(false);
});

test("slots on the move and single slots", () => {
  const moving = view({ n1: "a1 198.18.0.11:6379@16379 myself,master - 0 0 1 connected 0-5459 5460 [93-<-a2]" });
  expect(moving.myself.ranges).toEqual([
    [0, 5459],
    [5460, 5460],
  ]);
});

test("ownership differs where an owner differs, whatever the order of the lines", () => {
  const moved = {
    n1: "a1 198.18.0.11:6379@16379 myself,slave a4 0 0 7 connected",
    n4: "a4 198.18.0.14:6379@16379 master - 0 1 7 connected 0-5460",
  };
  expect(ownership(view(moved))).not.toBe(ownership(view()));
  const reordered = parseView(INFO, lines().split("\n").reverse().join("\n"), PRIMARY);
  expect(ownership(reordered)).toBe(ownership(view()));
});

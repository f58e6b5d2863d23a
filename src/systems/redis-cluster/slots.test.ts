/** Slots against published values, and against what a real server says in cluster.docker.test.ts. */
import { expect, test } from "vitest";
import { slotOf } from "./slots.js";

test("the check value of CRC16/XMODEM (Redis Cluster specification, appendix A)", () => {
  expect(slotOf("123456789")).toBe(0x31c3);
});

test("only the first hash tag counts, and an empty one does not (the specification's examples)", () => {
  expect(slotOf("{user1000}.following")).toBe(slotOf("{user1000}.followers"));
  expect(slotOf("foo{{bar}}zap")).toBe(slotOf("{bar"));
  expect(slotOf("foo{bar}{zap}")).toBe(slotOf("bar"));
  // What CLUSTER KEYSLOT of a real server says of it.
  expect(slotOf("foo{}{bar}")).toBe(8363);
});

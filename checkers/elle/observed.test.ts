/** A store that does nothing must never pass: what has to be seen before transactions are called valid. */
import { expect, test } from "vitest";
import { checkListAppend, checkRwRegister } from "./index.js";
import { h } from "./testing/txns.js";

const register = (...lines: readonly string[]) => checkRwRegister(h(...lines), { linearizableKeys: true });

test.each<[unknown, readonly string[]]>([
  ["unknown", ["0!: ax1", "1: rx[]", "2: rx_"]],
  ["unknown", ["0?: ax1", "1: rx[]"]],
  ["unknown", ["1: rx[]"]],
  ["unknown", ["0: ax1", "1!: rx[]"]],
  // Acknowledged, and not there afterwards.
  [false, ["0: ax1", "1: rx[]"]],
  [true, ["0: ax1", "1: rx[1]"]],
  [true, ["0?: ax1", "1: rx[1]"]],
  [true, ["0( ax1", "1: rx[]", "0)"]],
])("list-append: %s for %j", (valid, lines) => {
  expect(checkListAppend(h(...lines)).valid).toBe(valid);
});

test.each<[unknown, readonly string[]]>([
  ["unknown", ["0!: wx1", "1: rx_"]],
  ["unknown", ["0?: wx1", "1: rx_"]],
  [false, ["0: wx1", "1: rx_"]],
  [true, ["0: wx1", "1: rx1"]],
  [true, ["0( wx1", "1: rx_", "0)"]],
])("rw-register: %s for %j", (valid, lines) => {
  expect(register(...lines).valid).toBe(valid);
});

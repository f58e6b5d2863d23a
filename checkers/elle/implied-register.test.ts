/** What the asked-for model implies of versions refutes that model, and nothing weaker. */
import { expect, test } from "vitest";
import { checkImpliedRegister, claimsOf } from "./implied-register.js";
import { checkRwRegister } from "./index.js";
import { h } from "./testing/txns.js";

test("only what the consistency asked for implies is claimed of the order of versions", () => {
  for (const name of ["strict-serializable", "strong-serializable", "PL-SS"]) {
    expect(claimsOf(name)).toEqual({ linearizableKeys: true, wfrKeys: true });
  }
  for (const name of ["serializable", "PL-3", "snapshot-isolation", "PL-SI"]) {
    expect(claimsOf(name)).toEqual({ linearizableKeys: false, wfrKeys: true });
  }
  for (const name of ["read-committed", "PL-2", "repeatable-read", "read-uncommitted"]) {
    expect(claimsOf(name)).toEqual({ linearizableKeys: false, wfrKeys: false });
  }
});

test("an acknowledged write that is lost rules out strict serializability, and nothing weaker", () => {
  const history = h("0: wx1", "1: wx2", "0: rx1");
  const claimed = checkRwRegister(history, { linearizableKeys: true });
  expect(claimed.not, "the claim taken at its word").toContain("read-uncommitted");
  const verdict = checkImpliedRegister(history, "strict-serializable");
  expect(verdict).toMatchObject({ valid: false, not: ["strong-serializable"], alsoNot: [] });
  expect(verdict.anomalyTypes).toEqual(claimed.anomalyTypes);
  expect(verdict.witnesses).toBeDefined();
  expect(verdict.summary).toContain("given the order of versions that strict-serializable implies");
});

test("what is found without any claim keeps its full weight", () => {
  const history = h("0!: wx1", "1: rx1");
  const verdict = checkImpliedRegister(history, "strict-serializable");
  expect(verdict).toMatchObject({ valid: false, anomalyTypes: ["G1a"] });
  expect(verdict.not).toEqual(checkRwRegister(history).not);
  expect(verdict.alsoNot).toContain("strong-serializable");
  expect(verdict.summary).not.toContain("given");
});

test("a model that implies nothing is judged as it is", () => {
  const history = h("0: wx1", "1: wx2", "0: rx1");
  expect(checkImpliedRegister(history, "read-committed").valid).toBe(true);
});

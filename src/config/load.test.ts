/** A mistake in a configuration is one line that names the contract and the field; no plug-in's nonsense becomes green. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { scratch } from "../cli/testing/cli.js";
import { UsageError } from "../core/errors.js";
import { extend } from "./extend.js";
import { findConfig } from "./find.js";
import { loadConfig } from "./load.js";

const folder = scratch();
afterAll(() => folder.remove());

async function load(text: string, name = "cap-test.config.yaml") {
  writeFileSync(join(folder.path, name), text);
  return loadConfig(name, folder.path);
}

async function problem(text: string, name?: string): Promise<string> {
  try {
    await load(text, name);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error("it was accepted");
}

describe("a YAML configuration", () => {
  it("is read, its options as words", async () => {
    const { config, lineOf } = await load(
      "defaults: { timeLimit: 5 }\ncontracts:\n  - name: a\n    systemOpts: { wait: 1, sloppy: true }\n    concurrency: 4\n",
    );
    expect(config.contracts?.[0]).toMatchObject({
      name: "a",
      systemOpts: { wait: "1", sloppy: "true" },
      concurrency: "4",
    });
    expect(lineOf("a")).toBe(3);
  });

  it.each([
    ["contracts:\n  - { name: a, nemesys: kill }", /contract "a": unknown field "nemesys". Did you mean nemesis\?/],
    ["contracts:\n  - { name: a }\n  - { system: etcd }", /contract 2: name is missing; it takes a text/],
    ["contracts:\n  - { name: a, timeLimit: soon }", /contract "a": timeLimit is "soon"; it takes a number of seconds/],
    ["contracts:\n  - { name: a, timeLimit: 0 }", /timeLimit is 0; it takes a number of seconds above 0/],
    ["contracts:\n  - { name: a, repeat: 1.5 }", /repeat is 1.5; it takes a whole number of 1 or more/],
    ["contracts:\n  - { name: a, runtime: dokcer }", /runtime is "dokcer"; it takes auto, docker or simulation/],
    ["contracts:\n  - { name: a, concurrency: 2m }", /concurrency is "2m"; it takes a whole number/],
    ["contracts:\n  - { name: a, expect: { p99Ms: [1] } }", /expect.p99Ms is \[1\]; it takes true, false, a class/],
    ["contracts:\n  - { name: a, systemOpts: { r: [1] } }", /systemOpts.r is \[1\]; it takes a text, a number/],
    ["contracts:\n  - { name: a, tags: nightly }", /tags is "nightly"; it takes a list of words/],
    ["contracts:\n  - a", /contract 1: it is "a"; it takes a contract/],
    ["contracts: a", /contracts is "a"; it takes a list of contracts/],
    ["contract: []", /unknown field "contract". Did you mean contracts\?/],
    ["defaults: { systm: etcd }", /defaults: unknown field "systm". Did you mean system\?/],
    ["- a", /it is \["a"\]; it takes a map/],
    ["contracts:\n  - { name: a }\n  - { name: a }", /two contracts are called "a"/],
    ["contracts:\n  - { name: a\n  x", /cap-test.config.yaml:\d+:\d+: /],
  ])("%j", async (text, expected) => {
    expect(await problem(text)).toMatch(expected);
  });
});

let bad = 0;

describe("a configuration module", () => {
  it("is TypeScript, and finds cap-test without an installation", async () => {
    const { config } = await load(
      `import { defineConfig, type Config, UsageError } from "cap-test";
       import { linearizableChecker, statsChecker } from "cap-test/checkers";
       const config: Config = { contracts: [{ name: statsChecker().name + typeof UsageError }] };
       export default defineConfig(config);`.replace("linearizableChecker, ", ""),
      "own.config.ts",
    );
    expect(config.contracts).toEqual([{ name: "statsfunction" }]);
  });

  it.each([
    ["throw new Error('no luck\\nat all')", /^bad\d.mjs cannot be loaded: no luck$/],
    ["export const config = {}", /^bad\d.mjs has no default export/],
    ["export default {", /^bad\d.mjs cannot be loaded: /],
    ["import 'not-there'; export default {}", /cannot be loaded: .*not-there/],
    ["export default { systems: [{ name: 'own' }] }", /system "own": summary is missing; it takes a text/],
    [
      "export default { workloads: [{ name: 'w', summary: 's', needs: [], options: [], create: 3 }] }",
      /workload "w": create is 3; it takes a function: create\(context\)/,
    ],
    ["export default { checkers: [{ name: 'c' }] }", /checker "c": check is missing; it takes a function/],
  ])("%j", async (text, expected) => {
    // Modules are cached by their path.
    expect(await problem(text, `bad${bad++}.mjs`)).toMatch(expected);
  });

  it("may not take a bundled name", async () => {
    const loaded = await load(
      "export default { workloads: [{ name: 'set', summary: 's', needs: [], options: [], create: () => ({}) }] }",
      "taken.config.mjs",
    );
    expect(() => extend(loaded)).toThrow(/there is a bundled workload "set" already/);
  });
});

describe("finding it", () => {
  it("finds none, one, and refuses to choose between two", () => {
    const empty = scratch();
    expect(findConfig(empty.path)).toBeUndefined();
    writeFileSync(join(empty.path, "cap-test.config.mjs"), "");
    expect(findConfig(empty.path)).toBe("cap-test.config.mjs");
    writeFileSync(join(empty.path, "cap-test.config.yml"), "");
    expect(() => findConfig(empty.path)).toThrow(/cap-test.config.mjs and cap-test.config.yml; choose one/);
    empty.remove();
  });
});

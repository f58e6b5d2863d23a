/** Bad input gets one clear line and 254; nothing here needs Docker. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Op } from "../core/op.js";
import { formatHistory } from "../history/index.js";
import { runCli, scratch } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());

/** A DOCKER_HOST where nothing listens. */
const noDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };
const cli = (line: string) => runCli(line.split(" "), folder.path, noDocker);

const op = (index: number, process: number, type: Op["type"], f: string, value: unknown): Op => ({
  index,
  time: index,
  process,
  type,
  f,
  value,
});

function store(name: string, ops: readonly Op[], tail = ""): void {
  writeFileSync(join(folder.path, name), formatHistory(ops) + tail);
}

const good = [
  op(0, 0, "invoke", "write", 1),
  op(1, 0, "ok", "write", 1),
  op(2, 0, "invoke", "read", null),
  op(3, 0, "ok", "read", 1),
];
const stale = [
  ...good,
  op(4, 1, "invoke", "write", 2),
  op(5, 1, "ok", "write", 2),
  op(6, 0, "invoke", "read", null),
  op(7, 0, "ok", "read", 1),
];

describe("bad usage", () => {
  it.each([
    ["run --system etc", /unknown system "etc". Did you mean etcd\? There are: /],
    ["run --workload registr", /unknown workload "registr". Did you mean register\?/],
    ["run --system kv-async --nemesis partitoin", /unknown nemesis "partitoin". Did you mean partition\?/],
    ["run --system kv-async --nemesis partition:half", /unknown kind of partition "half"/],
    ["run --system kv-async --runtime simulation --nemesis kill:leader", /unknown kind of kill/],
    ["run --time-limit soon", /Not a number/],
    ["run --nodes 1 --system redis-cluster", /runs on \d+ to 25 nodes/],
    ["run --concurrency 0n --system kv-async", /--concurrency 0n/],
    ["run --system etcd --system-opt serialisable=true", /Did you mean serializable\?/],
    ["run --system etcd --system-opt serializable=maybe", /takes true, false|takes false, true/],
    ["run --system etcd --runtime simulation", /does not run on the simulation runtime/],
    ["run --system etcd", /needs Docker, and no Docker engine answers/],
    ["sweep --seeds 0", /--seeds 0/],
    ["sweep --shard 3/2", /--shard 3\/2/],
    ["sweep --runtime docker", /runs in the simulation/],
    ["sweep --merge missing.json", /missing.json/],
    ["run --system kv-raft --system-opt bug=local-raeds", /Did you mean local-reads\?/],
    ["run --plan missing.json", /missing.json: no such file/],
    ["run --plan missing.json --workload set", /leave out --workload/],
    ["check missing.jsonl", /missing.jsonl: no such file/],
    ["check . --model registr", /Did you mean register\?/],
    ["list sytems", /Did you mean systems\?/],
    ["runn", /unknown command/],
    ["run --nodez 3", /unknown option/],
  ])("%s", async (line, expected) => {
    const { code, stdout, stderr } = await cli(line);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code, stdout + stderr).toBe(254);
  });
});

describe("check", () => {
  it("says valid, invalid and unknown by exit code, and one JSON value with --json", async () => {
    store("good.jsonl", good);
    store("stale.jsonl", stale);
    store("nothing.jsonl", [op(0, 0, "invoke", "write", 1), op(1, 0, "info", "write", 1)]);
    expect((await cli("check good.jsonl --model register")).code).toBe(0);
    expect((await cli("check stale.jsonl --model register")).code).toBe(1);
    const { code, stdout } = await cli("check stale.jsonl --model register --json");
    const verdict = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(verdict).toMatchObject({ file: "stale.jsonl", valid: false, model: "register", ops: 4 });
    expect(verdict.witnesses.length).toBeGreaterThan(0);
    const both = await cli("check good.jsonl stale.jsonl --json");
    expect(both.code).toBe(1);
    expect(JSON.parse(both.stdout).map((one: { valid: unknown }) => one.valid)).toEqual([true, false]);
  });

  it("judges the rest where the last line is cut off", async () => {
    store("cut.jsonl", good, '{"index":4,"time":4,"pro');
    const { code, stdout } = await cli("check cut.jsonl --model register --json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, truncatedLine: 5 });
  });

  it("names the line that is wrong", async () => {
    store("bad.jsonl", [op(0, 0, "ok", "read", 1)]);
    const { code, stderr } = await cli("check bad.jsonl --model register");
    expect(code).toBe(254);
    expect(stderr).toMatch(/bad.jsonl: .*line 1/);
    expect(stderr.trim().split("\n").length).toBe(1);
  });
});

describe("list, help and version", () => {
  it("lists what there is as JSON", async () => {
    const { code, stdout } = await cli("list systems --json");
    expect(code).toBe(0);
    const systems = JSON.parse(stdout) as { name: string; summary: string; workloads: string[] }[];
    expect(systems.find(({ name }) => name === "etcd")?.workloads).toContain("register");
    for (const topic of ["workloads", "nemeses", "checkers"]) {
      const entries = JSON.parse((await cli(`list ${topic} --json`)).stdout) as { name: string; summary: string }[];
      expect(entries.length).toBeGreaterThan(1);
      for (const { name, summary } of entries) expect(name && summary).toBeTruthy();
    }
  });

  it("helps, with examples, and exits 0", async () => {
    for (const line of ["--help", "run --help", "check --help", "list --help", "--version"]) {
      expect((await cli(line)).code).toBe(0);
    }
    expect((await cli("run --help")).stdout).toMatch(/Examples:/);
  });

  it("doctor says what to do without Docker, and exits 255", async () => {
    const { code, stdout } = await cli("doctor");
    expect(code).toBe(255);
    expect(stdout).toMatch(/Docker/i);
  });
});

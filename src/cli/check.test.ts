/** `cap-test check` as a user runs it: files in, lines or JSON and an exit code out. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { formatEdn, formatHistory } from "../history/index.js";
import { h } from "../history/testing.js";
import { runCli, scratch } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());

const cli = (...args: string[]) => runCli(args, folder.path);
const store = (name: string, text: string): void => writeFileSync(join(folder.path, name), formatHistory(h(text)));

/** One key that the near-linear method leaves to the search (a value comes twice) after the other. */
function searched(keys: number): string {
  return Array.from({ length: keys }, (_, key) => {
    const lost = key % 3 === 2 ? `${key}/2:k2` : `${key}/2:k1`;
    return `${key}/0:q1 ${key}/1:q1 ${key}/0:q2 ${key}/3:q3? ${lost}`;
  })
    .join(" ")
    .replace(/(\d+)\/3:/g, (_, key: string) => `${key}/${100 + Number(key)}:`);
}

describe("check", () => {
  it("has all fields for every model, tells the model from the ops, and takes several files", async () => {
    store("mutex.jsonl", "0:l 0:x 1:l 2:l");
    store("queue.jsonl", "0:q1 0:q2 1:k1");
    store("counter.jsonl", "0:n 1:r1");
    store("set.jsonl", "0:a1 1:r[1]");
    store("list.jsonl", "0:p1 1:r[1]");
    store("stack.jsonl", "0:u1 1:o1");
    writeFileSync(join(folder.path, "queue.edn"), formatEdn(h("0:q1 0:q2 1:k2")));
    writeFileSync(join(folder.path, "queue.jsonl.gz"), gzipSync(formatHistory(h("0:q1 0:q2 1:k2"))));
    const names = ["mutex.jsonl", "queue.jsonl", "counter.jsonl", "set.jsonl", "list.jsonl", "stack.jsonl"];
    const { code, stdout, stderr } = await cli("check", ...names, "queue.edn", "queue.jsonl.gz", "--json");
    expect(code, stderr).toBe(1);
    const verdicts = JSON.parse(stdout) as Record<string, unknown>[];
    expect(verdicts.map(({ model, valid }) => `${model} ${valid}`)).toEqual([
      "mutex false",
      "queue true",
      "counter true",
      "set true",
      "list true",
      "stack true",
      "queue false",
      "queue false",
    ]);
    for (const verdict of verdicts) {
      for (const field of ["file", "valid", "model", "summary", "ops", "parseMs", "checkMs"])
        expect(verdict).toHaveProperty(field);
      for (const field of ["anomalyTypes", "not", "alsoNot", "witnesses"]) expect(verdict[field]).toBeInstanceOf(Array);
      expect(verdict["anomalyTypes"]).toEqual(verdict["valid"] === false ? ["nonlinearizable"] : []);
    }
    expect(stderr).toMatch(/8 files: 5 valid, 3 invalid, 0 unknown; checked in \d+ ms/);
  });

  it("says the same with more threads, for one file and for several", async () => {
    store("keys.jsonl", searched(9));
    store("tight.jsonl", searched(4));
    const untimed = (text: string): unknown => JSON.parse(text.replace(/"(parse|check)Ms": [\d.]+/g, '"$1Ms": 0'));
    for (const args of [
      ["keys.jsonl", "--budget", "6"],
      ["keys.jsonl", "tight.jsonl", "missing.jsonl"],
    ]) {
      const one = await cli("check", ...args, "--model", "queue", "--json");
      const two = await cli("check", ...args, "--model", "queue", "--json", "--workers", "2");
      expect(untimed(two.stdout)).toEqual(untimed(one.stdout));
      expect(two.code).toBe(one.code);
      if (args.includes("6")) expect(one.stdout).toMatch(/"unknown": [1-9]/);
      else expect(one.stdout).toContain('"method": "search"');
    }
  });

  it("writes a page of a history from elsewhere that asks for nothing from outside", async () => {
    store("page.jsonl", "0:q1 0:q2 1:k2 1:k1");
    const { code, stdout } = await cli("check", "page.jsonl", "--html", "page.html");
    expect(code).toBe(1);
    expect(stdout).toContain("page: page.html");
    const page = readFileSync(join(folder.path, "page.html"), "utf8");
    expect(page).toContain("p1 dequeued 2 on n2");
    expect(page).toContain("cap-test check page.jsonl --html page.html");
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(page).not.toMatch(/Seed|docker|1970/);
  });

  it("goes on after a file it cannot read, and tells", async () => {
    store("fine.jsonl", "0:q1 1:k1");
    writeFileSync(join(folder.path, "twice.jsonl"), formatHistory(h("0:q1(")) + formatHistory(h("0:q2(")));
    writeFileSync(join(folder.path, "empty.jsonl"), "");
    const { code, stdout, stderr } = await cli("check", "twice.jsonl", "fine.jsonl", "empty.jsonl", "--model", "queue");
    expect(code).toBe(254);
    expect(stderr).toMatch(
      /^cap-test: twice.jsonl: line 2: process 0 invokes an op while its op at position 0 is still open\n$/,
    );
    expect(stdout).toMatch(/3 files: 1 valid, 0 invalid, 1 unknown, 1 not read/);
  });

  it("holds a stored run to the consistency asked for, and drops no option in silence", async () => {
    const line = (process: number, type: string, value: unknown) => JSON.stringify({ process, type, f: "txn", value });
    const history = [
      line(0, "invoke", [["append", "x", 1]]),
      line(0, "ok", [["append", "x", 1]]),
      line(1, "invoke", [["r", "x", null]]),
      line(1, "ok", [["r", "x", []]]),
      line(1, "invoke", [["r", "x", null]]),
      line(1, "ok", [["r", "x", [1]]]),
    ];
    const spec = {
      system: "kv-raft",
      workload: "append",
      nemesis: "none",
      nodes: ["n1"],
      concurrency: 2,
      workloadOpts: {},
    };
    mkdirSync(join(folder.path, "run"));
    writeFileSync(join(folder.path, "run/history.jsonl"), `${history.join("\n")}\n`);
    writeFileSync(join(folder.path, "run/test.json"), JSON.stringify({ ...spec, opTimeoutMs: 1000 }));
    const judged = async (...args: string[]) => {
      const { stdout } = await cli("check", "run", "--json", ...args);
      const { checkers } = JSON.parse(stdout) as { checkers: Record<string, { valid: unknown }> };
      return checkers["elle-list-append"]?.valid;
    };
    expect(await judged()).toBe(false);
    expect(await judged("--consistency", "serializable")).toBe(true);
    const { code, stderr } = await cli("check", "run", "--initial", "[]");
    expect(stderr).toMatch(/checkers of its workload append, which do not take --initial; .*--model list-append/);
    expect(code).toBe(254);
  });

  it("prints an object also for a file that cannot be read, and blames nobody for what the system says of it", async () => {
    const missing = await cli("check", "missing.jsonl", "--json");
    expect(missing.code).toBe(254);
    expect(JSON.parse(missing.stdout)).toEqual({
      file: "missing.jsonl",
      valid: "unknown",
      error: "missing.jsonl: no such file.",
    });
    mkdirSync(join(folder.path, "odd/history.jsonl"), { recursive: true });
    const { code, stderr } = await cli("check", "odd");
    expect(stderr).toMatch(/^cap-test: odd: cannot be read \(EISDIR.*\)\.\n$/);
    expect(code).toBe(254);
  });

  it("takes the initial value of registers in transactions", async () => {
    const line = (type: string, value: unknown) => JSON.stringify({ process: 0, type, f: "txn", value });
    const read = (value: unknown) => [line("invoke", [["r", "x", null]]), line("ok", [["r", "x", value]])];
    const write = [line("invoke", [["w", "x", 1]]), line("ok", [["w", "x", 1]])];
    writeFileSync(join(folder.path, "zero.jsonl"), [...read(0), ...write, ...read(1)].join("\n"));
    const code = async (...args: string[]) => (await cli("check", "zero.jsonl", ...args)).code;
    expect(await code("--initial", "0")).toBe(0);
    expect(await code("--initial", "5")).toBe(1);
    expect(await code("--initial", "5", "--model", "list-append")).toBe(254);
  });

  it("tells transactions of read and write to be a multi-register's, all of whose registers may begin alike", async () => {
    const txns = ["[[:read :x 0] [:write :y 2]]", "[[:read :y 2] [:read :z 0]]"].flatMap((value, process) =>
      ["invoke", "ok"].map((type) => `{:process ${process} :type :${type} :f :txn :value ${value}}`),
    );
    writeFileSync(join(folder.path, "spelt.edn"), txns.join("\n"));
    const check = async (initial: string) =>
      JSON.parse((await cli("check", "spelt.edn", "--json", "--initial", initial)).stdout);
    expect(await check("0")).toMatchObject({ model: "multi-register", valid: true });
    expect(await check('{"x": 0}')).toMatchObject({ model: "multi-register", valid: false });
  });

  it("refuses options that say nothing of the model", async () => {
    store("calls.jsonl", "0:w1 1:r1");
    expect((await cli("check", "calls.jsonl", "--consistency", "strict-serializable")).code).toBe(0);
    const weaker = await cli("check", "calls.jsonl", "--consistency", "serializable");
    expect(weaker.stderr).toBe(
      "cap-test: calls.jsonl: --consistency serializable is for transactions (list-append, rw-register); a cas-register is held to linearizability.\n",
    );
    const op = (type: string) => JSON.stringify({ process: 0, type, f: "txn", value: [["append", 1, 5]] });
    writeFileSync(join(folder.path, "lists.jsonl"), `${op("invoke")}\n${op("ok")}\n`);
    const any = await cli("check", "lists.jsonl", "--nil-reads", "any");
    expect(any.stderr).toMatch(/^cap-test: lists.jsonl: --nil-reads any is not for list-append: .+\n$/);
    const idle = await cli("check", "lists.jsonl", "--consistency", "causal");
    expect(idle.stderr).toMatch(/^cap-test: lists.jsonl: the consistency model causal forbids no anomaly that .+\n$/);
    expect([weaker.code, any.code, idle.code]).toEqual([254, 254, 254]);
  });

  it("judges what is there of gzip data that is cut off, and refuses what is no gzip data", async () => {
    const lines = formatHistory(h(Array.from({ length: 3000 }, (_, i) => `0:q${i}`).join(" ")));
    const zipped = gzipSync(lines);
    writeFileSync(join(folder.path, "cut.jsonl.gz"), zipped.subarray(0, zipped.length >> 1));
    const cut = await cli("check", "cut.jsonl.gz", "--json");
    const [{ valid, ops, truncatedLine }] = [JSON.parse(cut.stdout)].flat();
    expect([cut.code, valid]).toEqual([0, true]);
    expect(ops).toBeGreaterThan(500);
    expect(ops).toBeLessThan(2500);
    expect([2 * ops, 2 * ops + 1]).toContain(truncatedLine);
    // The sum at the end does not fit what was unzipped.
    zipped[zipped.length - 6] = (zipped[zipped.length - 6] as number) ^ 1;
    writeFileSync(join(folder.path, "bad.jsonl.gz"), zipped);
    const bad = await cli("check", "bad.jsonl.gz");
    expect([bad.code, bad.stderr]).toEqual([254, "cap-test: bad.jsonl.gz: the gzip data is broken.\n"]);
  });

  it("refuses values nested too deep", async () => {
    writeFileSync(join(folder.path, "deep.edn"), `{:type :invoke :f :write :value ${"[".repeat(1e5)}`);
    const { code, stderr } = await cli("check", "deep.edn");
    expect(stderr).toBe("cap-test: deep.edn: its values are nested too deep for any history.\n");
    expect(code).toBe(254);
  });

  it.each([
    [["--html", "x.html", "fine.jsonl"], /--html writes the page of one history, not of 2/],
    [["--initial", "5"], /the initial value of a queue is a list, not 5/],
    [["--consistency", "seralizable"], /unknown consistency model "seralizable". Did you mean serializable/],
    [["nothing.jsonl"], /nothing.jsonl: the history has no client ops, so its model cannot be told/],
  ])("bad usage: %s", async (args, expected) => {
    writeFileSync(join(folder.path, "nothing.jsonl"), "");
    const { code, stderr } = await cli("check", "fine.jsonl", ...args);
    expect(stderr).toMatch(expected);
    expect(code).toBe(254);
  });
});

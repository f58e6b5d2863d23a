import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Serving, serveRuns } from "./server.js";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  readonly text: string;
}

let root: string;
let serving: Serving;

/** The path goes out as it is: fetch() would tidy "..", and that is what must be tried. */
function get(path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { port } = new URL(serving.url);
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const asked = request({ host: "127.0.0.1", port, path, method: options.method ?? "GET", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}

function run(name: string, time: string, test: object, results: object | undefined): void {
  const folder = join(root, "runs", name, time);
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "test.json"), JSON.stringify(test));
  writeFileSync(join(folder, "history.jsonl"), '{"index":0}\n');
  writeFileSync(join(folder, "logs", "n1.log"), "");
  if (results === undefined) return;
  writeFileSync(join(folder, "results.json"), JSON.stringify(results));
  writeFileSync(join(folder, "report.html"), "<!doctype html><title>report</title>");
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cap-test-serve-"));
  const test = (system: string, startedAt: string) => ({
    system,
    workload: "set",
    nemesis: "kill",
    seed: 7,
    startedAt,
  });
  const results = (valid: unknown, summary: string) => ({ valid, summary, ops: { ok: 5, fail: 1, info: 0 } });
  run("etcd-set-kill", "2026-01-01T000000Z", test("etcd", "2026-01-01T00:00:00Z"), results(true, "all is well"));
  run("odd name+1", "2026-01-02T000000Z", test("<script>x", "2026-01-02T00:00:00Z"), results(false, "<img src=x>"));
  run("etcd-set-kill", "2026-01-03T000000Z", test("etcd", "2026-01-03T00:00:00Z"), undefined);
  writeFileSync(join(root, "secret.txt"), "secret");
  mkdirSync(join(root, "elsewhere"));
  writeFileSync(join(root, "elsewhere", "secret.txt"), "secret");
  symlinkSync(join(root, "elsewhere"), join(root, "runs", "etcd-set-kill", "out"));
  symlinkSync("etcd-set-kill/2026-01-01T000000Z", join(root, "runs", "latest"));
  serving = await serveRuns({ dir: join(root, "runs"), port: 0, style: "body{}" });
});

afterAll(async () => {
  await serving.close();
  rmSync(root, { recursive: true });
});

describe("serve", () => {
  it("lists runs, newest first, with their verdicts, and those that never ended", async () => {
    const { status, text, headers } = await get("/");
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    const order = ["2026-01-03", "2026-01-02", "2026-01-01"].map((day) => text.indexOf(day));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(text).toContain("3 runs: 1 valid, 1 invalid, 1 unfinished");
    expect(text).not.toContain("<script>x");
    expect(text).not.toContain("<img src=x>");
  });

  it("filters, searches and sorts by the address", async () => {
    const etcd = (await get("/?system=etcd")).text;
    expect(etcd).toContain("2 of 3 runs");
    expect((await get("/?valid=invalid&q=img")).text).toContain("1 of 3 runs");
    expect((await get("/?q=nothing+like+it")).text).toContain("0 of 3 runs");
    const sorted = (await get("/?sort=system&order=desc")).text;
    expect(sorted.indexOf("all is well")).toBeLessThan(sorted.lastIndexOf("&lt;script&gt;"));
    expect((await get("/?sort=evil&page=-3&order=x")).status).toBe(200);
  });

  it("gives the same as JSON", async () => {
    const rows = JSON.parse((await get("/api/runs")).text) as { valid: string; ops: number }[];
    expect(rows.map(({ valid }) => valid)).toEqual(["unfinished", "invalid", "valid"]);
    expect(rows[2]?.ops).toBe(6);
  });

  it("opens reports and files, also of folders with odd names, and through `latest`", async () => {
    expect((await get("/runs/odd%20name%2B1/2026-01-02T000000Z/report.html")).text).toContain("report");
    const history = await get("/runs/latest/history.jsonl");
    expect(history.text).toBe('{"index":0}\n');
    expect(history.headers["content-type"]).toContain("text/plain");
    expect(history.headers["x-content-type-options"]).toBe("nosniff");
    expect((await get("/runs/latest/logs/n1.log")).status).toBe(200);
  });

  it("downloads a run as an archive that holds every file", async () => {
    const { status, body, headers } = await get("/archives/etcd-set-kill/2026-01-01T000000Z.tar.gz");
    expect(status).toBe(200);
    expect(headers["content-disposition"]).toContain("etcd-set-kill-2026-01-01T000000Z.tar.gz");
    const names: string[] = [];
    const unpack = extract();
    unpack.on("entry", (header, stream, next) => {
      names.push(header.name);
      stream.on("end", next);
      stream.resume();
    });
    unpack.end(gunzipSync(body));
    await new Promise<void>((resolve) => unpack.on("finish", () => resolve()));
    const base = "etcd-set-kill-2026-01-01T000000Z";
    expect(names).toEqual(
      ["history.jsonl", "logs/n1.log", "report.html", "results.json", "test.json"].map((name) => `${base}/${name}`),
    );
  });

  it.each([
    "/runs/../secret.txt",
    "/runs/%2e%2e/secret.txt",
    "/runs/etcd-set-kill/..%2f..%2f..%2fsecret.txt",
    "/runs/etcd-set-kill/out/secret.txt",
    "/archives/etcd-set-kill/out.tar.gz",
    "/archives/%2e%2e/elsewhere.tar.gz",
    "/runs//etc/passwd",
    "/runs/%00",
    "/runs/%zz",
    "/runs/etcd-set-kill",
    "/archives/etcd-set-kill/nothing.tar.gz",
    "/etc/passwd",
  ])("never leaves the folder: %s", async (path) => {
    const { status, text } = await get(path);
    expect(status).toBe(404);
    expect(text).not.toContain("secret\n");
    expect(text).not.toMatch(/^secret/);
  });

  it("answers only to its own name, and only reads", async () => {
    expect((await get("/", { host: "evil.example" })).status).toBe(403);
    expect((await get("/", { host: "localhost:1" })).status).toBe(200);
    expect((await get("/", { method: "POST" })).status).toBe(405);
    expect((await get("/", { method: "HEAD" })).body.length).toBe(0);
  });

  it("says when the port is taken", async () => {
    const { port } = new URL(serving.url);
    await expect(serveRuns({ dir: root, port: Number(port), style: "" })).rejects.toThrow(
      /another program has it.*--port/,
    );
  });
});

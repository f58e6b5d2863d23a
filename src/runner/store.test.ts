/** Nothing recorded is lost: history lines reach the disk in the turn they happen, and a full disk is said, not hidden. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EnvironmentError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { parseHistory } from "../history/index.js";
import { createRunFolder, HistoryFile } from "./store.js";

const base = mkdtempSync(join(tmpdir(), "cap-test-store-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const op = (index: number): Op => ({
  index,
  time: index,
  process: 0,
  type: index % 2 === 0 ? "invoke" : "ok",
  f: "write",
  key: 1,
  value: "x".repeat(40),
});

describe("the run's folder", () => {
  it("gets a new name for each run of one second, and latest points to the newest", () => {
    const at = new Date("2026-01-02T03:04:05.678Z");
    const first = createRunFolder(base, "a b/../c", at);
    const second = createRunFolder(base, "a b/../c", at);
    expect(first.path).toBe(join(base, "a_b_.._c/2026-01-02T030405Z"));
    expect(second.path).toBe(`${first.path}-2`);
    expect(readlinkSync(join(base, "latest"))).toBe("a_b_.._c/2026-01-02T030405Z-2");
  });

  it("says what to do where it cannot be made", () => {
    const file = join(base, "a-file");
    writeFileSync(file, "");
    expect(() => createRunFolder(join(file, "runs"), "x", new Date())).toThrow(/--dir/);
  });

  it("writes a file whole or not at all", () => {
    const folder = createRunFolder(base, "whole", new Date());
    folder.write("logs/n1.log", "hello");
    expect(readFileSync(folder.file("logs/n1.log"), "utf8")).toBe("hello");
    expect(existsSync(folder.file(`logs/n1.log.${process.pid}.tmp`))).toBe(false);
  });
});

describe("history.jsonl", () => {
  it("is on disk after the turn in which it happened", async () => {
    const path = join(base, "turn.jsonl");
    const file = new HistoryFile(path);
    file.append(op(0));
    file.append(op(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(parseHistory(readFileSync(path)).history.length).toBe(2);
    file.append(op(2));
    file.close();
    expect(parseHistory(readFileSync(path)).history.length).toBe(3);
  });

  it("never overwrites another run's", () => {
    const path = join(base, "once.jsonl");
    new HistoryFile(path).close();
    expect(() => new HistoryFile(path)).toThrow();
  });

  const small = join(base, "small");
  mkdirSync(small);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", small]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync("umount", [small]);
  });

  it.skipIf(!mounted)(
    "says when the disk is full, and keeps what was written (needs root to mount a small disk)",
    () => {
      expect(statfsSync(small).blocks).toBeGreaterThan(0);
      const path = join(small, "full.jsonl");
      const file = new HistoryFile(path);
      const fill = (): void => {
        for (let i = 0; i < 10_000; i++) file.append(op(i));
      };
      expect(fill).toThrow(EnvironmentError);
      expect(() => file.append(op(0))).toThrow(/space/);
      expect(() => file.close()).toThrow(/cannot write/);
      expect(parseHistory(readFileSync(path)).history.length).toBeGreaterThan(100);
    },
  );
});

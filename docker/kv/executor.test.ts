/** The order of effects against a slow disk, and the log file against crashes. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Effect, Program } from "../../src/core/program.js";
import { DiskLog } from "./disk.js";
import { Executor, type Outside } from "./executor.js";
import { LineSplitter } from "./lines.js";

/** Does what each request says. */
const puppet: Program<null> = {
  init: () => null,
  step: (state, event) => [state, event.kind === "request" ? (event.body as Effect[]) : []],
};

/** An outside whose syncs end when the test says so, and which writes down what happens, and how much was durable then. */
function slowOutside() {
  const happened: string[] = [];
  const ends: (() => void)[] = [];
  let written: string[] = [];
  let durable: string[] = [];
  const wait = (then: () => void) => {
    return new Promise<void>((resolve) => {
      ends.push(() => {
        then();
        resolve();
      });
    });
  };
  const note = (what: string) => void happened.push(`${what} after ${durable.join("") || "nothing"}`);
  const outside: Outside = {
    disk: {
      append: (lines) => void written.push(...lines),
      sync: () => {
        const upTo = written.length;
        return wait(() => {
          durable = written.slice(0, upTo);
        });
      },
      replace: (lines) =>
        wait(() => {
          written = [...lines];
          durable = written;
        }),
    },
    send: (to) => note(`send ${to}`),
    reply: (id) => note(`reply ${id}`),
    log: () => {},
    die: (error) => {
      throw error;
    },
    nowMs: () => 0,
    wallMs: () => 0,
  };
  const settle = async () => {
    ends.shift()?.();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { outside, happened, settle, ends, disk: () => written };
}

const append = (line: string): Effect => ({ kind: "append", line });
const sync: Effect = { kind: "sync" };
const reply = (id: number): Effect => ({ kind: "reply", id, body: null });

describe("executor", () => {
  test("what stands behind a sync waits for it; what arrives meanwhile waits behind it, and shares the next sync", async () => {
    const { outside, happened, settle, ends } = slowOutside();
    const executor = new Executor(puppet, outside);
    const ask = (...body: Effect[]) => executor.deliver({ kind: "request", id: 0, body });
    ask(reply(1), append("a"), sync, reply(2));
    ask(reply(3));
    ask(append("b"), sync, reply(4));
    ask(append("c"), sync, reply(5));
    expect(happened).toEqual(["reply 1 after nothing"]);
    await settle();
    expect(happened.slice(1)).toEqual(["reply 2 after a", "reply 3 after a"]);
    expect(ends).toHaveLength(1);
    await settle();
    expect(happened.slice(3)).toEqual(["reply 4 after abc", "reply 5 after abc"]);
    expect(ends).toHaveLength(0);
  });

  test("property: replies keep their order and never precede the durability they stand behind", async () => {
    const effect = fc.constantFrom("append", "sync", "replace", "reply");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(effect, { maxLength: 5 }), { maxLength: 12 }), async (steps) => {
        const { outside, happened, settle, ends, disk } = slowOutside();
        const executor = new Executor(puppet, outside);
        const expected: string[] = [];
        let n = 0;
        let needed: string[] = [];
        let plain: string[] = [];
        for (const kinds of steps) {
          const effects = kinds.map((kind): Effect => {
            n++;
            if (kind === "append") plain.push(`${n};`);
            if (kind === "replace") plain = [`${n};`];
            if (kind === "sync" || kind === "replace") needed = [...plain];
            if (kind === "append") return append(`${n};`);
            if (kind === "replace") return { kind, lines: [`${n};`] };
            if (kind === "sync") return sync;
            expected.push(needed.at(-1) ?? "");
            return reply(n);
          });
          executor.deliver({ kind: "request", id: 0, body: effects });
          if (n % 3 === 0) await settle();
        }
        while (ends.length > 0) await settle();
        expect(disk()).toEqual(plain);
        expect(happened).toHaveLength(expected.length);
        const order = happened.map((what) => Number(what.split(" ")[1]));
        expect(order).toEqual([...order].sort((a, b) => a - b));
        for (const [i, last] of expected.entries()) {
          // A later replace may have swept the line away, but only by something newer.
          const durable = (happened[i] as string).split(" after ")[1] as string;
          const newest = Number(durable.split(";").at(-2) ?? 0);
          expect(newest).toBeGreaterThanOrEqual(Number(last.replace(";", "") || 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("disk", () => {
  const fresh = () => mkdtempSync(join(tmpdir(), "kv-disk-"));

  test("brings back what was appended, in order, and appends behind it", async () => {
    const dir = fresh();
    const first = new DiskLog(dir);
    expect(await first.open()).toEqual([]);
    first.append(["one", "zwei ü"]);
    await first.sync();
    const second = new DiskLog(dir);
    expect(await second.open()).toEqual(["one", "zwei ü"]);
    second.append(["three"]);
    expect(await new DiskLog(dir).open()).toEqual(["one", "zwei ü", "three"]);
  });

  test("drops a torn last line for good", async () => {
    const dir = fresh();
    const log = new DiskLog(dir);
    await log.open();
    log.append(["whole"]);
    appendFileSync(join(dir, "log.jsonl"), Buffer.from("torn ü").subarray(0, 6));
    const again = new DiskLog(dir);
    expect(await again.open()).toEqual(["whole"]);
    again.append(["next"]);
    expect(readFileSync(join(dir, "log.jsonl"), "utf8")).toBe("whole\nnext\n");
  });

  test("replaces everything, and ignores a replacement that never took effect", async () => {
    const dir = fresh();
    const log = new DiskLog(dir);
    await log.open();
    log.append(["old"]);
    await log.replace(["new", "lines"]);
    log.append(["more"]);
    await log.sync();
    writeFileSync(join(dir, "log.jsonl.new"), "half a repl");
    expect(await new DiskLog(dir).open()).toEqual(["new", "lines", "more"]);
  });
});

test("property: however a text is cut into chunks, its lines come out whole", () => {
  fc.assert(
    fc.property(fc.array(fc.string().map((s) => s.replaceAll("\n", " "))), fc.array(fc.nat(20)), (lines, sizes) => {
      const text = lines.map((line) => `${line}\n`).join("");
      const splitter = new LineSplitter();
      const out: string[] = [];
      let at = 0;
      for (const size of sizes) {
        out.push(...splitter.push(text.slice(at, at + size)));
        at += size;
      }
      out.push(...splitter.push(text.slice(at)));
      expect(out).toEqual(lines);
    }),
  );
});

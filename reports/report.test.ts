/** The page as text: what it says about each kind of verdict, and that nothing in it can run or reach outside. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Valid, Verdict } from "../src/core/checker.js";
import { historyOf } from "../src/history/index.js";
import { type ReportInput, renderReport } from "./report.js";
import { testAssets } from "./testing/assets.js";
import { ATTACKS, hostileRun } from "./testing/hostile.js";
import { lostElements } from "./testing/judged.js";
import { bigRun, staleRegister, testSpec, unknownRun, validRun } from "./testing/samples.js";

const assets = { script: "void 0", style: "p{}" };
const render = (input: ReportInput) => renderReport(input, assets);

/** The page without its scripts, styles and markup: what a reader sees. */
function textOf(page: string): string {
  return page
    .replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, " ")
    .replace(/<[^>]+>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
}

function withCheckers(checkers: Record<string, Verdict>, valid: Valid = true): ReportInput {
  const input = validRun();
  return { ...input, results: { ...input.results, valid, checkers } };
}

describe("renderReport", () => {
  it("puts verdict, findings and the repeat command before anything that needs the script", async () => {
    const page = await render(await lostElements());
    const words = textOf(page);
    const order = [
      "invalid redis-cluster · set · partition:primaries",
      "redis-cluster lost acknowledged writes",
      "Lost writes invalid",
      "npx cap-test run --system redis-cluster",
      "Is every write that was acknowledged",
    ].map((part) => words.indexOf(part));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(page.indexOf('id="repeat"')).toBeLessThan(page.indexOf('id="timeline-app"'));
  });

  it("names lost elements, the node that acknowledged each, and the cut", async () => {
    const words = textOf(await render(await lostElements()));
    expect(words).toContain("217 of its 2,080");
    expect(words).toMatch(/4966 lost n2 14\.694 s 2\.69 s into the partition, minority side 6 nodes/);
    expect(words).toMatch(
      /partition \(primaries\) from 12\.000 s: 217 lost writes, all acknowledged while it lasted, all on the minority side/,
    );
    expect(words).toContain("n2 | n1 n3 n4 n5 n6");
  });

  it("draws the witness with who wrote and read what, where", async () => {
    const page = await render(staleRegister());
    const svg = /<svg class="witness-svg[\s\S]*?<\/svg>/.exec(page)?.[0] ?? "";
    for (const part of [
      "write(41)",
      "write(42)",
      "read() → 42",
      "read() → 41",
      "process 23",
      "on n3",
      "partition: n3 | n1 n2 n4 n5",
      "3.5 s later",
    ]) {
      expect(svg).toContain(part);
    }
  });

  it("says why an unknown verdict is unknown, and never that nothing was lost", async () => {
    const page = await render(unknownRun());
    const words = textOf(page);
    expect(page).toContain('class="hero unknown"');
    expect(words).toContain("Why: No link was seen to drop a packet");
    expect(words).toContain("Lost not known");
    expect(words).toContain("The run ended early: interrupted");
    expect(words).toContain("? Bite not proved");
    expect(words).not.toContain("Bite proved");
  });

  it("says of a valid run that nothing was found, not that nothing is wrong", async () => {
    const words = textOf(await render(validRun()));
    expect(words).toContain("nothing was found in this run");
    expect(words).toContain("It is not a proof");
  });

  it("shows a verdict it cannot read as unknown, not as valid", async () => {
    const page = await render(
      withCheckers({ odd: { valid: "yes" as unknown as Valid, summary: "odd" } }, null as unknown as Valid),
    );
    expect(page).toContain('class="hero unknown"');
    expect(page).toContain('class="finding unknown"');
  });

  it("orders findings worst first", async () => {
    const verdict = (valid: Valid): Verdict => ({ valid, summary: "s" });
    const page = await render(withCheckers({ a: verdict(true), b: verdict("unknown"), c: verdict(false) }));
    const ids = [...page.matchAll(/id="finding-([a-c])"/g)].map(([, id]) => id);
    expect(ids).toEqual(["c", "b", "a"]);
  });

  it("drops no field of a checker nobody here knows", async () => {
    const mine = {
      valid: true,
      summary: "fine",
      driftMs: 12.5,
      servers: [{ name: "s1", lag: 3 }],
      nested: { deep: "value" },
      flags: [1, 2],
    } as Verdict;
    const words = textOf(await render(withCheckers({ "my-checker": mine })));
    for (const part of ["my-checker", "drift 12.5 ms", "name lag s1 3", "deep value", "flags 1, 2"])
      expect(words).toContain(part);
  });

  it("tells a cycle step by step", async () => {
    const witness = {
      text: "T1 and T2 depend on each other.\n1. T1 before T2: T2 read 1\n2. T2 before T1: T1 read 2",
      ops: [],
      steps: ["so there is no order"],
    };
    const page = await render(withCheckers({ elle: { valid: false, summary: "G1c", witnesses: [witness] } }, false));
    const steps = /<ol class="steps">([\s\S]*?)<\/ol>/.exec(page)?.[1] ?? "";
    expect(steps.match(/<li>/g)).toHaveLength(3);
    expect(steps).toContain("<li>T1 before T2: T2 read 1</li>");
  });

  it("shows parts that are not valid and counts the others", async () => {
    const parts: Record<string, Verdict> = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`k${i}`, { valid: i % 2 === 0, summary: `key ${i}` }]),
    );
    const words = textOf(await render(withCheckers({ linearizable: { valid: false, summary: "20 keys", parts } })));
    expect(words).toContain("key 1 ");
    expect(words).toContain("8 more parts not valid");
    expect(words).toContain("20 parts valid.");
  });

  it("bears a run with nothing in it", async () => {
    const { results } = validRun();
    const empty: ReportInput = {
      test: testSpec({ nodes: [], concurrency: 0 }),
      history: historyOf([]),
      results: { ...results, checkers: {}, valid: "unknown", ops: { ok: 0, fail: 0, info: 0 } },
    };
    const words = textOf(await render(empty));
    expect(words).toContain("No checker gave a verdict.");
    expect(words).toContain("The history holds no client ops.");
  });

  it("keeps the tail of long logs and says how much there was", async () => {
    const page = await render(await lostElements());
    expect(textOf(page)).toContain("n1 700 lines, the last 200 shown");
    expect(page).toContain("heartbeat &lt;699&gt;");
    expect(page).not.toContain("heartbeat &lt;100&gt;");
  });
});

describe("a hostile run", () => {
  it("opens no element and no attribute of its own", async () => {
    const page = await render(hostileRun());
    expect(page.match(/<script[\s>]/g)).toHaveLength(3);
    expect(/<img|<svg\/|<style>\*/i.test(page)).toBe(false);
    // Attribute values are quoted and hold no quote of their own: what is left of a tag without them is its skeleton.
    for (const [tag] of page.matchAll(/<[a-z](?:[^>"]|"[^"]*")*>/g))
      expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\son[a-z]+\s*=/);
    for (const [, target] of page.matchAll(/href="([^"]*)"/g))
      expect(target).toMatch(/^(#[a-z0-9-]+|data:image\/svg\+xml,[^<>]*)$/);
    expect(page).not.toContain("\u202e");
    expect(page).not.toContain("\u0000");
    expect(textOf(page)).toContain(ATTACKS[0]);
  });

  it("cuts a 1 MB string and tells its length", async () => {
    const page = await render(hostileRun());
    expect(page.length).toBeLessThan(1_500_000);
    expect(textOf(page)).toContain("1,048,576 characters");
    expect(page).not.toContain("A".repeat(50_000));
  });

  it("escapes what the bundled assets could break", async () => {
    const page = await renderReport(validRun(), {
      script: 'x="</script><!--<script>"',
      style: 'p::after{content:"</style>"}\r\n',
    });
    expect(page).toContain('x="<\\/script><\\!--<script>"');
    expect(page).toContain('content:"<\\/style>"');
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });
});

describe("the page's policy", () => {
  it("allows exactly the scripts and the sheet in it, and no request at all", async () => {
    const page = await renderReport(validRun(), await testAssets());
    const policy =
      /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replace(/&#39;/g, "'") ?? "";
    expect(policy).toContain("default-src 'none'");
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) => hash(code ?? ""));
    expect(scripts).toHaveLength(2);
    expect(policy).toContain(`script-src ${scripts.join(" ")};`);
    expect(policy).toContain(`style-src ${hash(/<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "")};`);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/ style="/);
  });
});

describe("size", () => {
  it("is at most 3 MB for 100,000 ops", async () => {
    const page = await renderReport(bigRun(100_000), await testAssets());
    expect(new TextEncoder().encode(page).length).toBeLessThan(3_000_000);
  });
});

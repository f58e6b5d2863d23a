/** The page for people who use a keyboard or a screen reader. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TraceEntry } from "../../src/core/trace.js";
import type { ReportInput } from "../report.js";
import { lostElements } from "../testing/judged.js";
import { staleRegister, unknownRun } from "../testing/samples.js";
import { axeSource, launch, noChromium, open } from "./testing/browser.js";

/** The stale register, with what its nodes told each other: messages that arrived, and one that a cut dropped. */
function withMessages(cut: string): ReportInput {
  const sent = (ms: number, to: string): TraceEntry => ({
    kind: "message",
    sentNs: ms * 1e6,
    endNs: (ms + 1) * 1e6,
    from: "n1",
    to,
    body: { t: "entries", list: [{ f: "write", key: "k9", value: 42 }] },
    fate: to === cut ? "cut" : "delivered",
  });
  return { ...staleRegister(), trace: ["n2", "n3", "n4", "n5"].map((to, i) => sent(4701 + i / 10, to)) };
}

const name = `access to a report${noChromium === undefined ? "" : ` (skipped: ${noChromium})`}`;

describe.skipIf(noChromium !== undefined)(name, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it("can be walked through by keyboard, in the order of the page", async () => {
    const { page } = await open(browser, await lostElements());
    const stops: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      stops.push(
        await page.evaluate(() =>
          (document.activeElement?.textContent || document.activeElement?.getAttribute("aria-label") || "")
            .trim()
            .slice(0, 24),
        ),
      );
    }
    expect(stops[0]).toBe("Skip to the verdict");
    expect(stops[1]).toBe("Verdict");
    expect(stops.some((stop) => stop.startsWith("Lost writes"))).toBe(true);
    expect(stops).toContain("Copy");
    await page.close();
  });

  const axe = axeSource();
  it.skipIf(axe === undefined)(
    `has nothing serious for axe${axe === undefined ? " (skipped: axe-core is not installed)" : ""}`,
    async () => {
      for (const [input, colorScheme] of [
        [await lostElements(), "light"],
        [withMessages("n3"), "dark"],
        [unknownRun(), "light"],
      ] as const) {
        const { page } = await open(browser, input, { colorScheme });
        if (input.trace !== undefined) expect(await page.locator(".trace-list li").count()).toBeGreaterThan(4);
        await page.locator("details").evaluateAll((all) => {
          for (const each of all) (each as HTMLDetailsElement).open = true;
        });
        await page.locator(".lanes").focus();
        await page.keyboard.press("ArrowRight");
        // Evaluated by the debugger, since the page's policy lets no other script in.
        await page.evaluate(axe as string);
        const found = await page.evaluate(async () => {
          const run = (
            window as unknown as {
              axe: {
                run(): Promise<{
                  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
                }>;
              };
            }
          ).axe;
          return (await run.run()).violations.map(
            ({ id, impact, nodes }) =>
              `${impact} ${id}: ${nodes
                .slice(0, 3)
                .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)
                .join(" | ")}`,
          );
        });
        expect(found).toEqual([]);
        await page.close();
      }
    },
  );
});

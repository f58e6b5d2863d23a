/** A comparison's page in a real Chromium: it opens, re-ranks, fits a phone, and nothing a system says can run in it. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison } from "../compare/model.js";
import { renderComparison } from "../compare/page.js";
import { testAssets } from "../testing/assets.js";
import { fourSystems, hostileComparison } from "../testing/compared.js";
import { axeSource, launch, noChromium } from "./testing/browser.js";

const name = `a comparison${noChromium === undefined ? "" : ` (skipped: ${noChromium})`}`;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

describe.skipIf(noChromium !== undefined)(name, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** From disk, without a server, with everything that went wrong. */
  async function open(comparison: Comparison, options: BrowserContextOptions = {}) {
    const path = join(await mkdtemp(join(tmpdir(), "cap-test-compare-")), "compare.html");
    await writeFile(path, await renderComparison(comparison, await testAssets("compare")));
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== pathToFileURL(path).href && !request.url().startsWith("data:"))
        complaints.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href);
    if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
    return { page, complaints };
  }

  const widths = (page: Page) =>
    page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth] as const);

  it("shows verdicts, trade-off, timelines and ranking, without a complaint, on a screen and on a phone", async () => {
    for (const options of [{}, PHONE, { colorScheme: "dark" as const }]) {
      const { page, complaints } = await open(await fourSystems(), options);
      expect(complaints).toEqual([]);
      expect(await page.locator(".verdicts tbody tr").count()).toBe(4);
      expect(await page.locator(".verdicts tbody tr").nth(1).textContent()).toContain("not linearizable");
      expect(await page.locator(".quadrant svg:visible circle").count()).toBe(3);
      expect(await page.locator("svg.strip").count()).toBe(3);
      expect(await page.locator("#found article").count()).toBe(4);
      const [wide, room] = await widths(page);
      expect(wide).toBeLessThanOrEqual(room);
      await page.close();
    }
  });

  it("says the same without JavaScript", async () => {
    const { page } = await open(await fourSystems(), { javaScriptEnabled: false });
    for (const selector of ["h1", ".verdicts", ".quadrant svg >> nth=0", "svg.strip >> nth=0", ".rank", "#repeat"])
      expect(await page.locator(selector).isVisible(), selector).toBe(true);
    expect(await page.locator(".weights").isVisible()).toBe(false);
    await page.close();
  });

  it("re-ranks by keyboard as weights move, and says so", async () => {
    const { page } = await open(await fourSystems());
    const first = (): Promise<string | null> => page.locator(".rank tbody tr th").first().textContent();
    expect(await first()).toBe("steady");
    await page.locator('input[name="consistency"]').focus();
    await page.keyboard.press("Home");
    await page.locator('input[name="availability"]').focus();
    await page.keyboard.press("End");
    expect(await first()).toBe("answering");
    expect(await page.locator("#weight-availability").textContent()).toBe("5");
    expect(await page.locator("#ranking-said").textContent()).toMatch(/^1\. answering/);
    expect(await page.locator(".rank tbody .place").allTextContents()).toEqual(["1", "2", "3"]);
    await page.close();
  });

  it("leads from a row to its story and on to the reports of its runs", async () => {
    const { page } = await open(await fourSystems());
    await page.locator(".verdicts a", { hasText: "forgetful" }).click();
    const story = page.locator("article:target");
    expect(await story.locator("h3").textContent()).toBe("forgetful");
    expect(await story.textContent()).toMatch(/acknowledged by n1/);
    const links = await story.locator(".reports a").evaluateAll((all) => all.map((each) => each.getAttribute("href")));
    expect(links).toEqual([1, 2].map((run) => `../../forgets-register-partition/run%20${run}/report.html`));
    await page.close();
  });

  it("keeps hostile texts text, and the page as wide as a phone", async () => {
    for (const options of [{}, PHONE]) {
      const { page, complaints } = await open(await hostileComparison(), options);
      await page.locator("details").evaluateAll((all) => {
        for (const each of all) (each as HTMLDetailsElement).open = true;
      });
      for (const input of await page.locator(".weights input").all()) await input.press("End");
      for (const link of await page
        .locator(".reports a")
        .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).protocol)))
        expect(link).toBe("file:");
      expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined();
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(complaints).toEqual([]);
      const [wide, room] = await widths(page);
      expect(wide).toBeLessThanOrEqual(room);
      await page.close();
    }
  });

  const axe = axeSource();
  it.skipIf(axe === undefined)(
    `has nothing serious for axe${axe === undefined ? " (skipped: axe-core is not installed)" : ""}`,
    async () => {
      for (const options of [{}, { ...PHONE, colorScheme: "dark" as const }]) {
        const { page } = await open(await fourSystems(), options);
        await page.locator("details").evaluateAll((all) => {
          for (const each of all) (each as HTMLDetailsElement).open = true;
        });
        await page.evaluate(axe as string);
        const found = await page.evaluate(async () => {
          type Violation = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };
          const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
          return (await axe.run()).violations.map(
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

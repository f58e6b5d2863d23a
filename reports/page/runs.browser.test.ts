/** The list of runs in a real browser: filter, sort, open a report, download, without a script and without complaints. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Serving, serveRuns } from "../../src/serve/server.js";
import { renderReport } from "../report.js";
import { testAssets } from "../testing/assets.js";
import { staleRegister } from "../testing/samples.js";
import { launch, noChromium } from "./testing/browser.js";

describe.skipIf(noChromium !== undefined)(
  `serve in Chromium${noChromium === undefined ? "" : ` (${noChromium})`}`,
  () => {
    let browser: Browser;
    let page: Page;
    let serving: Serving;
    let dir: string;
    const complaints: string[] = [];

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), "cap-test-serve-"));
      const input = staleRegister();
      const html = await renderReport(input, await testAssets());
      for (const [name, valid] of [
        ["etcd", true],
        ["redis-cluster", false],
      ] as const) {
        const folder = join(dir, `${name}-register-partition`, "2026-11-22T101500Z");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "test.json"), JSON.stringify({ ...input.test, system: name }));
        writeFileSync(join(folder, "results.json"), JSON.stringify({ ...input.results, system: name, valid }));
        writeFileSync(join(folder, "report.html"), html);
      }
      serving = await serveRuns({ dir, port: 0, style: (await testAssets()).style });
      browser = await launch();
      page = await browser.newPage();
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
    });

    afterAll(async () => {
      await browser.close();
      await serving.close();
      rmSync(dir, { recursive: true });
    });

    it("filters by form, sorts by a click, opens a report, downloads a run", async () => {
      await page.goto(serving.url);
      expect(await page.locator("tbody tr").count()).toBe(2);
      await page.selectOption("select[name=valid]", "invalid");
      await page.click("button[type=submit]");
      expect(await page.locator("tbody tr").count()).toBe(1);
      expect(await page.locator("tbody tr").textContent()).toContain("redis-cluster");
      await page.click("form a");
      await page.click("thead a:has-text('System')");
      const systems = await page.locator("tbody tr td:nth-child(3)").allTextContents();
      expect(systems).toEqual(["etcd", "redis-cluster"]);
      expect(await page.locator("th[aria-sort]").textContent()).toContain("System");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click("tbody tr:first-child a[download]"),
      ]);
      expect(download.suggestedFilename()).toBe("etcd-register-partition-2026-11-22T101500Z.tar.gz");
      expect(readFileSync(await download.path()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
      await page.click("tbody tr:last-child .when a");
      await page.waitForSelector("html[data-ready]");
      expect(await page.locator("h1").textContent()).not.toBe("");
      expect(complaints).toEqual([]);
    });

    it("is as wide as the window on a phone", async () => {
      const phone = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: "dark" });
      await phone.goto(serving.url);
      expect(await phone.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      await phone.close();
    });
  },
);

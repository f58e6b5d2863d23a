/** The page in a real Chromium: every kind of run opens and is drawn, and nothing a system says can run in it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import type { ReportInput } from "../report.js";
import { hostileRun } from "../testing/hostile.js";
import { lostElements } from "../testing/judged.js";
import { staleRegister, testSpec, unknownRun, validRun } from "../testing/samples.js";
import { ink, launch, noChromium, open } from "./testing/browser.js";

const name = `opening a report${noChromium === undefined ? "" : ` (skipped: ${noChromium})`}`;

describe.skipIf(noChromium !== undefined)(name, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it("opens every kind of run without a complaint or a request, and draws it", async () => {
    const { results } = validRun();
    const empty: ReportInput = { test: testSpec(), history: historyOf([]), results: { ...results, checkers: {} } };
    for (const input of [await lostElements(), staleRegister(), validRun(), unknownRun()]) {
      const { page, complaints } = await open(browser, input);
      expect(complaints).toEqual([]);
      expect(await ink(page, "canvas.main-canvas")).toBeGreaterThan(2000);
      expect(await page.locator(".uplot canvas").count()).toBe(3);
      expect(await ink(page, ".uplot canvas >> nth=0")).toBeGreaterThan(500);
      await page.close();
    }
    const { page, complaints } = await open(browser, empty);
    expect(complaints).toEqual([]);
    expect(await page.locator("#timeline").textContent()).toContain("The history holds no client ops.");
    await page.close();
  });

  it("shows verdict, findings, witness and repeat command without JavaScript", async () => {
    const { page } = await open(browser, await lostElements(), { javaScriptEnabled: false });
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("h1").textContent()).toContain("lost acknowledged writes");
    expect(await page.locator("#repeat").isVisible()).toBe(true);
    expect(await page.locator(".checkers .invalid").first().isVisible()).toBe(true);
    expect(await page.locator("svg.witness-svg").first().isVisible()).toBe(true);
    expect(await page.locator("#timeline noscript").count()).toBe(1);
    for (const button of await page.locator("button").all()) expect(await button.isVisible()).toBe(false);
    await page.close();
  });

  it("keeps hostile values text", async () => {
    const { page, complaints } = await open(browser, hostileRun());
    expect(complaints).toEqual([]);
    await page.locator("details").evaluateAll((all) => {
      for (const each of all) (each as HTMLDetailsElement).open = true;
    });
    await page.locator(".lanes").focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press(i % 3 === 0 ? "ArrowDown" : "ArrowRight");
    await page.locator(".main-canvas").hover({ position: { x: 300, y: 60 } });
    for (const select of await page.locator(".filters select").all()) await select.selectOption({ index: 1 });
    expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined();
    expect(await page.locator("main img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("does not widen the page on a phone, whatever the values", async () => {
    for (const input of [hostileRun(), await lostElements()]) {
      const { page } = await open(browser, input, {
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(wide).toBeLessThanOrEqual(room as number);
      await page.close();
    }
  });

  it("follows the system's theme, and the button, which it remembers", async () => {
    const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await open(browser, validRun(), { colorScheme: "dark" });
    const light = await open(browser, validRun(), { colorScheme: "light" });
    const [night, day] = [await background(dark.page), await background(light.page)];
    expect(night).not.toBe(day);
    const inkBefore = await ink(light.page, "canvas.main-canvas");
    await light.page.locator("#theme").click();
    expect(await background(light.page)).toBe(night);
    await expect.poll(() => ink(light.page, "canvas.main-canvas")).toBeGreaterThan(inkBefore / 4);
    await light.page.reload();
    expect(await background(light.page)).toBe(night);
    await dark.page.close();
    await light.page.close();
  });

  it("copies the repeat command, or selects it where the clipboard is closed", async () => {
    const { page } = await open(browser, validRun());
    await page.getByRole("button", { name: "Copy" }).click();
    const label = page.locator(".command button span");
    await expect.poll(() => label.textContent()).toMatch(/^(Copied|Selected)/);
    const selected = await page.evaluate(() => String(getSelection()));
    if ((await label.textContent())?.startsWith("Selected")) expect(selected).toContain("npx cap-test run");
    await page.close();
  });
});

/** The timeline in a real Chromium: zoom, pan, selection, filters and jumps, by pointer and by keyboard. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lostElements } from "../testing/judged.js";
import { staleRegister } from "../testing/samples.js";
import { launch, noChromium, open, rangeText, shown } from "./testing/browser.js";

const name = `the timeline${noChromium === undefined ? "" : ` (skipped: ${noChromium})`}`;

describe.skipIf(noChromium !== undefined)(name, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it("zooms by buttons, wheel and keys, pans by dragging, and shows the whole run again", async () => {
    const { page } = await open(browser, await lostElements());
    const whole = await rangeText(page);
    const seen = new Set([whole]);
    const changed = async (what: string) => {
      const now = await rangeText(page);
      expect(seen.has(now), `${what}: ${now}`).toBe(false);
      seen.add(now);
    };
    await page.getByRole("button", { name: "Zoom in" }).click();
    await changed("button");
    await page.locator(".main-canvas").hover({ position: { x: 600, y: 120 } });
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -240);
    await page.keyboard.up("Control");
    await expect.poll(() => rangeText(page).then((text) => seen.has(text))).toBe(false);
    await changed("wheel");
    await page.mouse.down();
    await page.mouse.move(900, 500, { steps: 5 });
    await page.mouse.up();
    await changed("drag");
    await page.locator(".lanes").focus();
    await page.keyboard.press("+");
    await changed("+");
    await page.keyboard.press("Shift+ArrowRight");
    await changed("Shift+ArrowRight");
    await page.keyboard.press("0");
    expect(await rangeText(page)).toBe(whole);
    await page.close();
  });

  it("leaves a plain wheel to the page", async () => {
    const { page } = await open(browser, await lostElements());
    await page.locator(".main-canvas").scrollIntoViewIfNeeded();
    await page.locator(".main-canvas").hover({ position: { x: 600, y: 120 } });
    const before = [await rangeText(page), await page.evaluate(() => scrollY)] as const;
    await page.mouse.wheel(0, 300);
    await expect.poll(() => page.evaluate(() => scrollY)).not.toBe(before[1]);
    expect(await rangeText(page)).toBe(before[0]);
    await page.close();
  });

  it("selects ops by click and by arrow keys, and tells everything about them", async () => {
    const { page } = await open(browser, staleRegister());
    await page.locator(".lanes").focus();
    await page.keyboard.press("w");
    const first = page.locator(".details-head");
    await page.keyboard.press("ArrowRight");
    expect(await first.textContent()).toMatch(/(read|write)\(k/);
    const before = await first.textContent();
    await page.keyboard.press("ArrowDown");
    expect(await first.textContent()).not.toBe(before);
    await page.keyboard.press("Escape");
    expect(await first.count()).toBe(0);
    await page.getByRole("checkbox", { name: "witnesses only" }).check();
    expect(await shown(page)).toBe("4 of 904 ops");
    await page.keyboard.press("Tab");
    await page.locator(".lanes").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    const details = await page.locator(".details").textContent();
    expect(details).toContain("write(k9, 41)");
    expect(details).toContain("Witness of");
    expect(details).toContain("3.200500 s");
    await page.close();
  });

  it("filters by op, node, key, process, ending and text, and shows all again", async () => {
    const { page } = await open(browser, staleRegister());
    const expected: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
      [() => page.getByRole("combobox", { name: "Op", exact: true }).first().selectOption("read"), /^60\d of 904/],
      [() => page.getByRole("combobox", { name: "Node" }).selectOption("n3"), /^12\d of 904/],
      [() => page.getByRole("combobox", { name: "Key" }).fill("k9"), /^1 of 904/],
      [() => page.getByRole("button", { name: "Show all" }).click(), /^904 ops/],
      [() => page.getByRole("searchbox", { name: "Process" }).fill("23"), /^1 of 904/],
      [() => page.getByRole("button", { name: "Show all" }).click(), /^904 ops/],
      [() => page.getByRole("checkbox", { name: "ok" }).uncheck(), /^2\d of 904/],
      [() => page.getByRole("searchbox", { name: "Text" }).fill("no leader"), /^2\d of 904/],
      [() => page.getByRole("checkbox", { name: "failed" }).uncheck(), /^0 of 904/],
    ];
    for (const [act, count] of expected) {
      await act();
      expect(await shown(page)).toMatch(count);
    }
    await page.close();
  });

  it("jumps from a witness picture to its ops in the timeline", async () => {
    const { page } = await open(browser, staleRegister());
    const whole = await rangeText(page);
    await page.getByRole("button", { name: "Show in the timeline" }).first().click();
    expect(await rangeText(page)).not.toBe(whole);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("lanes");
    await page.close();
  });

  it("zooms charts and timeline together", async () => {
    const { page } = await open(browser, await lostElements());
    const whole = await rangeText(page);
    const plot = page.locator(".uplot .u-over").nth(1);
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error("the chart is not laid out");
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 6 });
    await page.mouse.up();
    expect(await rangeText(page)).not.toBe(whole);
    await plot.dblclick();
    expect(await rangeText(page)).toBe(whole);
    await page.close();
  });
});

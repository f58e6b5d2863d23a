/** A real Chromium for the tests of the page. Without one they skip, and say why; on a CI machine that is a failure. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type ReportInput, renderReport } from "../../report.js";
import { testAssets } from "../../testing/assets.js";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** undefined where the tests can run; else why not. */
export const noChromium: string | undefined = existsSync(CHROMIUM) ? undefined : `no Chromium at ${CHROMIUM}`;

if (noChromium !== undefined && process.env["CI"] === "true") {
  throw new Error(`${noChromium}: install it (apt-get install chromium) or name another by CHROMIUM=/path.`);
}

export function launch(): Promise<Browser> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", ...quiet],
  });
}

/** A page that was opened from a file, with everything that went wrong in it. */
export interface Opened {
  readonly page: Page;
  /** Console errors and warnings, exceptions, and requests for anything but the file itself. */
  readonly complaints: string[];
  readonly bytes: number;
}

/** Renders a report into a file and opens it, as a user would: from disk, without a server. */
export async function open(browser: Browser, input: ReportInput, options: BrowserContextOptions = {}): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "cap-test-report-"));
  const path = join(folder, "report.html");
  const text = await renderReport(input, await testAssets());
  await writeFile(path, text);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(path).href && !request.url().startsWith("data:"))
      complaints.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
  return { page, complaints, bytes: Buffer.byteLength(text) };
}

/** "0.0 s to 38.7 s": what the timeline shows. */
export function rangeText(page: Page): Promise<string | null> {
  return page.locator(".toolbar .range").textContent();
}

/** "12 of 904 ops" */
export function shown(page: Page): Promise<string | null> {
  return page.locator(".shown [role=status]").textContent();
}

/** How many of a canvas's pixels are not of its most frequent colour: 0 for an empty one. */
export function ink(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const counts = new Map<number, number>();
    for (let i = 0; i < data.length; i += 4) {
      const colour = ((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return data.length / 4 - Math.max(0, ...counts.values());
  });
}

/** axe-core's script, where it is installed. */
export function axeSource(): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  } catch {
    return undefined;
  }
}

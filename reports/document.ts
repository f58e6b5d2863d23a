/** The page around the sections: head, navigation, embedded data, script and style, and the rules that keep it closed. */
import type { RunResults } from "../src/core/run.js";
import { base64 } from "./embed.js";
import { type Html, html, trusted } from "./html.js";
import { icon, validWord } from "./icons.js";
import { validOf } from "./read.js";
import { clip } from "./show.js";

/** What the build bundles from `reports/page/`. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

interface Parts {
  readonly results: RunResults;
  readonly body: Html;
  /** Base64. */
  readonly data: string;
  readonly hasLogs: boolean;
  readonly hasMessages: boolean;
}

/** Runs before the first paint: the theme chosen last time, and a mark that scripts work. */
const BOOT = `document.documentElement.classList.add("js");try{var t=localStorage.getItem("cap-test-theme");if(t==="dark"||t==="light")document.documentElement.dataset.theme=t}catch(e){}`;

const LINKS: readonly (readonly [id: string, label: string])[] = [
  ["verdict", "Verdict"],
  ["findings", "Findings"],
  ["timeline", "Timeline"],
  ["messages", "Messages"],
  ["faults", "Faults"],
  ["availability", "Availability"],
  ["performance", "Latency"],
  ["logs", "Logs"],
  ["run", "Run"],
];

const ICON_COLOURS = { valid: "%23188a4e", invalid: "%23d0342c", unknown: "%23c98a00" } as const;

export async function documentOf(parts: Parts, assets: ReportAssets): Promise<string> {
  const { results } = parts;
  const word = validWord(validOf(results));
  const absent = new Set([...(parts.hasLogs ? [] : ["logs"]), ...(parts.hasMessages ? [] : ["messages"])]);
  return pageOf(
    {
      title: `${word}: ${clip(`${results.system} ${results.workload} ${results.nemesis}`, 120)}`,
      iconColour: ICON_COLOURS[word],
      skipTo: "the verdict",
      links: LINKS.filter(([id]) => !absent.has(id)),
      body: parts.body,
      footer: "Rendered from results.json and history.jsonl; this page judges nothing itself.",
      data: parts.data,
    },
    assets,
  );
}

/** What differs between pages. */
export interface PageParts {
  readonly title: string;
  /** As in a URL: "%23188a4e". */
  readonly iconColour: string;
  /** "the verdict" */
  readonly skipTo: string;
  /** Sections, for the bar. */
  readonly links: readonly (readonly [id: string, label: string])[];
  readonly body: Html;
  readonly footer: string;
  /** Base64. */
  readonly data: string;
}

/** Any page of ours: closed to the outside, with its own script and style and nothing else. */
export async function pageOf(parts: PageParts, assets: ReportAssets): Promise<string> {
  const script = closed(assets.script, "script");
  const style = closed(assets.style, "style");
  const policy = await contentPolicy([BOOT, script], style);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${parts.title} · cap-test</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='${trusted(parts.iconColour)}'/%3E%3C/svg%3E">
<style>${trusted(style)}</style><script>${trusted(BOOT)}</script></head>
<body><a class="skip" href="#main">Skip to ${parts.skipTo}</a>
<header class="bar"><span class="brand">cap-test</span><nav aria-label="Sections">${parts.links.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}</nav>
<button type="button" id="theme" class="needs-js" aria-label="Switch between dark and light">${icon("theme")}</button></header>
<main id="main" tabindex="-1">${parts.body}</main>
<footer><p>Made by cap-test. ${parts.footer}</p></footer>
<script type="application/octet-stream" id="report-data">${trusted(parts.data)}</script>
<script>${trusted(script)}</script></body></html>
`;
  return page.text;
}

/**
 * Bundled code must not end its own element: "</script" inside a string would, and "<!--" makes the parser wait for "-->".
 * The escapes mean the same inside strings of both languages. Line ends become what the parser makes of them, or the
 * hash of the policy would not fit.
 */
function closed(code: string, element: "script" | "style"): string {
  return code
    .replace(/\r\n?/g, "\n")
    .replace(new RegExp(`</(?=${element})`, "gi"), "<\\/")
    .replace(/<!--/g, "<\\!--");
}

/**
 * Nothing from outside, and only the two scripts and the sheet we wrote, named by their hashes: should a value ever slip
 * through the escaping, the browser still refuses to run it.
 */
async function contentPolicy(scripts: readonly string[], style: string): Promise<string> {
  const hashes = await Promise.all(scripts.map(hashOf));
  return `default-src 'none'; img-src data:; script-src ${hashes.join(" ")}; style-src ${await hashOf(style)}; base-uri 'none'; form-action 'none'`;
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${base64(new Uint8Array(digest))}'`;
}

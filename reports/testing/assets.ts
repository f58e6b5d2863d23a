/** Bundles the page's script and style in-process, for tests and for looking at a page while working on it. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ReportAssets } from "../document.js";

const bundled = new Map<string, Promise<ReportAssets>>();

/** The assets as the build makes them, once per process: of a run's report, or of a comparison. */
export function testAssets(page: "report" | "compare" = "report"): Promise<ReportAssets> {
  const known =
    bundled.get(page) ?? (page === "report" ? bundle("main.tsx", "style.css") : bundle("compare.ts", "compare.css"));
  bundled.set(page, known);
  return known;
}

async function bundle(script: string, style: string): Promise<ReportAssets> {
  const page = fileURLToPath(new URL("../page/", import.meta.url));
  const result = await build({
    entryPoints: [`${page}${script}`, `${page}${style}`],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
    write: false,
    outdir: "/virtual",
    legalComments: "none",
  });
  const text = (suffix: string): string => {
    const file = result.outputFiles.find((each) => each.path.endsWith(suffix));
    if (file === undefined) throw new Error(`esbuild gave no ${suffix}`);
    return file.text;
  };
  return { script: text(".js"), style: text(".css") };
}

/** Bundles the page's script and style in-process, for tests and for looking at a page while working on it. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ReportAssets } from "../document.js";

let bundled: Promise<ReportAssets> | undefined;

/** The assets as the build makes them, once per process. */
export function testAssets(): Promise<ReportAssets> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<ReportAssets> {
  const page = fileURLToPath(new URL("../page/", import.meta.url));
  const result = await build({
    entryPoints: [`${page}main.tsx`, `${page}style.css`],
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
  return { script: text("main.js"), style: text("style.css") };
}

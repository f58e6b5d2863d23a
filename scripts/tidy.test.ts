/** House rules the linter cannot express: no hidden randomness in pure layers, head comments, no file nobody uses. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PURE = ["src/core", "src/history", "src/generators", "src/nemeses", "src/kv", "checkers", "reports", "workloads"];
const ALL = ["src", "checkers", "reports", "workloads", "docker", "bench"];
/** Files that are started, not imported. */
const ENTRIES = [
  /^src\/cli\/main\.ts$/,
  /^src\/index\.ts$/,
  /^checkers\/index\.ts$/,
  /^docker\/kv\/entry\.ts$/,
  /^bench\//,
  /^reports\/page\/main\.tsx$/,
  /^reports\/page\/compare\.ts$/,
];

function files(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

const isTest = (path: string): boolean => path.includes(".test.") || path.includes("/testing");
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const sources = ALL.flatMap(files);

describe("tidy", () => {
  it("pure layers never call Math.random or read a clock, nor functions whose bits differ between engines", () => {
    const random = /\bMath\.random\b|\bDate\.now\b|\bnew Date\b/;
    // Their last bits differ between engines, so they may not come near a simulated history; a report may draw with them.
    const inexact = /\bMath\.(pow|exp|log|log2|log10|sin|cos|tan)\b|\bIntl\b/;
    const offenders = sources
      .filter((path) => PURE.some((layer) => path.startsWith(`${layer}/`)) && !path.startsWith("reports/page"))
      .filter((path) => !isTest(path))
      .flatMap((path) =>
        text(path)
          .split("\n")
          .map((line, i) => ({ line, at: `${path}:${i + 1}` }))
          .filter(({ line }) => {
            const code = line.replace(/\/\/.*|^\s*\/?\*.*/, "");
            return random.test(code) || (!path.startsWith("reports") && inexact.test(code));
          })
          .map(({ at }) => at),
      );
    expect(offenders).toEqual([]);
  });

  it("every file starts with a comment that says why it exists", () => {
    // A test file says it in its first `describe`.
    const told = sources.filter((path) => !path.includes(".test."));
    expect(told.filter((path) => !/^(#!.*\n)?\/[*/]/.test(text(path)))).toEqual([]);
  });

  it("every file is used by another", () => {
    const used = new Set<string>();
    for (const path of [...sources, ...files("scripts")]) {
      for (const [, specifier = ""] of text(path).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
        used.add(normalize(join(dirname(path), specifier)).replace(/\.jsx?$/, ""));
      }
    }
    const unused = sources
      .filter((path) => !path.includes(".test.") && !ENTRIES.some((entry) => entry.test(path)))
      .filter((path) => !used.has(relative(".", path).replace(/\.tsx?$/, "")));
    expect(unused).toEqual([]);
  });
});

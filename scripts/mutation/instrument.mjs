/**
 * Makes the program that `npm run mutate` runs: all mutants of some files at once, each behind a switch (Stryker's
 * instrumenter), in one bundle with the checkers' tests. `$m.active` is the number of the one mutant that is on.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** What a message says is checked where it carries a fact; that each of its words is, is not worth a test. */
const EXCLUDED = ["StringLiteral"];

/** The switched sources by absolute path, and every mutant with its place. */
export async function switched(instrumenter, files) {
  const { Instrumenter } = await import(pathToFileURL(instrumenter).href);
  const quiet = new Proxy({}, { get: (_, name) => (String(name).startsWith("is") ? () => false : () => {}) });
  const options = { excludedMutations: EXCLUDED, ignorers: [], plugins: null, noHeader: true };
  const inputs = files.map((name) => ({ name, mutate: true, content: readFileSync(name, "utf8") }));
  const made = await new Instrumenter(quiet).instrument(inputs, options);
  const sources = new Map(made.files.map(({ name, content }) => [resolve(name), content]));
  const mutants = made.mutants
    .filter(({ status }) => status !== "Ignored")
    .map(({ id, fileName, location, mutatorName, replacement }) => {
      const original = textAt(inputs.find(({ name }) => name === fileName).content, location);
      return { id: Number(id), file: fileName, line: location.start.line + 1, mutatorName, original, replacement };
    });
  return { sources, mutants };
}

function textAt(content, { start, end }) {
  const lines = content.split("\n").slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return lines.join("\n");
}

/** The switches as cheap as can be. Only the first run counts what is reached (`covers`). */
function withSwitches(content, covers) {
  return content
    .replace(/stryMutAct_9fa48\("(\d+)"\)/g, "($m.active === $1 && $m.hit())")
    .replace(/stryCov_9fa48\(([^)]*)\)/g, (_, ids) => (covers ? `(${ids.replace(/"(\d+)"/g, "$m.hits[$1]++")})` : "0"));
}

/** One script with all tests, each test file evaluated only when it is asked for. Packages stay outside. */
export async function bundle(sources, tests, covers) {
  const entry = `export const files = {${tests.map((path) => `${JSON.stringify(path)}: () => import("./${path}")`)}};`;
  const plugin = {
    name: "mutants",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path, kind }) => (kind === "entry-point" ? null : { path, external: true }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = sources.get(path);
        if (source !== undefined) return { contents: withSwitches(source, covers), loader: "ts" };
        if (!path.endsWith(".test.ts")) return null;
        // Stored histories outside the checkout are looked for beside a test: they are slow, and not everybody has them.
        const contents = readFileSync(path, "utf8").replaceAll("import.meta.url", '"file:///nowhere/at/all/test.ts"');
        return { contents, loader: "ts", resolveDir: dirname(path) };
      });
    },
  };
  const made = await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: "js" },
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    plugins: [plugin],
    logLevel: "error",
  });
  return { code: made.outputFiles[0].text, inputs: made.metafile.inputs };
}

/** The tests that have anything to do with the mutated files: those that import one, however indirectly. */
export function concerned(inputs, tests, sources) {
  const mutated = new Set([...sources.keys()].map((path) => relative(".", path)));
  return tests.filter((test) => {
    const seen = new Set([test]);
    for (const path of seen) for (const { path: next } of inputs[path]?.imports ?? []) seen.add(next);
    return [...seen].some((path) => mutated.has(path));
  });
}

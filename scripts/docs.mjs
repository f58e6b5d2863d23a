/** Writes the README's tables from the registries: `npm run docs`. A test fails when they are not current. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = join(root, "README.md");

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((c) => String(c).replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

/** Median of the seeds until found over several starting points; where one found nothing, at least so many. */
function medianSeeds({ seeds, of } = { seeds: [], of: 0 }) {
  if (seeds.length === 0) return "not measured";
  const sorted = seeds.map((n) => n ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  if (Number.isFinite(median)) return String(median);
  const found = sorted.filter(Number.isFinite);
  return found.length === 0 ? `not found in ${of}` : `${found[0]} from one start, not in ${of} from the others`;
}

/** What `npm run docs:bugs` measured. */
const measuredBugs = () => JSON.parse(readFileSync(join(root, "scripts/planted-bugs.json"), "utf8"));

const optionWords = (options) =>
  options
    .filter(({ name }) => name !== "bug")
    .map(({ name, default: usual, summary }) => `\`${name}=${usual}\` ${summary}`)
    .join("; ");

function tables({ systems, workloads, nemeses }, bugs) {
  const measured = measuredBugs();
  const fitting = (needs) => systems.filter(({ ops }) => needs.every((f) => ops.includes(f))).map(({ name }) => name);
  return {
    systems: table(
      ["system", "what", "promises", "nodes", "runs on", "options"],
      systems.map((s) => [
        `\`${s.name}\``,
        s.summary,
        s.promises,
        s.defaultNodes,
        s.runtimes.join(", "),
        optionWords(s.options),
      ]),
    ),
    workloads: table(
      ["workload", "what", "systems", "options"],
      workloads.map((w) => [`\`${w.name}\``, w.summary, fitting(w.needs).join(", "), optionWords(w.options)]),
    ),
    nemeses: table(
      ["fault", "what", "kinds"],
      nemeses.map((n) => [`\`${n.name}\``, n.summary, n.kinds.filter((kind) => !kind.endsWith("-one-way")).join(", ")]),
    ),
    bugs: table(
      ["system", "bug", "what the node does wrong", "workload, nemesis", "found by", "seeds until found (median)"],
      bugs.map((b) => [
        `\`${b.system}\``,
        `\`${b.name}\``,
        b.summary,
        `${b.workload}, ${b.nemesis}`,
        b.checker,
        medianSeeds(measured[b.name]),
      ]),
    ),
  };
}

/** The README as it should be. */
export async function currentReadme() {
  const { registry } = await import(join(root, "dist/src/registry.js"));
  const { BUGS } = await import(join(root, "dist/src/kv/bugs.js"));
  let text = readFileSync(readme, "utf8");
  for (const [name, content] of Object.entries(tables(registry, BUGS))) {
    text = text.replace(
      new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`),
      () => `<!-- ${name} -->\n${content}\n<!-- /${name} -->`,
    );
  }
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ensureBuilt } = await import("./build.mjs");
  await ensureBuilt();
  writeFileSync(readme, await currentReadme());
}

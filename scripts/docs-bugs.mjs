/**
 * Measures how many seeds a sweep takes to find each planted bug, and writes scripts/planted-bugs.json, which `npm run docs`
 * renders: `npm run docs:bugs` for all bugs, `npm run docs:bugs NAME…` for some. Takes minutes to hours.
 *
 * A seed counts as found only where the checker that should find the bug does, and a sound node passes the very same run.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, "scripts/planted-bugs.json");
/** Starting points: seeds from these on are tried, so many at most. */
const STARTS = [1, 10_001, 20_001];
const SEEDS_MAX = Number(process.env.SEEDS_MAX ?? 1000);

await ensureBuilt();
const from = (path) => import(join(root, "dist/src", path));
const { BUGS } = await from("kv/bugs.js");
const { registry } = await from("registry.js");
const { runSeed, sweepContext } = await from("runner/sweep/seed-run.js");
const { withSweepDefaults } = await from("runner/sweep/sweep.js");
const context = sweepContext(registry, "docs");

/** Seeds tried until one is found; null where none of the first SEEDS_MAX is. */
async function seedsUntilFound(bug, start) {
  const { system, name, workload, nemesis, options = {} } = bug;
  const request = (systemOpts) => withSweepDefaults({ system, systemOpts, workload, nemesis });
  for (let n = 1; n <= SEEDS_MAX; n++) {
    const seed = start + n - 1;
    const { findings, valid } = await runSeed(request({ bug: name }), seed, context);
    if (valid !== false || !findings.some(({ checker }) => checker === bug.checker)) continue;
    // An option that is the bug leaves nothing sound to compare with but the defaults.
    const sound = await runSeed(request(bug.optionsAreTheBug ? {} : options), seed, context);
    if (sound.valid === true) return n;
  }
  return null;
}

const names = process.argv.slice(2);
const measured = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
for (const bug of BUGS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const seeds = [];
  for (const start of STARTS) seeds.push(await seedsUntilFound(bug, start));
  measured[bug.name] = { seeds, of: SEEDS_MAX };
  process.stdout.write(`${bug.name} ${seeds.join(" ")}\n`);
  const known = BUGS.filter(({ name }) => measured[name] !== undefined);
  const ordered = Object.fromEntries(known.map(({ name }) => [name, measured[name]]));
  // Short lists on one line, as the formatter wants them.
  const text = JSON.stringify(ordered, null, 2).replace(
    /\[\s+([^\]]*?)\s+\]/g,
    (_, items) => `[${items.replace(/\s+/g, " ")}]`,
  );
  writeFileSync(file, `${text}\n`);
}

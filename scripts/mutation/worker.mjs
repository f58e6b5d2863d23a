/**
 * Runs the bundled tests, again and again, with one mutant on at a time. It answers messages: `cover` (run everything,
 * count which mutants each test reaches) and `try` (one mutant, some tests, until the first that fails). What it is doing is
 * always to be read from shared memory, since a mutant may never let go of the thread.
 */
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { collector } from "./tests.mjs";

const { code, root, size, shared } = workerData;
const now = new Float64Array(shared);
const require = createRequire(root);
// Always the same random histories, and no search for a smaller one: only whether a test fails is asked.
require("fast-check").configureGlobal({ seed: 1, endOnFailure: true });
const script = new Script(`(function (require, module, exports, $m) {${code}\n})`, { filename: "mutants.cjs" });
const hits = new Int32Array(size);
const $m = {
  hits,
  active: -1,
  left: Number.POSITIVE_INFINITY,
  hit() {
    if (--this.left < 0) throw new Error("the mutant was met far more often than the original");
    return true;
  },
};

/** Modules keep state (tables made once), so each mutant gets new ones. */
function evaluate() {
  const module = { exports: {} };
  const { tests, vitest } = collector();
  script.runInThisContext()((name) => (name === "vitest" ? vitest : require(name)), module, module.exports, $m);
  return { files: module.exports.files, tests };
}

async function cover() {
  const found = [];
  for (const file of Object.keys(evaluate().files)) {
    const { files, tests } = evaluate();
    hits.fill(0);
    await files[file]();
    const atLoad = reached();
    for (const [n, { name, run }] of tests.entries()) {
      const started = performance.now();
      hits.fill(0);
      let error;
      try {
        await run();
      } catch (thrown) {
        error = String(thrown?.stack ?? thrown);
      }
      found.push({ file, n, name, ms: performance.now() - started, reached: reached(), atLoad, error });
    }
  }
  return found;
}

const reached = () => {
  const list = [];
  for (let id = 0; id < hits.length; id++) if (hits[id] > 0) list.push([id, hits[id]]);
  return list;
};

/** `tests`: file and number within it, in the order to try them. */
async function attempt({ id, tests, hitLimit }) {
  $m.active = id;
  $m.left = hitLimit;
  const evaluated = evaluate();
  const loaded = new Map();
  for (const [i, { file, n }] of tests.entries()) {
    now[0] = i;
    now[1] = Date.now();
    try {
      if (!loaded.has(file)) {
        const before = evaluated.tests.length;
        await evaluated.files[file]();
        loaded.set(file, evaluated.tests.slice(before));
      }
      await loaded.get(file)[n].run();
    } catch (thrown) {
      return { killedBy: i, error: String(thrown?.message ?? thrown).slice(0, 200) };
    }
  }
  return { killedBy: -1 };
}

parentPort.on("message", async (message) => {
  const answer = message.kind === "cover" ? await cover() : await attempt(message);
  now[1] = 0;
  parentPort.postMessage(answer);
});

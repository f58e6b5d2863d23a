/** Tries mutants one after the other in a worker, which is replaced when a mutant loops for ever or fills the memory. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";

const MB = 1024 * 1024;
const HEAP_MB = 1500;
const RSS_MB = 3500;
/** Coverage is counted once, so a test's time there says how long it may take with a mutant, other load included. */
const SLACK_MS = 3000;
const SLOWER = 10;

/** Answers one message at a time; undefined where the worker had to be stopped or died. */
class Runner {
  constructor(code, size) {
    this.options = { code, size, root: join(process.cwd(), "package.json") };
    this.shared = new SharedArrayBuffer(16);
    this.now = new Float64Array(this.shared);
  }

  async ask(message, limitMs) {
    this.worker ??= new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData: { ...this.options, shared: this.shared },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const { worker } = this;
    this.now.fill(0);
    let timer;
    const answer = await new Promise((resolve) => {
      const done = (reason) => (value) => resolve(reason === undefined ? value : { stopped: reason, at: this.now[0] });
      worker.removeAllListeners();
      worker.once("message", done());
      worker.once("error", done("crash"));
      worker.once("exit", done("crash"));
      timer = setInterval(() => {
        const [test, since] = this.now;
        if (since > 0 && Date.now() - since > limitMs(test)) done("timeout")();
        else if (process.memoryUsage.rss() > RSS_MB * MB) done("memory")();
      }, 100);
      worker.postMessage(message);
    });
    clearInterval(timer);
    if (answer.stopped !== undefined) await this.stop();
    return answer;
  }

  async stop() {
    this.worker?.removeAllListeners();
    await this.worker?.terminate();
    this.worker = undefined;
  }
}

/** Every test with its time and how often it reaches which mutants (of numbers below `size`); fails where a test fails unmutated. */
export async function coverage(code, size) {
  const runner = new Runner(code, size);
  const tests = await runner.ask({ kind: "cover" }, () => Number.POSITIVE_INFINITY);
  await runner.stop();
  if (tests.stopped !== undefined) throw new Error(`the tests ended by ${tests.stopped} without any mutant`);
  const failed = tests.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`${failed.file}: ${failed.name} fails without any mutant: ${failed.error}`);
  return tests;
}

/** What became of each mutant: `killed`, `timeout`, `survived` or `unreached`. `tell` hears of each as it is known. */
export async function tryAll(code, size, chosen, tests, budgetMs, tell) {
  const runner = new Runner(code, size);
  const record = tests.map(() => ({ kills: 0, tries: 0 }));
  const reachedBy = tests.map(({ reached }) => new Map(reached));
  const atLoad = tests.map(({ atLoad: list }) => new Set(list.map(([id]) => id)));
  const results = [];
  for (const mutant of chosen) {
    const { id } = mutant;
    const reaching = tests.map((_, i) => i).filter((i) => reachedBy[i].has(id) || atLoad[i].has(id));
    const worth = (i) => (record[i].kills + 1) / (record[i].tries + 2) / (tests[i].ms + 0.5);
    reaching.sort((a, b) => worth(b) - worth(a));
    // The last of a survivor's tests are the dearest and kill least.
    const order = [];
    for (let k = 0, ms = 0; k < reaching.length && ms < budgetMs; k++) {
      order.push(reaching[k]);
      ms += tests[reaching[k]].ms;
    }
    const hits = Math.max(0, ...order.map((i) => reachedBy[i].get(id) ?? 0));
    const message = {
      id,
      hitLimit: 100_000 + 50 * hits,
      tests: order.map((i) => tests[i]).map(({ file, n }) => ({ file, n })),
    };
    const started = Date.now();
    const answer =
      order.length === 0
        ? { killedBy: -1 }
        : await runner.ask(message, (i) => SLACK_MS + SLOWER * (tests[order[i]]?.ms ?? 0));
    const killer = answer.stopped === undefined ? answer.killedBy : answer.at;
    for (const [k, i] of order.entries()) {
      if (killer >= 0 && k > killer) break;
      record[i].tries++;
      if (k === killer) record[i].kills++;
    }
    const status =
      answer.stopped !== undefined ? "timeout" : killer >= 0 ? "killed" : order.length === 0 ? "unreached" : "survived";
    const result = {
      ...mutant,
      status,
      by: killer >= 0 ? tests[order[killer]]?.name : undefined,
      reason: answer.stopped ?? answer.error,
      left: reaching.length - order.length,
      ms: Date.now() - started,
    };
    results.push(result);
    tell(result);
  }
  await runner.stop();
  return results;
}

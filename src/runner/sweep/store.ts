/** Where a sweep leaves its result: DIR/sweeps/<system>-<workload>-<nemesis>/<UTC time>/, without a folder per seed. */
import { join, resolve } from "node:path";
import { renderSweepJunit } from "../../../reports/sweep-junit.js";
import { createRunFolder, type RunFolder } from "../store.js";
import type { SweepResult } from "./types.js";

/** Writes sweep.json and junit.xml. */
export function storeSweep(result: SweepResult, dir: string, now: Date): RunFolder {
  const name = `${result.system}-${result.workload}-${result.nemesis}`;
  const folder = createRunFolder(join(resolve(dir), "sweeps"), name, now);
  folder.write("sweep.json", `${JSON.stringify(result, null, 2)}\n`);
  folder.write("junit.xml", renderSweepJunit(result, now.toISOString()));
  return folder;
}

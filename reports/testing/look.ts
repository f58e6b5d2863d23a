/** Writes the sample reports to a folder, to look at them: `npx tsx`-like runners or vitest may import it. */
import { mkdir, writeFile } from "node:fs/promises";
import { renderReport } from "../report.js";
import { testAssets } from "./assets.js";
import { lostElements } from "./lost-sample.js";
import { bigRun, staleRegister, unknownRun, validRun } from "./samples.js";

export async function writeSamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const assets = await testAssets();
  const samples = {
    lost: await lostElements(),
    stale: staleRegister(),
    valid: validRun(),
    unknown: unknownRun(),
    big: bigRun(100_000),
  };
  for (const [name, input] of Object.entries(samples))
    await writeFile(`${folder}/${name}.html`, await renderReport(input, assets));
}

/** `cap-test serve`: looks at stored runs in a browser. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { EXIT, UsageError } from "../core/errors.js";
import { pageAssets } from "../runner/write-reports.js";
import { serveRuns } from "../serve/server.js";
import { type CommonOptions, withCommon } from "./common.js";
import { createOutput } from "./output.js";

interface Flags extends CommonOptions {
  readonly port: number;
  readonly dir: string;
}

const DEFAULT_PORT = 4100;

const portOf = (text: string): number => {
  const port = Number(text);
  if (text.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("A number from 0 (any free port) to 65535.");
  return port;
};

const EXAMPLES = `
Examples:
  cap-test serve
  cap-test serve --port 0 --dir runs

Listens on 127.0.0.1 only, reads only, and never leaves the runs folder. Ctrl-C ends it.`;

export function serveCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("serve"))
    .description("list stored runs in a browser: filter, sort, open reports, download")
    .option("--port <n>", "the port on 127.0.0.1; 0 = any free one", portOf, DEFAULT_PORT)
    .option("--dir <path>", "where runs are stored", "runs")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await serve(flags)));
}

async function serve(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const dir = resolve(flags.dir);
  if (!existsSync(dir))
    throw new UsageError(`there is no folder ${dir}; \`cap-test run\` makes it, or name another by --dir.`);
  const serving = await serveRuns({ dir, port: flags.port, style: pageAssets().style });
  output.value({ url: serving.url, dir });
  if (!output.json) output.result(`${serving.url} lists the runs in ${dir} (Ctrl-C ends)`);
  await new Promise<void>((done) => {
    process.once("SIGINT", () => done());
    process.once("SIGTERM", () => done());
  });
  await serving.close();
  return EXIT.valid;
}

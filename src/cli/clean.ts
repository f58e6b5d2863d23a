/** `cap-test clean`: removes what runs left in Docker, sparing those that are still going on. */
import type { Command } from "commander";
import { EXIT } from "../core/errors.js";
import { connectDocker, sweep } from "../runtimes/docker/index.js";
import { type CommonOptions, withCommon } from "./common.js";
import { createOutput } from "./output.js";

const WHY = {
  alive: "its process is still running",
  kept: "it was left running on purpose",
  elsewhere: "it was started on another machine or in another container",
} as const;

export function cleanCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("clean"))
    .description("remove what runs left in Docker (containers, networks, volumes); runs that are alive are spared")
    .addHelpText("after", "\nExample:\n  cap-test clean")
    .action(async (options: CommonOptions) => {
      const output = createOutput(options);
      const { spared, ...removed } = await sweep(await connectDocker(), "dead-and-kept");
      output.value({ ...removed, spared });
      const { containers, networks, volumes } = removed;
      if (!output.json) output.result(`removed ${containers} containers, ${networks} networks, ${volumes} volumes`);
      for (const { runId, why } of spared) output.line(`spared ${runId}: ${WHY[why]}`);
      exit(EXIT.valid);
    });
}

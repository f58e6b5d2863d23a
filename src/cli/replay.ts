/** `cap-test replay DIR`: does a stored simulation repeat, byte by byte? */
import type { Command } from "commander";
import { extendedRegistry } from "../config/extend.js";
import { EXIT } from "../core/errors.js";
import { replay } from "../runner/replay.js";
import { type CommonOptions, version, withCommon } from "./common.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput } from "./output.js";

export function replayCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("replay"))
    .argument("<dir>", "the folder of a simulated run")
    .description("run a stored simulation again and compare the history byte by byte")
    .option("--config <file>", "systems and workloads of your own (default: cap-test.config.{ts,mjs,js} here)")
    .addHelpText("after", "\nExample:\n  cap-test replay runs/latest\n\nExit: 0 identical, 1 different.")
    .action(async (dir: string, options: CommonOptions & { readonly config?: string }) => {
      const output = createOutput(options);
      const interrupt = listenForInterrupts((text) => output.line(text));
      try {
        const { registry } = await extendedRegistry(options.config);
        const context = { registry, version: version(), now: new Date(), dockerAnswers: async () => false };
        const result = await replay(dir, context, interrupt.signal);
        output.value(result);
        const { identical, events, difference } = result;
        output.result(identical ? `identical: ${events} events` : `different from line ${difference?.line} on`);
        if (difference !== undefined) output.line(`stored:   ${difference.stored}\nreplayed: ${difference.replayed}`);
        exit(identical ? EXIT.valid : EXIT.invalid);
      } finally {
        interrupt.dispose();
      }
    });
}

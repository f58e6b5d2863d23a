/** `cap-test doctor`: what this machine can do, and what to do about what it cannot. */
import { freemem, totalmem } from "node:os";
import type { Command } from "commander";
import { EXIT } from "../core/errors.js";
import { inspectDocker } from "../runtimes/docker/index.js";
import { type CommonOptions, withCommon } from "./common.js";
import { createOutput } from "./output.js";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

function inspectHost(): Finding[] {
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const enough = totalmem() >= 3 * 2 ** 30;
  return [
    { name: "Node.js", ok: true, detail: process.version },
    {
      name: "memory",
      ok: enough,
      detail: `${gib(freemem())} free of ${gib(totalmem())}`,
      ...(enough ? {} : { advice: "six Redis or five etcd nodes want about 2 GiB free" }),
    },
  ];
}

export function doctorCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("doctor"))
    .description("look at Docker, kernel features and memory, and say what to do about each")
    .addHelpText("after", "\nExample:\n  cap-test doctor")
    .action(async (options: CommonOptions) => {
      const output = createOutput(options);
      const findings: Finding[] = [...inspectHost(), ...(await inspectDocker())];
      output.value(findings);
      if (!output.json) {
        for (const { name, ok, detail, advice } of findings) {
          const mark = ok ? output.paint.green("ok     ") : output.paint.yellow("missing");
          output.result(`${mark} ${name}: ${detail}`);
          if (advice !== undefined) output.result(`        ${advice}`);
        }
      }
      exit(findings.every(({ ok }) => ok) ? EXIT.valid : EXIT.crash);
    });
}

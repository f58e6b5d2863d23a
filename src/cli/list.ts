/** `cap-test list`: what there is and what fits what, straight from the registries. */
import type { Command } from "commander";
import { extendedRegistry } from "../config/extend.js";
import { BUGS } from "../kv/bugs.js";
import { lookUp } from "../runner/names.js";
import type { Registry } from "../runner/plan.js";
import { type CommonOptions, withCommon } from "./common.js";
import { createOutput } from "./output.js";

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly [more: string]: unknown;
}

/** Checkers by the workload that uses them, found by making each workload once. */
function checkerEntries(registry: Registry): Entry[] {
  const users = new Map<string, string[]>();
  for (const workload of registry.workloads) {
    const options = Object.fromEntries(workload.options.map((option) => [option.name, option.default]));
    const made = workload.create({ nodes: ["n1", "n2", "n3"], concurrency: 3, options, ops: workload.needs });
    for (const { name } of made.checkers) users.set(name, [...(users.get(name) ?? []), workload.name]);
  }
  const entries = [...users].map(([name, workloads]) => ({
    name,
    summary: `judges ${workloads.join(", ")}`,
    workloads,
  }));
  const always = { workloads: registry.workloads.map(({ name }) => name) };
  return [
    ...entries,
    { name: "faults", summary: "every fault was proved to bite and to heal, or the run is unknown", ...always },
    { name: "harness", summary: "the harness itself kept up, or the run is unknown", ...always },
  ];
}

/** Planted bugs, each with the command that finds it. */
function bugEntries(): Entry[] {
  return BUGS.map(({ options, ...bug }) => ({
    ...bug,
    ...(options === undefined ? {} : { systemOpts: options }),
    command:
      `cap-test sweep --system ${bug.system} --system-opt bug=${bug.name} --workload ${bug.workload}` +
      `${bug.nemesis === "swarm" ? "" : ` --nemesis ${bug.nemesis}`} --stop-on-failure`,
  }));
}

const TOPICS: readonly { readonly name: string; entries(registry: Registry): readonly Entry[] }[] = [
  {
    name: "systems",
    entries: (registry) =>
      registry.systems.map(({ create: _, ...definition }) => ({
        ...definition,
        workloads: registry.workloads
          .filter(({ needs }) => needs.every((f) => definition.ops.includes(f)))
          .map(({ name }) => name),
      })),
  },
  {
    name: "workloads",
    entries: (registry) =>
      registry.workloads.map(({ create: _, ...definition }) => ({
        ...definition,
        systems: registry.systems
          .filter(({ ops }) => definition.needs.every((f) => ops.includes(f)))
          .map(({ name }) => name),
      })),
  },
  { name: "nemeses", entries: ({ nemeses }) => nemeses.map(({ create: _, ...definition }) => definition) },
  { name: "checkers", entries: checkerEntries },
  { name: "bugs", entries: bugEntries },
];

export function listCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("list"))
    .argument("[what]", TOPICS.map(({ name }) => name).join(", "))
    .description("list systems, workloads, nemeses, checkers and planted bugs, and which fit which")
    .addHelpText("after", "\nExamples:\n  cap-test list\n  cap-test list systems --json")
    .option("--config <file>", "list your own too (default: cap-test.config.{ts,mjs,js} here)")
    .action(async (what: string | undefined, options: CommonOptions & { readonly config?: string }) => {
      const { registry } = await extendedRegistry(options.config);
      const output = createOutput(options);
      const topics = what === undefined ? TOPICS : [lookUp("list", what, TOPICS)];
      const [first] = topics;
      output.value(
        what === undefined || first === undefined
          ? Object.fromEntries(topics.map((topic) => [topic.name, topic.entries(registry)]))
          : first.entries(registry),
      );
      if (!output.json) for (const topic of topics) print(topic, registry, output);
      exit(0);
    });
}

function print(topic: (typeof TOPICS)[number], registry: Registry, output: ReturnType<typeof createOutput>): void {
  const { bold, dim } = output.paint;
  output.result(bold(topic.name));
  for (const { name, summary, ...more } of topic.entries(registry)) {
    output.result(`  ${bold(name)}  ${summary}`);
    if (more.command !== undefined)
      output.result(dim(`      ${more.system}, found by ${more.checker}: ${more.command}`));
    const fits = more.workloads ?? more.systems ?? more.kinds;
    const label = more.workloads ? "workloads" : more.systems ? "systems" : "kinds";
    if (topic.name !== "checkers" && Array.isArray(fits)) output.result(dim(`      ${label}: ${fits.join(", ")}`));
    const options = more.options as readonly { name: string; summary: string; default: string }[] | undefined;
    for (const option of options ?? []) {
      output.result(dim(`      ${option.name}=${option.default || "…"}  ${option.summary}`));
    }
  }
}

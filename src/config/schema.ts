/** The shape of a configuration file, checked field by field, so that a mistake is one line that names its place. */
import { z } from "zod";

const seconds = z.number({ error: "a number of seconds above 0" }).positive({ error: "a number of seconds above 0" });
const text = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" });
const whole = (least: number) => {
  const error = `a whole number of ${least} or more`;
  return z.number({ error }).int({ error }).min(least, { error });
};
const CLIENTS = 'a whole number of 1 or more, or "2n"';
/** YAML reads `wait: 1` as a number and `sloppy: true` as a boolean; options are words. */
const options = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()], { error: "a text, a number, true or false" }).transform(String),
  { error: "a map of options: { name: value }" },
);

const settings = {
  system: text.optional(),
  systemOpts: options.optional(),
  workload: text.optional(),
  workloadOpts: options.optional(),
  nemesis: text.optional(),
  nemesisInterval: seconds.optional(),
  timeLimit: seconds.optional(),
  concurrency: z
    .union([whole(1), z.string().regex(/^\d{1,4}n?$/, { error: CLIENTS })], { error: CLIENTS })
    .transform(String)
    .optional(),
  rate: z.number({ error: "a number of 0 or more" }).min(0, { error: "a number of 0 or more" }).optional(),
  nodes: whole(1).optional(),
  opTimeout: seconds.optional(),
  seed: whole(0).optional(),
  runtime: z.enum(["auto", "docker", "simulation"], { error: "auto, docker or simulation" }).optional(),
  image: text.optional(),
  tags: z.array(text, { error: "a list of words: [simulation, nightly]" }).optional(),
  repeat: whole(1).optional(),
  retries: whole(0).optional(),
  allowUnknown: z.boolean({ error: "true or false" }).optional(),
};

const contract = z.strictObject(
  {
    name: text,
    ...settings,
    expect: z
      .record(
        z.string(),
        z.union([z.boolean(), z.string(), z.number()], {
          error: 'true, false, a class ("CP-like"), a number or a bound ("<= 0.2")',
        }),
        { error: "a map: { linearizable: true }" },
      )
      .optional(),
  },
  { error: "a contract: { name, system, expect, … }" },
);

const isFunction = (value: unknown): boolean => typeof value === "function";
const call = (what: string) => z.custom(isFunction, { error: `a function: ${what}` });
const words = z.array(text, { error: "a list of words" });
const optionSpecs = z.array(
  z.looseObject({
    name: text,
    summary: text,
    default: z.string({ error: "a text" }),
    values: z.union([z.literal("integer"), words], { error: '"integer", or a list of the words allowed' }),
  }),
  { error: "a list of options (it may be empty)" },
);

/** Plug-ins are made of functions, so only their frame can be checked here; what they return is guarded (guard.ts). */
const plugins = {
  systems: z
    .array(
      z.looseObject({
        name: text,
        summary: text,
        promises: text,
        defaultNodes: whole(1),
        minNodes: whole(1),
        runtimes: z.array(z.enum(["docker", "simulation"], { error: "docker or simulation" })).min(1),
        ops: words,
        options: optionSpecs,
        create: call("create(options)"),
      }),
      { error: "a list of systems" },
    )
    .optional(),
  workloads: z
    .array(
      z.looseObject({
        name: text,
        summary: text,
        needs: words,
        options: optionSpecs,
        create: call("create(context)"),
      }),
      { error: "a list of workloads" },
    )
    .optional(),
  nemeses: z
    .array(z.looseObject({ name: text, summary: text, kinds: words, create: call("create(kinds, nodes, context)") }), {
      error: "a list of nemeses",
    })
    .optional(),
  checkers: z
    .array(z.looseObject({ name: text, check: call("check(history, context)") }), { error: "a list of checkers" })
    .optional(),
};

export const configSchema = z.strictObject(
  {
    defaults: z.strictObject(settings, { error: "a map of settings" }).optional(),
    contracts: z.array(contract, { error: "a list of contracts" }).optional(),
    ...plugins,
  },
  { error: "a map: { contracts: [ … ] }" },
);

/** A configuration as the rest of the program uses it: options and concurrency are words, names are checked later. */
export type CheckedConfig = z.output<typeof configSchema>;
export type CheckedContract = NonNullable<CheckedConfig["contracts"]>[number];

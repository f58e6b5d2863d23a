/** Plan files: explicit faults and client ops of one run, written by a shrinking sweep or by hand, run by `run --plan`. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../core/errors.js";
import type { RunRequest } from "./plan.js";
import { faultValueIssue } from "./plan-values.js";

const atMs = z.number().nonnegative();
const text = z.record(z.string(), z.string());

const schema = z.strictObject({
  /** The version of this format. */
  plan: z.literal(1),
  system: z.string(),
  systemOpts: text.default({}),
  workload: z.string(),
  workloadOpts: text.default({}),
  nodes: z.int().positive(),
  /** Client threads; client c is pinned to node c modulo the number of nodes. */
  concurrency: z.int().positive().max(1000),
  /** When the main phase ends; ms after it began. */
  timeLimitMs: z.number().positive(),
  opTimeoutMs: z.number().positive().default(1000),
  seed: z.int().nonnegative(),
  /** How the simulated network differs from the usual one. */
  network: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  faults: z.array(z.strictObject({ atMs, f: z.string(), value: z.unknown() })),
  /** Absent: the workload's own load. */
  ops: z
    .array(
      z.strictObject({
        atMs,
        client: z.int().nonnegative(),
        f: z.string(),
        key: z.union([z.string(), z.number()]).optional(),
        value: z.unknown(),
      }),
    )
    .optional(),
  /** What it shows; for people, and ignored. */
  shows: z.strictObject({ checker: z.string(), summary: z.string() }).optional(),
});

/** A plan file's content. Times in ms since the run began. */
export type PlanFile = z.infer<typeof schema>;

/** @throws UsageError with one line that names the field which is wrong. */
export function parsePlanFile(content: unknown, name: string): PlanFile {
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${pathOf(issue.path)}`;
    throw new UsageError(`${name}: not a plan${where}: ${issue?.message ?? "wrong"}.`);
  }
  const plan = parsed.data;
  for (const [i, { f, value }] of plan.faults.entries()) {
    const issue = faultValueIssue(f, value);
    if (issue === undefined) continue;
    throw new UsageError(`${name}: not a plan at faults[${i}].${issue.path} of "${f}": ${issue.message}.`);
  }
  const far = plan.ops?.findIndex(({ client }) => client >= plan.concurrency) ?? -1;
  if (far >= 0) {
    throw new UsageError(
      `${name}: not a plan at ops[${far}]: client ${plan.ops?.[far]?.client} of ${plan.concurrency}; clients count from 0.`,
    );
  }
  return plan;
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`)).join("");

/** @throws UsageError where there is no such file, or no plan in it. */
export function readPlanFile(path: string): PlanFile {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "no such file" : cause instanceof SyntaxError ? "not JSON" : "cannot be read";
    throw new UsageError(`${path}: ${why}.`, { cause });
  }
  return parsePlanFile(content, path);
}

/** What would have to be asked for to run it. In Docker the real network takes the place of the simulated one. */
export function requestOfPlan(plan: PlanFile): RunRequest {
  return {
    system: plan.system,
    systemOpts: plan.systemOpts,
    workload: plan.workload,
    workloadOpts: plan.workloadOpts,
    nodes: plan.nodes,
    concurrency: String(plan.concurrency),
    timeLimitMs: plan.timeLimitMs,
    opTimeoutMs: plan.opTimeoutMs,
    seed: plan.seed,
    network: plan.network ?? {},
    faults: plan.faults.map(({ value, ...fault }) => ({ ...fault, value: value ?? null })),
    ops: plan.ops?.map(({ key, value, ...op }) => ({
      ...op,
      ...(key === undefined ? {} : { key }),
      value: value ?? null,
    })),
  };
}

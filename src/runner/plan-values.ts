/** What the faults of a plan file must spell out: nothing is left to chance, or to whoever leads at the moment. */
import { z } from "zod";

const node = z.string();
const shape = z.string().optional();
const skew = z.strictObject({ offsetMs: z.number(), driftPpm: z.number() });
const per10k = z.number().min(0).max(10_000);

/** A fault aimed at the leaders may have met none; it asked for them all the same. */
const targets = z.union([
  z.strictObject({ shape: z.literal("primaries"), targets: z.array(node) }),
  z.strictObject({ shape, targets: z.array(node).min(1) }),
]);

/** By f; those that end a fault have no value. */
const VALUES: Readonly<Record<string, z.ZodType>> = {
  "start-partition": z.strictObject({ shape, grudge: z.record(node, z.array(node)) }),
  kill: targets,
  pause: targets,
  "skew-clock": z.strictObject({ shape, skews: z.record(node, skew) }),
  "start-packet": z.strictObject({
    shape,
    packet: z.strictObject({
      lossPer10k: per10k,
      duplicatePer10k: per10k,
      reorderPer10k: per10k,
      strayPer10k: per10k.optional(),
      delayMs: z.number().min(0).max(60_000),
    }),
  }),
  "stop-partition": z.null(),
  start: z.null(),
  resume: z.null(),
  "reset-clock": z.null(),
  "stop-packet": z.null(),
};

/** What is wrong with a fault's value, or undefined. Other f's are a user's own nemesis, which judges them itself. */
export function faultValueIssue(
  f: string,
  value: unknown,
): { readonly path: string; readonly message: string } | undefined {
  const parsed = VALUES[f]?.safeParse(value ?? null);
  if (parsed === undefined || parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return { path: ["value", ...(issue?.path ?? [])].map(String).join("."), message: issue?.message ?? "wrong" };
}

/** `--system-opt k=v` and `--workload-opt k=v`, checked against what the system or workload understands. */
import { UsageError } from "../core/errors.js";
import type { OptionSpec } from "../core/system.js";
import { lookUp, nearest } from "./names.js";

/** Fills in defaults. @throws UsageError at an unknown name or a value that is not allowed. */
export function checkOptions(
  owner: string,
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const out: Record<string, string> = Object.fromEntries(specs.map((spec) => [spec.name, spec.default]));
  for (const [name, value] of Object.entries(given)) {
    if (specs.length === 0) throw new UsageError(`${owner} has no options, but "${name}" was given.`);
    const spec = lookUp(`option of ${owner}`, name, specs);
    if (spec.values === "integer" ? !/^\d{1,9}$/.test(value) : !spec.values.includes(value)) {
      const meant = spec.values === "integer" ? undefined : nearest(value, spec.values);
      const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
      const allowed = spec.values === "integer" ? "a whole number of 0 or more" : spec.values.join(", ");
      throw new UsageError(`${owner}: ${name}=${value} is not allowed.${hint} ${name} takes ${allowed}.`);
    }
    out[name] = value;
  }
  return out;
}

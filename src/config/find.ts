/** Where a configuration file is. Apart from reading it, which needs packages that most commands never need. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../core/errors.js";

const NAMES = ["ts", "mjs", "js", "yaml", "yml"].map((ext) => `cap-test.config.${ext}`);

/**
 * The configuration file of a folder, or undefined where it has none. @throws UsageError where it has several: which one
 * counts must not depend on an order nobody knows.
 */
export function findConfig(folder: string): string | undefined {
  const found = NAMES.filter((name) => existsSync(resolve(folder, name)));
  if (found.length > 1) throw new UsageError(`there are ${found.join(" and ")}; choose one with --config.`);
  return found[0];
}

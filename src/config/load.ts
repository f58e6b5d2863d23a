/** Finds and reads the configuration file: YAML, or a module (TypeScript too) whose default export is the configuration. */
import { existsSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { createJiti } from "jiti";
import { LineCounter, parseDocument } from "yaml";
import * as checkersApi from "../../checkers/index.js";
import { messageOf, UsageError } from "../core/errors.js";
import * as api from "../index.js";
import { problemOf } from "./problem.js";
import { type CheckedConfig, configSchema } from "./schema.js";

/** A configuration that was read and checked. */
export interface LoadedConfig {
  /** As it was named, for messages. */
  readonly file: string;
  readonly config: CheckedConfig;
  /** The line of a contract's name in the file, from 1; undefined where it cannot be told. */
  lineOf(contract: string): number | undefined;
}

/** Reads a file. @throws UsageError with one line that names the contract and the field. */
export async function loadConfig(file: string, folder = process.cwd()): Promise<LoadedConfig> {
  const path = resolve(folder, file);
  if (!existsSync(path)) throw new UsageError(`${file}: no such file. \`cap-test init\` writes one.`);
  const text = readFileSync(path, "utf8");
  const isYaml = [".yaml", ".yml"].includes(extname(path));
  const value = isYaml ? readYaml(file, text) : await readModule(file, path);
  const checked = configSchema.safeParse(value);
  if (!checked.success) throw new UsageError(`${file}: ${problemOf(checked.error.issues, value)}.`);
  refuseTwice(file, checked.data);
  const lines = text.split("\n");
  return {
    file,
    config: checked.data,
    lineOf: (contract) => {
      const at = lines.findIndex((line) => /^\W*name\W/.test(line) && line.includes(contract));
      return at === -1 ? undefined : at + 1;
    },
  };
}

function readYaml(file: string, text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new UsageError(`${file}:${line}:${col}: ${firstLine(error.message)}`);
  }
  return document.toJS() as unknown;
}

/**
 * jiti compiles TypeScript on the way. "cap-test" is this very program, whatever is installed where the file lies, so that
 * a configuration works with a global installation too and its errors are this program's errors.
 */
async function readModule(file: string, path: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: { "cap-test": api, "cap-test/checkers": checkersApi },
  });
  let module: { readonly default?: unknown };
  try {
    module = (await jiti.import(path)) as typeof module;
  } catch (error) {
    throw new UsageError(`${file} cannot be loaded: ${firstLine(messageOf(error))}`, { cause: error });
  }
  if (module.default === undefined) {
    throw new UsageError(`${file} has no default export; write \`export default defineConfig({ … })\`.`);
  }
  return module.default;
}

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";

function refuseTwice(file: string, config: CheckedConfig): void {
  for (const list of ["contracts", "systems", "workloads", "nemeses", "checkers"] as const) {
    const names = (config[list] ?? []).map(({ name }) => name as string);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new UsageError(`${file}: two ${list} are called "${twice}".`);
  }
}

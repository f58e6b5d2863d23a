/** Joins what shards found: every contract exactly once, and a missing shard is not a green one. */
import { z } from "zod";
import type { CiResults, ContractResult } from "../core/contract.js";
import { UsageError } from "../core/errors.js";
import type { Shard } from "./verdict.js";

/** One shard's `ci --json`, read from a file. */
export interface ShardFile {
  readonly file: string;
  readonly results: CiResults;
}

const shardSchema = z.looseObject({
  valid: z.union([z.boolean(), z.literal("unknown")]),
  contracts: z.array(
    z.looseObject({
      name: z.string(),
      outcome: z.enum(["passed", "failed", "unknown", "skipped"]),
      expected: z.looseObject({}),
      observed: z.looseObject({}),
      why: z.string(),
      attempts: z.array(z.looseObject({})),
    }),
  ),
  selected: z.array(z.string()),
  shard: z.object({ index: z.number(), count: z.number() }).optional(),
});

/** @throws UsageError for a file that is no result of `cap-test ci --json`. */
export function parseShardFile(file: string, text: string): ShardFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON; merge takes what \`cap-test ci --json\` printed.`);
  }
  if (shardSchema.safeParse(value).success) return { file, results: value as CiResults };
  throw new UsageError(`${file} is no result of \`cap-test ci --json\`.`);
}

/**
 * All contracts in the order of the configuration. Those of a shard that is missing are unknown.
 * @throws UsageError where the files overlap, or are not parts of the same whole.
 */
export function mergeShards(files: readonly ShardFile[]): readonly ContractResult[] {
  const [first] = files;
  if (first === undefined) throw new UsageError("nothing to merge.");
  const count = countOf(first);
  const given = new Map<number, string>();
  const found = new Map<string, { readonly file: string; readonly contract: ContractResult }>();
  for (const { file, results } of files) {
    const shard = shardOf(results);
    if (shard.count !== count || results.selected.join("\n") !== first.results.selected.join("\n")) {
      throw new UsageError(
        `${first.file} and ${file} are not parts of the same whole: other contracts, or another --shard.`,
      );
    }
    const twice = given.get(shard.index);
    if (twice !== undefined) {
      throw new UsageError(`${twice} and ${file} are both shard ${shard.index}/${shard.count}; give each once.`);
    }
    given.set(shard.index, file);
    for (const contract of results.contracts) {
      const other = found.get(contract.name);
      if (other !== undefined) throw new UsageError(`contract "${contract.name}" is in ${other.file} and in ${file}.`);
      found.set(contract.name, { file, contract });
    }
  }
  const missing = missingShards(files);
  return first.results.selected.map((name) => found.get(name)?.contract ?? absent(name, missing));
}

const shardOf = ({ shard }: CiResults): Shard => shard ?? { index: 1, count: 1 };
const countOf = ({ results }: ShardFile): number => shardOf(results).count;

/** "2/3": those of which no file was given. */
export function missingShards(files: readonly ShardFile[]): readonly string[] {
  const [first] = files;
  if (first === undefined) return [];
  const count = countOf(first);
  const given = new Set(files.map(({ results }) => shardOf(results).index));
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((index) => !given.has(index))
    .map((index) => `${index}/${count}`);
}

function absent(name: string, missing: readonly string[]): ContractResult {
  const why = missing.length === 0 ? "no shard has it" : `no shard given has it; missing: ${missing.join(", ")}`;
  return {
    name,
    outcome: "unknown",
    expected: {},
    observed: {},
    why,
    dir: "",
    system: "",
    workload: "",
    nemesis: "",
    tags: [],
    durationMs: 0,
    attempts: [],
  };
}

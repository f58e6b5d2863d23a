/** The registry with a configuration's own systems, workloads and nemeses in it, each behind its guards. */
import type { Checker } from "../core/checker.js";
import { UsageError } from "../core/errors.js";
import type { SystemDefinition } from "../core/system.js";
import type { WorkloadDefinition } from "../core/workload.js";
import type { NemesisDefinition } from "../nemeses/parse.js";
import { registry } from "../registry.js";
import type { Registry } from "../runner/plan.js";
import { findConfig } from "./find.js";
import { guardNemesis, guardWorkload } from "./guard-load.js";
import { guardSystem } from "./guard-system.js";
import type { LoadedConfig } from "./load.js";
import { pluginChecker } from "./plugin-checker.js";

/** What may be run, and which checkers judge every run beside its workload's own. */
export interface Extended {
  readonly registry: Registry;
  readonly checkers: readonly Checker[];
  /** The configuration that was found; absent where there is none. */
  readonly loaded?: LoadedConfig;
  /** Its file, where it brings code of its own: a run cannot be repeated without it. */
  readonly configFile?: string;
}

/** @throws UsageError for a name that is bundled already. */
export function extend(loaded: LoadedConfig): Extended {
  const { config, file } = loaded;
  // The schema has looked at every field that is data; functions are guarded.
  const systems = (config.systems ?? []) as unknown as readonly SystemDefinition[];
  const workloads = (config.workloads ?? []) as unknown as readonly WorkloadDefinition[];
  const nemeses = (config.nemeses ?? []) as unknown as readonly NemesisDefinition[];
  const checkers = (config.checkers ?? []) as unknown as readonly Checker[];
  const own = systems.length + workloads.length + nemeses.length;
  return {
    registry: {
      ...registry,
      systems: join(file, "system", registry.systems, systems.map(guardSystem)),
      workloads: join(file, "workload", registry.workloads, workloads.map(guardWorkload)),
      nemeses: join(file, "nemesis", registry.nemeses, nemeses.map(guardNemesis)),
    },
    checkers: own === 0 ? checkers : [...checkers, pluginChecker],
    loaded,
    ...(own + checkers.length === 0 ? {} : { configFile: file }),
  };
}

/**
 * The bundled registry, extended by `--config FILE` or by the configuration module that lies in the current folder. YAML
 * can bring no code, so that a mistake in a list of contracts does not stop a command that has nothing to do with it.
 */
export async function extendedRegistry(config: string | undefined): Promise<Extended> {
  const file = config ?? findConfig(process.cwd());
  const skip = file === undefined || (config === undefined && /\.ya?ml$/.test(file));
  if (skip) return { registry, checkers: [] };
  const { loadConfig } = await import("./load.js");
  return extend(await loadConfig(file));
}

function join<T extends { readonly name: string }>(
  file: string,
  kind: string,
  bundled: readonly T[],
  own: readonly T[],
): readonly T[] {
  const taken = own.find(({ name }) => bundled.some((other) => other.name === name));
  if (taken === undefined) return [...bundled, ...own];
  throw new UsageError(`${file}: there is a bundled ${kind} "${taken.name}" already; give yours another name.`);
}

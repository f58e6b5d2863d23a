/** What all bundled systems have in common: the same driver and the same questions, whatever the nodes do inside. */
import { EnvironmentError, UsageError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import type { OptionSpec, System } from "../../core/system.js";
import { bugsOf } from "../../kv/bugs.js";
import { programsOf } from "../../kv/modes.js";
import { KvClient } from "./client.js";
import { kvContainer } from "./container.js";
import { allSettled, answers, claimants, statusOf, waitUntilAllServe } from "./health.js";

/** How one mode becomes a system. */
export interface KvMode {
  /** The system's name: "kv-async". */
  readonly name: string;
  /** The mode's name among the nodes: "async". */
  readonly mode: string;
  readonly ops: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly primaries?: System["primaries"];
}

/** The option that plants a bug; its values come from the registry of bugs. */
export function bugOption(system: string): OptionSpec {
  return {
    name: "bug",
    summary: "plants a bug in the nodes, to see it found (list bugs)",
    default: "none",
    values: ["none", ...bugsOf(system).map(({ name }) => name)],
  };
}

/** Builds the system from text options. Throws a UsageError for a value that is not allowed. */
export function createKv(mode: KvMode, given: Readonly<Record<string, string>>): System {
  const options = withBug(mode, checked(mode, given));
  const programs = programsOf(mode.mode, options);
  let clients = 0;
  return {
    name: mode.name,
    ops: mode.ops,
    container: (node, layout) => kvContainer(mode.mode, options, node, layout),
    program: (node, nodes) => programs(node, nodes),
    ready: answers,
    form: waitUntilAllServe,
    recovered: allSettled,
    ...(mode.primaries === undefined ? {} : { primaries: mode.primaries }),
    open: async (cluster, node, signal) => {
      await shakeHands(mode.name, cluster, node, signal);
      clients++;
      return new KvClient(cluster, node, `c${clients}`);
    },
  };
}

export const primariesByClaim: System["primaries"] = (cluster, _keys, signal) => claimants(cluster, signal);

async function shakeHands(system: string, cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<void> {
  if ((await statusOf(cluster, node, signal)) !== undefined) return;
  throw new EnvironmentError(`${system} on ${node} did not answer a status request`);
}

/** Options with their values checked, the defaults left out: a bug may bring other defaults of its own. */
function checked(mode: KvMode, given: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const spec of mode.options) {
    const value = given[spec.name];
    if (value === undefined || value === spec.default) continue;
    const fits = spec.values === "integer" ? /^\d{1,9}$/.test(value) : spec.values.includes(value);
    if (!fits) {
      const allowed = spec.values === "integer" ? "a whole number of 0 or more" : `one of ${spec.values.join(", ")}`;
      throw new UsageError(`${mode.name}: ${spec.name} is ${allowed}, not "${value}"`);
    }
    out[spec.name] = value;
  }
  return out;
}

/** A planted bug may need settings under which a sound node is correct; what the user set comes first. */
function withBug(mode: KvMode, options: Record<string, string>): Record<string, string> {
  const bug = bugsOf(mode.name).find(({ name }) => name === options.bug);
  return { ...bug?.options, ...options };
}

/** Guards around a user's own system: what it makes, and what its clients say of each op. */
import { EnvironmentError } from "../core/errors.js";
import type { Completion } from "../core/op.js";
import type { Client, System, SystemDefinition } from "../core/system.js";
import { guarded, isObject, NONSENSE, shown } from "./guard.js";

export function guardSystem(definition: SystemDefinition): SystemDefinition {
  const whose = `system ${definition.name}`;
  return {
    ...definition,
    create: (options) => {
      const system: unknown = guarded(`${whose}: create()`, () => definition.create(options));
      const wanted = definition.runtimes.map((runtime) => (runtime === "docker" ? "container" : "program"));
      for (const name of ["open", ...wanted]) {
        if (isObject(system) && typeof system[name] === "function") continue;
        throw new EnvironmentError(`${whose}: create() returned a system without ${name}().`);
      }
      return guardedSystem(whose, system as unknown as System, definition);
    },
  };
}

function guardedSystem(whose: string, system: System, { name, ops }: SystemDefinition): System {
  const { container, program } = system;
  return {
    ...system,
    name: system.name ?? name,
    ops: system.ops ?? ops,
    // Bound to the system as it was made: spread copies lose `this` of a class.
    ...bound(system, ["ready", "form", "recovered", "primaries"]),
    ...(container === undefined
      ? {}
      : { container: (...args) => guarded(`${whose}: container()`, () => container.apply(system, args)) }),
    ...(program === undefined
      ? {}
      : { program: (...args) => guarded(`${whose}: program()`, () => program.apply(system, args)) }),
    open: async (cluster, node, signal) => {
      const client: unknown = await system.open(cluster, node, signal);
      if (!isObject(client) || typeof client["invoke"] !== "function") {
        throw new Error(`${NONSENSE}open() returned ${shown(client)}, which is no client`);
      }
      return guardedClient(client as unknown as Client);
    },
  };
}

function bound<K extends keyof System>(system: System, names: readonly K[]): Partial<Pick<System, K>> {
  const methods = names.filter((name) => typeof system[name] === "function");
  return Object.fromEntries(
    methods.map((name) => [name, (system[name] as (...args: unknown[]) => unknown).bind(system)]),
  ) as Partial<Pick<System, K>>;
}

function guardedClient(client: Client): Client {
  return {
    get closed() {
      return client.closed === true;
    },
    close: async () => client.close?.(),
    invoke: async (op, signal) => {
      const completion: unknown = await client.invoke(op, signal);
      const problem = problemWith(op.f, completion);
      // Nobody knows whether it happened: that is `info`.
      return problem === undefined ? (completion as Completion) : { type: "info", error: `${NONSENSE}${problem}` };
    },
  };
}

function problemWith(f: string, completion: unknown): string | undefined {
  if (!isObject(completion)) return `the client answered ${f} with ${shown(completion)}`;
  const { type, value } = completion;
  if (type !== "ok" && type !== "fail" && type !== "info") return `the client ended ${f} with type ${shown(type)}`;
  // A read without a value would be recorded as one that read what the invocation says: null.
  if (type === "ok" && f === "read" && value === undefined) return "the client ended read ok without a value";
  return undefined;
}

/** Guards around a user's own workloads and nemeses: what they make, and what their generators return. */
import { EnvironmentError } from "../core/errors.js";
import type { Generator, Next } from "../core/generator.js";
import type { Nemesis } from "../core/nemesis.js";
import type { Workload, WorkloadDefinition } from "../core/workload.js";
import type { NemesisDefinition } from "../nemeses/parse.js";
import { guarded, isObject, shown } from "./guard.js";

export function guardWorkload(definition: WorkloadDefinition): WorkloadDefinition {
  const whose = `workload ${definition.name}`;
  return {
    ...definition,
    create: (context) => {
      const workload: unknown = guarded(`${whose}: create()`, () => definition.create(context));
      if (!isObject(workload) || !isObject(workload["generator"]) || !Array.isArray(workload["checkers"])) {
        throw new EnvironmentError(`${whose}: create() must return { generator, checkers, model }.`);
      }
      const { generator, final } = workload as unknown as Workload;
      return {
        ...(workload as unknown as Workload),
        generator: guardGenerator(`${whose}: the generator`, generator),
        ...(final === undefined ? {} : { final: guardGenerator(`${whose}: the final generator`, final) }),
      };
    },
  };
}

export function guardNemesis(definition: NemesisDefinition): NemesisDefinition {
  const whose = `nemesis ${definition.name}`;
  return {
    ...definition,
    create: (...args) => {
      const nemesis: unknown = guarded(`${whose}: create()`, () => definition.create(...args));
      const lists = ["fs", "needs", "final"];
      const calls = ["generator", "invoke"];
      if (
        !isObject(nemesis) ||
        !lists.every((name) => Array.isArray(nemesis[name])) ||
        !calls.every((name) => typeof nemesis[name] === "function")
      ) {
        throw new EnvironmentError(`${whose}: create() must return { name, fs, needs, final, generator, invoke }.`);
      }
      const made = nemesis as unknown as Nemesis;
      return {
        name: made.name ?? definition.name,
        fs: made.fs,
        needs: made.needs,
        final: made.final,
        generator: (intervalMs, lastsMs) =>
          guardGenerator(
            `${whose}: the generator`,
            guarded(`${whose}: generator()`, () => made.generator(intervalMs, lastsMs)),
          ),
        invoke: (op, context) => made.invoke(op, context),
      };
    },
  };
}

function guardGenerator(whose: string, generator: Generator): Generator {
  const self: Generator = {
    next: (context) => {
      const next: unknown = guarded(whose, () => generator.next(context));
      if (next === "done" || next === "pending") return next;
      if (!isEmission(next)) {
        throw new EnvironmentError(`${whose} returned ${shown(next)}, not "done", "pending" or { op, rest }.`);
      }
      return { op: next.op, rest: guardGenerator(whose, next.rest) };
    },
    update: (context, event) => {
      const updated: unknown = guarded(whose, () => generator.update(context, event));
      if (updated === generator) return self;
      if (isGenerator(updated)) return guardGenerator(whose, updated);
      throw new EnvironmentError(`${whose}: update() returned ${shown(updated)}, not a generator.`);
    },
  };
  return self;
}

const isGenerator = (value: unknown): value is Generator =>
  isObject(value) && typeof value["next"] === "function" && typeof value["update"] === "function";

function isEmission(next: unknown): next is Exclude<Next, string> {
  if (!isObject(next) || !isObject(next["op"]) || !isGenerator(next["rest"])) return false;
  const { f, thread, atNs } = next["op"];
  return typeof f === "string" && (typeof thread === "number" || thread === "nemesis") && Number.isFinite(atNs);
}

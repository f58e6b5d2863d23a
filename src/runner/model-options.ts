/** Options of `check` that say nothing of a model are refused: the verdict would answer another question than was asked. */
import { UsageError } from "../core/errors.js";
import type { JudgeOptions } from "./judge-file.js";

/** On single objects, real time and serializability are linearizability: asking for these asks for nothing else. */
const LINEARIZABLE = ["linearizable", "strict-serializable", "strong-serializable", "PL-SS"];

/** @throws UsageError where an option would have to be ignored. */
export function refuseIdleOptions(model: string, { linearizable, transactions }: JudgeOptions): void {
  if (model === "list-append" || model === "rw-register") {
    if (linearizable.nilReads !== "any") return;
    throw new UsageError(`--nil-reads any is not for ${model}: there a read of null saw the initial state.`);
  }
  const { consistency = [] } = transactions;
  const asked = typeof consistency === "string" ? [consistency] : consistency;
  const other = asked.find((name) => !LINEARIZABLE.includes(name));
  if (other === undefined) return;
  throw new UsageError(
    `--consistency ${other} is for transactions (list-append, rw-register); a ${model} is held to linearizability.`,
  );
}

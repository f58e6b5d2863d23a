/** Corpora with known verdicts, judged as `cap-test check` does; the command's own tests are in src/cli. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { registry } from "../registry.js";
import { type JudgeOptions, judgeFile, type ModelName } from "./judge-file.js";

const load = async () => registry;
const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/histories");

interface Known {
  readonly model: ModelName;
  readonly valid: boolean;
  readonly initial?: unknown;
  readonly nilReads?: "observed" | "any";
  readonly not?: readonly string[];
}

const CORPORA: readonly (readonly [folder: string, verdicts: string])[] = [
  ["etcd-jepsen", "verdicts.json"],
  ["registers", "verdicts.json"],
  ["knossos", "verdicts.json"],
  ["elle", "verdicts-list-append.json"],
  ["elle", "verdicts-rw-register.json"],
];

describe.skipIf(!existsSync(folder))(`known histories, as check judges them (skipped without ${folder})`, () => {
  it.each(CORPORA)("%s, %s: all verdicts", async (corpus, verdicts) => {
    const known = JSON.parse(readFileSync(join(folder, corpus, verdicts), "utf8")) as Record<string, Known>;
    expect(Object.keys(known).length).toBeGreaterThan(10);
    for (const [name, { model, valid, initial, nilReads, not }] of Object.entries(known)) {
      const linearizable = {
        ...(initial === undefined ? {} : { initial }),
        ...(nilReads === undefined ? {} : { nilReads }),
      };
      const file = join(folder, corpus, name);
      const options = (given: ModelName | undefined): JudgeOptions => ({
        model: given,
        linearizable,
        transactions: {},
      });
      const { verdict } = await judgeFile(file, options(model), load);
      expect(verdict.valid, file).toBe(valid);
      if (not !== undefined) expect([...verdict.not].sort(), file).toEqual([...not].sort());
      expect(verdict.anomalyTypes.length > 0, file).toBe(!valid);
      expect(verdict.witnesses.length > 0, file).toBe(!valid);
    }
  });

  it("tells the model from the ops", async () => {
    const model = async (name: string): Promise<string> =>
      (await judgeFile(join(folder, name), { linearizable: {}, transactions: {} }, load)).verdict.model;
    expect(await model("etcd-jepsen/etcd_000.jsonl")).toBe("cas-register");
    expect(await model("elle/append-si-1.jsonl")).toBe("list-append");
    expect(await model("elle/wr-si-1.jsonl")).toBe("rw-register");
    expect(await model("elle/paper-example.edn")).toBe("list-append");
  });
});

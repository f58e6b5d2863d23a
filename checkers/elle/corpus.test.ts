/**
 * The corpus of histories that Elle has judged. `valid`, `not` and `alsoNot` must agree; the types may differ where the table
 * below says why.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseEdnHistory, parseHistory } from "../../src/history/index.js";
import { checkListAppend, checkRwRegister } from "./index.js";
import { impliedAnomalies } from "./models.js";

const CORPUS = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/histories/elle");

interface Expected {
  readonly model: "list-append" | "rw-register";
  readonly valid: boolean;
  readonly anomalyTypes: readonly string[];
  readonly not: readonly string[];
  readonly alsoNot: readonly string[];
}

/**
 * Elle gives up a component after a second, and its search for a cycle of one type misses some; it then reports weaker types
 * that the sharper one implies. `elle`: types that only Elle has, `ours`: types that only this checker has.
 */
const DIFFERENCES: Readonly<Record<string, { elle: string[]; ours: string[]; why: string }>> = {
  "append-lost-12.jsonl": {
    elle: ["G1c-realtime", "cycle-search-timeout"],
    ours: [],
    why: "Elle timed out in a component and fell back to any cycle of it; there is a G0-realtime there, which implies it",
  },
  "append-lost-14.jsonl": {
    elle: ["G-nonadjacent-item"],
    ours: ["G-single-item"],
    why: "Elle's search missed the cycle with a single rw edge",
  },
  "append-lost-17.jsonl": {
    elle: ["G-single-item-realtime", "strong-PL-1-cycle-exists"],
    ours: ["G0-realtime"],
    why: "Elle knew that a cycle of ww and realtime edges exists but did not find it",
  },
  "append-lost-25.jsonl": {
    elle: ["G-nonadjacent-item-realtime", "cycle-search-timeout"],
    ours: ["G-single-item"],
    why: "Elle timed out before it had looked for a single rw edge",
  },
  "append-lost-4.jsonl": {
    elle: [],
    ours: ["G-single-item"],
    why: "Elle's search missed the cycle with a single rw edge",
  },
  "append-lost-9.jsonl": {
    elle: ["G-single-item-realtime", "cycle-search-timeout"],
    ours: ["G-single-item"],
    why: "Elle timed out in a component that has the same cycle without real time",
  },
  "append-ru-20.jsonl": {
    elle: ["G-nonadjacent-item", "G-single-item-realtime"],
    ours: [],
    why: "Elle's search missed the cycle with a single rw edge in some components, and reported what that cycle implies",
  },
  "append-ru-25.jsonl": {
    elle: ["G-nonadjacent-item", "G-single-item-realtime", "cycle-search-timeout"],
    ours: [],
    why: "as in append-ru-20, and a time-out",
  },
  "wr-ru-4.jsonl": {
    elle: ["lost-update"],
    ours: [],
    why: "Elle takes op 47's read of its own write for the read that its next write updates; op 45's read of it is the G1b",
  },
  "wr-stale-20.jsonl": {
    elle: ["G-nonadjacent-item-realtime"],
    ours: [],
    why: "Elle's search missed the cycle with a single rw edge in one component",
  },
};

const files = (["list-append", "rw-register"] as const).flatMap((model) => {
  const path = `${CORPUS}/verdicts-${model}.json`;
  return existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, Expected>) : [];
});

describe.skipIf(files.length === 0)(`histories that Elle judged (skipped without ${CORPUS})`, () => {
  it.each(files)("%s", (name, expected) => {
    const { history } = parseHistory(readFileSync(`${CORPUS}/${name}`));
    const found = expected.model === "list-append" ? checkListAppend(history) : checkRwRegister(history);
    const { valid, not, alsoNot } = found;
    expect({ valid, not, alsoNot }).toEqual({ valid: expected.valid, not: expected.not, alsoNot: expected.alsoNot });
    expect(found.limited).toBeUndefined();
    const elle = expected.anomalyTypes.filter((type) => !found.anomalyTypes.includes(type));
    const ours = found.anomalyTypes.filter((type) => !expected.anomalyTypes.includes(type));
    expect({ elle, ours }).toEqual({ elle: DIFFERENCES[name]?.elle ?? [], ours: DIFFERENCES[name]?.ours ?? [] });
    // What only Elle has follows from what was found here (time-outs and "some cycle exists" aside).
    const implied = impliedAnomalies(found.anomalyTypes);
    const unexplained = elle.filter((type) => !implied.has(type) && !/-timeout$|-cycle-exists$/.test(type));
    expect(unexplained).toEqual(name === "wr-ru-4.jsonl" ? ["lost-update"] : []);
  });

  it("judges the example of the Elle paper", () => {
    const { history } = parseEdnHistory(readFileSync(`${CORPUS}/paper-example.edn`, "utf8"));
    const found = checkListAppend(history);
    expect(found.anomalyTypes).toEqual(["G-single-item"]);
    expect(found.anomalies["G-single-item"]?.[0]?.cycle?.steps.map((step) => step.kind)).toEqual(["wr", "ww", "rw"]);
  });
});

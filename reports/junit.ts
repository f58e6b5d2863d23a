/**
 * Verdicts as JUnit XML: one suite a run, one test case a checker. A checker that proved nothing is a failure of type
 * "unknown": a gate must not turn green on it.
 *
 * There is no one schema. What is written here fits both of the usual ones: Ant's, the strictest (no attributes on the root, the
 * parts of a suite in one order, none left out), and that of Jenkins's xUnit plug-in, which GitLab and most actions follow.
 */
import type { Verdict } from "../src/core/checker.js";
import type { RunResults, TestSpec } from "../src/core/run.js";
import { validWord } from "./icons.js";
import { fieldsOf, validOf } from "./read.js";
import { clip } from "./show.js";
import { sortedParts, witnessesOf } from "./witnesses.js";

/** One test case of any suite; the CI report is made of these too. */
export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  /** Why it did not run. */
  readonly skipped?: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly seconds: number;
  /** When it began, ISO 8601 in UTC. */
  readonly timestamp: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly cases: readonly JunitCase[];
  readonly output?: string;
}

const MAX_TEXT = 4000;

/** The JUnit document of one run. `test` tells when it started and how to repeat it. */
export function renderJunit(results: RunResults, test: TestSpec): string {
  return junitXml([runSuite(results, test)]);
}

function runSuite(results: RunResults, test: TestSpec): JunitSuite {
  const name = `${results.system} ${results.workload} ${results.nemesis}`;
  const checkers = Object.entries(fieldsOf(results.checkers)) as (readonly [string, Verdict])[];
  const seconds = results.durationMs / 1000;
  // The time is the run's: it stands on the first case alone, so that sums over cases come out right.
  const cases = checkers.map(
    ([checker, verdict], i): JunitCase => caseOf(checker, name, i === 0 ? seconds : 0, verdict),
  );
  const alone: JunitCase = {
    name: "run",
    classname: name,
    seconds,
    ...(validOf(results) === true
      ? {}
      : { failure: { type: validWord(validOf(results)), message: results.summary, text: results.summary } }),
  };
  return {
    name,
    seconds,
    timestamp: test.startedAt,
    properties: {
      seed: String(results.seed),
      runtime: results.runtime,
      dir: results.dir,
      repeat: test.repeat,
    },
    cases: cases.length === 0 ? [alone] : cases,
    output: `${results.summary}\nrepeat: ${test.repeat}`,
  };
}

function caseOf(checker: string, classname: string, seconds: number, verdict: Verdict): JunitCase {
  const valid = validOf(verdict);
  const base = { name: checker, classname, seconds };
  if (valid === true) return base;
  const message = String(verdict.summary ?? "");
  const words = witnessesOf(verdict).map((witness) => (typeof witness["text"] === "string" ? witness["text"] : ""));
  const parts = sortedParts(verdict)
    .filter(([, part]) => validOf(part) !== true)
    .map(([name, part]) => `${name}: ${part.summary}`);
  const text = [message, ...words, ...parts].filter((each) => each !== "").join("\n");
  return { ...base, failure: { type: validWord(valid), message, text: clip(text, MAX_TEXT) } };
}

/** Suites as one document. Counts follow from the cases. */
export function junitXml(suites: readonly JunitSuite[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
${suites.map(suiteXml).join("\n")}
</testsuites>
`;
}

function suiteXml(suite: JunitSuite, id: number): string {
  const properties = Object.entries(suite.properties ?? {});
  const name = xml(suite.name);
  // The schema wants a host, and "localhost" where it is of no use: a result says the same wherever it was found.
  const about = `package="${name}" id="${id}" timestamp="${xml(wholeSeconds(suite.timestamp))}" hostname="localhost"`;
  const skipped = suite.cases.filter((each) => each.skipped !== undefined).length;
  return [
    `  <testsuite name="${name}" ${about} ${counts(suite.cases)} skipped="${skipped}" time="${suite.seconds.toFixed(3)}">`,
    "    <properties>",
    ...properties.map(([key, value]) => `      <property name="${xml(key)}" value="${xml(value)}"/>`),
    "    </properties>",
    ...suite.cases.map(caseXml),
    `    <system-out>${xml(suite.output ?? "")}</system-out>`,
    "    <system-err></system-err>",
    "  </testsuite>",
  ].join("\n");
}

/** Without fractions and zone, which the schema does not know. */
function wholeSeconds(timestamp: string): string {
  return timestamp.replace(/\.\d+Z?$|Z$/, "");
}

function counts(cases: readonly JunitCase[]): string {
  return `tests="${cases.length}" failures="${cases.filter((each) => each.failure !== undefined).length}" errors="0"`;
}

function caseXml(each: JunitCase): string {
  const head = `    <testcase name="${xml(each.name)}" classname="${xml(each.classname)}" time="${each.seconds.toFixed(3)}"`;
  if (each.failure !== undefined) {
    const { type, message, text } = each.failure;
    return `${head}>\n      <failure type="${xml(type)}" message="${xml(clip(message, 500))}">${xml(text)}</failure>\n    </testcase>`;
  }
  if (each.skipped !== undefined) return `${head}>\n      <skipped message="${xml(each.skipped)}"/>\n    </testcase>`;
  return `${head}/>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 cannot hold most control characters, not even escaped: they become U+FFFD. */
export function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (char) => ENTITIES[char] as string);
}

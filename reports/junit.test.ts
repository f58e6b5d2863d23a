/** JUnit files are read by machines that are strict about structure and about characters. */
import { describe, expect, it } from "vitest";
import type { Verdict } from "../src/core/checker.js";
import { junitXml, renderJunit, xml } from "./junit.js";
import { schemaProblems } from "./testing/junit-schema.js";
import { unknownRun, validRun } from "./testing/samples.js";

/** The elements of a document that fits the schema, with their attributes. */
function parse(text: string): { name: string; attributes: Record<string, string> }[] {
  expect(schemaProblems(text)).toEqual([]);
  return [...text.matchAll(/<([a-z-]+)((?: [a-z]+="[^"]*")*)\s*\/?>/g)].map(([, name = "", attributes = ""]) => ({
    name,
    attributes: Object.fromEntries(
      [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  }));
}

describe("renderJunit", () => {
  it("gives one passing case a checker", () => {
    const { results, test } = validRun();
    const elements = parse(renderJunit(results, test));
    const suite = elements.find(({ name }) => name === "testsuite");
    expect(suite?.attributes).toMatchObject({
      tests: "2",
      failures: "0",
      skipped: "0",
      timestamp: "2026-11-22T10:15:00",
    });
    expect(elements.filter(({ name }) => name === "testcase").map((each) => each.attributes["name"])).toEqual([
      "linearizable",
      "stats",
    ]);
  });

  it("makes unknown a failure of type unknown: a gate must not turn green on it", () => {
    const xmlText = renderJunit(unknownRun().results, unknownRun().test);
    const failures = parse(xmlText).filter(({ name }) => name === "failure");
    expect(failures.map((each) => each.attributes["type"])).toEqual(["unknown", "unknown"]);
    expect(xmlText).toContain('failures="2"');
  });

  it("tells a violation with its witnesses and bad parts", () => {
    const { results, test } = validRun();
    const verdict: Verdict = {
      valid: false,
      summary: "k1 is broken",
      witnesses: [{ text: "1 was read after 2", ops: [] }],
      parts: { k1: { valid: false, summary: "bad" }, k2: { valid: true, summary: "good" } },
    };
    const text = renderJunit({ ...results, valid: false, checkers: { linearizable: verdict } }, test);
    expect(text).toContain(
      '<failure type="invalid" message="k1 is broken">k1 is broken\n1 was read after 2\nk1: bad</failure>',
    );
    parse(text);
  });

  it("holds a run without checkers as one case that fails unless it is valid", () => {
    const { results, test } = validRun();
    const text = renderJunit({ ...results, checkers: {}, valid: "unknown", summary: "nothing ran" }, test);
    expect(parse(text).filter(({ name }) => name === "failure")).toHaveLength(1);
  });

  it("escapes markup and drops characters that XML cannot hold", () => {
    expect(xml(`<a href='x'>&"\u0000\u001b\ud800ok🙂`)).toBe(
      "&lt;a href=&apos;x&apos;&gt;&amp;&quot;\ufffd\ufffd\ufffdok🙂",
    );
    const { results, test } = validRun();
    const evil = `]]></failure><script>"\u0007`;
    parse(renderJunit({ ...results, system: evil, checkers: { [evil]: { valid: false, summary: evil } } }, test));
  });

  it("joins suites and counts skipped ones", () => {
    const cases = [
      { name: "a", classname: "x", seconds: 1 },
      { name: "b", classname: "x", seconds: 2, skipped: "no Docker" },
    ];
    const elements = parse(
      junitXml([
        { name: "s", seconds: 3, timestamp: "2026-11-25T22:57:00.123Z", cases },
        { name: "t", seconds: 0.5, timestamp: "2026-11-25T22:57:00Z", cases: [] },
      ]),
    );
    const suites = elements.filter(({ name }) => name === "testsuite").map(({ attributes }) => attributes);
    expect(suites).toMatchObject([
      { tests: "2", skipped: "1", failures: "0", time: "3.000", id: "0", timestamp: "2026-11-25T22:57:00" },
      { tests: "0", skipped: "0", failures: "0", time: "0.500", id: "1", timestamp: "2026-11-25T22:57:00" },
    ]);
    expect(elements.find(({ name }) => name === "skipped")?.attributes).toEqual({ message: "no Docker" });
  });
});

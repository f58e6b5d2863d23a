/** JUnit files are read by machines that are strict about structure and about characters. */
import { describe, expect, it } from "vitest";
import type { Verdict } from "../src/core/checker.js";
import { junitXml, renderJunit, xml } from "./junit.js";
import { unknownRun, validRun } from "./testing/samples.js";

/** A small strict reader: well-formed, every element closed in order. Returns elements with their attributes. */
function parse(text: string): { name: string; attributes: Record<string, string>; inside: string }[] {
  const body = text.replace(/^<\?xml[^>]*\?>\n/, "");
  const found: { name: string; attributes: Record<string, string>; inside: string }[] = [];
  const open: string[] = [];
  let rest = body.trim();
  while (rest !== "") {
    const tag = /^<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag === null) {
      const plain = /^[^<]+/.exec(rest);
      if (plain === null) throw new Error(`no XML: ${rest.slice(0, 80)}`);
      if (/&(?!(amp|lt|gt|quot|apos);)/.test(plain[0])) throw new Error(`a bare &: ${plain[0]}`);
      rest = rest.slice(plain[0].length);
      continue;
    }
    const [whole, closing, name = "", attributes = "", empty] = tag;
    if (closing === "/") expect(open.pop()).toBe(name);
    else {
      if (empty !== "/") open.push(name);
      const pairs = [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
      found.push({ name, attributes: Object.fromEntries(pairs), inside: open.at(-2) ?? "" });
    }
    rest = rest.slice(whole.length);
  }
  expect(open).toEqual([]);
  return found;
}

describe("renderJunit", () => {
  it("gives one passing case a checker", () => {
    const { results, test } = validRun();
    const elements = parse(renderJunit(results, test));
    expect(elements[0]).toMatchObject({ name: "testsuites", attributes: { tests: "2", failures: "0", errors: "0" } });
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
    const xmlText = renderJunit(unknownRun().results);
    const failures = parse(xmlText).filter(({ name }) => name === "failure");
    expect(failures.map((each) => each.attributes["type"])).toEqual(["unknown", "unknown"]);
    expect(xmlText).toContain('failures="2"');
  });

  it("tells a violation with its witnesses and bad parts", () => {
    const { results } = validRun();
    const verdict: Verdict = {
      valid: false,
      summary: "k1 is broken",
      witnesses: [{ text: "1 was read after 2", ops: [] }],
      parts: { k1: { valid: false, summary: "bad" }, k2: { valid: true, summary: "good" } },
    };
    const text = renderJunit({ ...results, valid: false, checkers: { linearizable: verdict } });
    expect(text).toContain(
      '<failure type="invalid" message="k1 is broken">k1 is broken\n1 was read after 2\nk1: bad</failure>',
    );
    parse(text);
  });

  it("holds a run without checkers as one case that fails unless it is valid", () => {
    const { results } = validRun();
    const text = renderJunit({ ...results, checkers: {}, valid: "unknown", summary: "nothing ran" });
    expect(parse(text).filter(({ name }) => name === "failure")).toHaveLength(1);
  });

  it("escapes markup and drops characters that XML cannot hold", () => {
    expect(xml(`<a href='x'>&"\u0000\u001b\ud800ok🙂`)).toBe(
      "&lt;a href=&apos;x&apos;&gt;&amp;&quot;\ufffd\ufffd\ufffdok🙂",
    );
    const { results } = validRun();
    const evil = `]]></failure><script>"\u0007`;
    parse(renderJunit({ ...results, system: evil, checkers: { [evil]: { valid: false, summary: evil } } }));
  });

  it("joins suites, counts skipped ones and adds up times", () => {
    const cases = [
      { name: "a", classname: "x", seconds: 1 },
      { name: "b", classname: "x", seconds: 2, skipped: "no Docker" },
    ];
    const elements = parse(
      junitXml("ci", [
        { name: "s", seconds: 3, cases },
        { name: "t", seconds: 0.5, cases: [] },
      ]),
    );
    expect(elements[0]?.attributes).toMatchObject({ tests: "2", failures: "0", time: "3.500" });
    expect(elements.find(({ name }) => name === "skipped")?.attributes).toEqual({ message: "no Docker" });
  });
});

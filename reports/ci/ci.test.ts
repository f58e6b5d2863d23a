/** Machines read these: JUnit's schema, GitHub's commands, Markdown tables; none may be broken by what a system said. */
import { describe, expect, it } from "vitest";
import type { CiResults, ContractResult } from "../../src/core/contract.js";
import { schemaProblems } from "../testing/junit-schema.js";
import { annotations } from "./annotations.js";
import { ciJunit } from "./junit.js";
import { ciMarkdown } from "./markdown.js";

const contract = (name: string, more: Partial<ContractResult> = {}): ContractResult => ({
  name,
  outcome: "passed",
  expected: { linearizable: true, p99Ms: "< 50" },
  observed: { linearizable: true, p99Ms: 12 },
  why: "linearizable is valid",
  dir: "/runs/1",
  system: "etcd",
  workload: "register",
  nemesis: "partition",
  tags: [],
  durationMs: 1500,
  attempts: [{ seed: 1, dir: "/runs/1", status: "kept", why: "", repeat: "npx cap-test run --seed 1" }],
  ...more,
});

const EVIL = `a|b <script>alert(1)</script> 50%, now: "x" & 'y'\n::error::injected \u001b[31m ]]> \u202e @all`;
const results: CiResults = {
  valid: false,
  selected: [],
  configured: [],
  contracts: [
    contract("kept"),
    contract(EVIL, { outcome: "failed", why: EVIL, observed: { linearizable: false, p99Ms: null } }),
    contract("open", { outcome: "unknown", why: "nothing was proved" }),
    contract("open but allowed", { outcome: "unknown", why: "nothing was proved", allowed: true }),
    contract("no engine", { outcome: "skipped", why: "no Docker", observed: {}, dir: "", attempts: [] }),
  ],
  baseline: {
    file: "base.json",
    valid: false,
    weakened: [
      { contract: "kept", what: "class", before: "CP-like", now: "neither", text: "kept: CP-like -> neither" },
    ],
    unproved: [],
    better: [{ contract: "kept", what: "p99Ms", before: 90, now: 12, text: "kept: p99Ms 90 -> 12" }],
    added: ["open"],
    gone: ["old one"],
  },
};

describe("JUnit", () => {
  const xml = ciJunit(results, "2026-11-25T22:57:00.123Z");

  it("fits the common schema", () => {
    expect(schemaProblems(xml)).toEqual([]);
  });

  it("fails what is broken or unknown, skips what is skipped or allowed", () => {
    expect(xml).toContain('tests="6" failures="3" errors="0"');
    expect(xml).toContain('skipped="2"');
    expect(xml).toContain('<failure type="unknown" message="nothing was proved">');
    expect(xml).toContain('<testcase name="baseline"');
    expect(xml).toContain("repeat: npx cap-test run --seed 1");
  });

  it("is noticed where it does not fit", () => {
    expect(schemaProblems(xml.replace("<testcase ", "<testcase color='red' "))).not.toEqual([]);
    expect(schemaProblems(xml.replaceAll("skipped message", "skiped message"))).not.toEqual([]);
    expect(schemaProblems(xml.replace(/ name="[^"]*" classname/, " classname"))).not.toEqual([]);
    expect(schemaProblems(xml.replace('tests="6"', 'tests="5"'))).not.toEqual([]);
    expect(schemaProblems(xml.replace('time="1.500"', 'time="soon"'))).not.toEqual([]);
    expect(schemaProblems(xml.replace("</testsuite>", ""))).not.toEqual([]);
    expect(schemaProblems(xml.replace("<testsuites>", '<testsuites name="ci">'))).not.toEqual([]);
    expect(schemaProblems(xml.replace(/ {4}<properties>\s*<\/properties>\n/, ""))).not.toEqual([]);
    expect(schemaProblems(xml.replace("<system-err></system-err>", ""))).not.toEqual([]);
    expect(schemaProblems(xml.replace("</failure>", '</failure><skipped message="both"/>'))).not.toEqual([]);
  });
});

describe("annotations", () => {
  const lines = annotations(results, {
    file: "cap-test.config.yaml",
    lineOf: (name) => (name === "open" ? 7 : undefined),
  });

  it("are one command each, with everything escaped", () => {
    for (const line of lines) {
      expect(line).toMatch(
        /^::(error|warning|notice) file=cap-test\.config\.yaml(,line=\d+)?,title=[^:,\r\n]*::[^\r\n]*$/,
      );
    }
    expect(lines[0]).toMatch(/^::error /);
    expect(lines[0]).toContain("50%25");
    expect(lines[0]).toContain("%3A");
  });

  it("are errors for what breaks the build, with the line where it is known", () => {
    const levels = lines.map((line) => line.split(" ")[0]);
    expect(levels).toEqual(["::error", "::error", "::warning", "::notice", "::error", "::error"]);
    expect(lines[1]).toContain(",line=7,");
  });
});

describe("Markdown", () => {
  const text = ciMarkdown(results);

  it("keeps a table row a row, and text text", () => {
    const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
    expect(rows).toHaveLength(1 + results.contracts.length);
    for (const row of rows) expect(row.replaceAll("\\|", "").split("|")).toHaveLength(7);
    expect(text).not.toContain("<script>");
    expect(text).not.toContain("@all");
  });

  it("says why, and what changed against the baseline", () => {
    expect(text).toContain("## cap-test: 1 passed, 1 failed, 2 unknown, 1 skipped");
    expect(text).toContain("nothing was proved");
    for (const word of ["weakened", "better", "no longer tested", "old one"]) expect(text).toContain(word);
  });
});

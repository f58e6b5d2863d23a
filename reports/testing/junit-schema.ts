/**
 * What fits both of the usual JUnit schemas, Ant's and that of Jenkins's xUnit plug-in, as a table: which element may stand
 * where, in which order and how often, with which attributes of which type. A strict little XML reader checks a document by it.
 */

interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /**
   * Elements that may stand inside, in this order; text may too where `text` is set. A name alone: exactly one; with "*": any
   * number; with "?": of these one at most.
   */
  readonly children: readonly string[];
  readonly text?: true;
}

const RULES: Readonly<Record<string, Rule>> = {
  testsuites: { required: [], optional: [], children: ["testsuite*"] },
  testsuite: {
    required: ["name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time"],
    optional: ["skipped"],
    children: ["properties", "testcase*", "system-out", "system-err"],
  },
  properties: { required: [], optional: [], children: ["property*"] },
  property: { required: ["name", "value"], optional: [], children: [] },
  testcase: { required: ["name", "classname", "time"], optional: [], children: ["skipped?", "error?", "failure?"] },
  failure: { required: ["type"], optional: ["message"], children: [], text: true },
  error: { required: ["type"], optional: ["message"], children: [], text: true },
  skipped: { required: [], optional: ["type", "message"], children: [], text: true },
  "system-out": { required: [], optional: [], children: [], text: true },
  "system-err": { required: [], optional: [], children: [], text: true },
};

const COUNT = /^\d+$/;
const TYPES: Readonly<Record<string, RegExp>> = {
  tests: COUNT,
  failures: COUNT,
  errors: COUNT,
  skipped: COUNT,
  id: COUNT,
  package: /\S/,
  hostname: /\S/,
  time: /^\d+(\.\d+)?$/,
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
};

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** What is wrong with a document; empty where it fits. */
export function schemaProblems(document: string): readonly string[] {
  try {
    const root = parse(document);
    const problems: string[] = root.name === "testsuites" ? [] : [`the root is ${root.name}`];
    check(root, problems);
    return problems;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function check(element: Element, problems: string[]): void {
  const rule = RULES[element.name];
  if (rule === undefined) {
    problems.push(`there is no element ${element.name}`);
    return;
  }
  const names = Object.keys(element.attributes);
  for (const name of rule.required) if (!names.includes(name)) problems.push(`${element.name} lacks ${name}`);
  for (const name of names) {
    if (!rule.required.includes(name) && !rule.optional.includes(name)) problems.push(`${element.name} has ${name}`);
    if (TYPES[name]?.test(element.attributes[name] ?? "") === false) problems.push(`${element.name}: bad ${name}`);
  }
  if (rule.text === undefined && element.text.trim() !== "") problems.push(`text in ${element.name}`);
  checkOrder(element, rule, problems);
  for (const child of element.children) check(child, problems);
  if (element.name === "testsuite") checkCounts(element, problems);
}

function checkOrder({ name, children }: Element, rule: Rule, problems: string[]): void {
  let at = 0;
  let choices = 0;
  for (const allowed of rule.children) {
    const wanted = allowed.replace(/[*?]$/, "");
    const from = at;
    while (children[at]?.name === wanted) at++;
    const found = at - from;
    if (allowed === wanted && found !== 1) problems.push(`${name} has ${found} ${wanted}, not one`);
    if (allowed.endsWith("?")) choices += found;
  }
  if (at < children.length) problems.push(`${children[at]?.name} in ${name}, there`);
  if (choices > 1) problems.push(`${choices} endings in a ${name}`);
}

function checkCounts(element: Element, problems: string[]): void {
  const cases = element.children.filter((child) => child.name === "testcase");
  const holding = (name: string): number =>
    cases.filter(({ children }) => children.some((child) => child.name === name)).length;
  const counts = {
    tests: cases.length,
    failures: holding("failure"),
    errors: holding("error"),
    skipped: holding("skipped"),
  };
  for (const [name, count] of Object.entries(counts)) {
    const told = element.attributes[name];
    if (told !== undefined && Number(told) !== count)
      problems.push(`${element.name}: ${name} is ${told}, not ${count}`);
  }
}

/** Elements, attributes in double quotes, text with the five entities: what JUnit files are made of. Throws on anything else. */
function parse(document: string): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that XML 1.0 forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(document)) throw new Error("a forbidden character");
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, "");
  const top: Element = { name: "", attributes: {}, children: [], text: "" };
  const open: Element[] = [top];
  const token = /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (match === null) throw new Error(`not well-formed: ${body.slice(at, at + 60)}`);
    const [, closing, name = "", attributes = "", empty, text] = match;
    const inside = open.at(-1) as Element;
    if (text !== undefined) inside.text += decoded(text);
    else if (closing === "/") {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
    } else {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        decoded(value),
      ]);
      if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute of ${name} twice`);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      inside.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  const [root] = top.children;
  if (open.length > 1) throw new Error(`${open.at(-1)?.name} is not closed`);
  if (root === undefined || top.children.length > 1) throw new Error("not exactly one root");
  return root;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const char = ENTITIES[name];
    if (char === undefined || !whole.endsWith(";")) throw new Error(`a bare &: ${whole.slice(0, 20)}`);
    return char;
  });

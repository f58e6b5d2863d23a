import { parseEDNString } from "edn-data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../core/op.js";
import { formatEdn, formatEdnOp, parseEdnHistory } from "./edn.js";
import { EdnReader } from "./edn-reader.js";
import { ops } from "./testing.js";

const parse = (text: string, independent?: boolean): Op[] => [
  ...parseEdnHistory(text, independent === undefined ? {} : { independent }).history,
];
const values = (text: string): unknown[] => parse(text).map((op) => op.value);

describe("EdnReader", () => {
  const read = (text: string): unknown => new EdnReader(text).value();

  it("reads every kind of form", () => {
    expect(
      read('[nil true false 1 -2 +3 4N 1.5 2e3 -1.5M :kw :a/b sym "s\\n\\u0041\\"" \\a \\newline \\( \\u0042]'),
    ).toEqual([null, true, false, 1, -2, 3, 4, 1.5, 2000, -1.5, "kw", "a/b", "sym", 's\nA"', "a", "\n", "(", "B"]);
    expect(read("#{1 2} ")).toEqual([1, 2]);
    expect(read('{:a 1, "b" {2 3}, [1 2] 4}')).toEqual({ a: 1, b: { "2": 3 }, "[1,2]": 4 });
    expect(read('#{:b [2] 10 {:c 1} 9 "a"}')).toEqual([9, 10, "a", "b", [2], { c: 1 }]);
    expect(read('#{"a" 9 {:c 1} :b 10 [2]}')).toEqual(read('#{:b [2] 10 {:c 1} 9 "a"}'));
    expect(read('#inst "2020-01-01"')).toBe("2020-01-01");
    expect(read("#foo.Bar{:a (1 2)}")).toEqual({ a: [1, 2] });
    expect(read("; note\n [1 ; two\n #_(3 4) 5 #_6]")).toEqual([1, 5]);
    expect(read("[##Inf 1/2]")).toEqual(["Inf", "1/2"]);
    expect(read("[9007199254740993 9007199254740992N]")).toEqual(["9007199254740993", "9007199254740992"]);
    expect(Object.keys(read("{__proto__ 1}") as object)).toEqual(["__proto__"]);
  });

  it("agrees with edn-data on what both can express", () => {
    const form = fc.letrec((tie) => ({
      form: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("nil", "true", "false", ":kw", ":a-b/c?"),
        fc.integer().map(String),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((d) => d.toFixed(3)),
        fc
          .string()
          .map((s) => JSON.stringify(s))
          .filter((s) => !s.includes("\\u") && !s.includes("\\/")),
        fc.array(tie("form")).map((f) => `[${f.join(" ")}]`),
        fc.array(tie("form")).map((f) => `(${f.join(", ")})`),
        fc
          .uniqueArray(fc.string({ unit: fc.constantFrom("x", "y", "z"), minLength: 1 }))
          .chain((keys) =>
            fc
              .tuple(...keys.map(() => tie("form")))
              .map((held) => `{${keys.map((k, i) => `:${k} ${held[i]}`).join(" ")}}`),
          ),
      ),
    })).form;
    fc.assert(
      fc.property(form, (text) => {
        const theirs = parseEDNString(`[${text}]`, { mapAs: "object", keywordAs: "string", listAs: "array" });
        expect([read(String(text))]).toEqual(theirs);
      }),
    );
  });
});

describe("parseEdnHistory", () => {
  const maps =
    "{:process 0, :type :invoke, :f :write, :value 2} {:process 0 :type :ok :f :write :value 2, :extra #{1}}";

  it("takes maps one after another, a vector, a list, and records", () => {
    const plain = parse(maps);
    expect(plain.map(({ type, value }) => [type, value])).toEqual([
      ["invoke", 2],
      ["ok", 2],
    ]);
    for (const text of [
      `[${maps}]`,
      `(${maps})`,
      `\uFEFF; hi\n(${maps})\n`,
      maps.replaceAll("{:p", "#jepsen.history.Op{:p"),
    ]) {
      expect(parse(text)).toEqual(plain);
    }
  });

  it("reads errors of any shape, nodes, nemesis ops and small steps back in time", () => {
    const text = `{:process :nemesis :type :info :f :start :value nil :time 5000}
      {:process :nemesis :type :info :f :start :value {"n1" #{"n2"}} :time 4000}
      {:process 1 :type :invoke :f :read :value nil :time 6000 :node "n1"}
      {:process 1 :type :fail :f :read :value nil :time 7000 :error [:temporarily-unavailable nil]}
      {:process 1 :type :invoke :f :read :value nil :time 8000}
      {:process 1 :type :info :f :read :value nil :time 9000 :error :timeout}`;
    const read = parse(text);
    expect(read.map((op) => op.time)).toEqual([5000, 5000, 6000, 7000, 8000, 9000]);
    expect(read.map((op) => op.error)).toEqual([
      undefined,
      undefined,
      undefined,
      '["temporarily-unavailable",null]',
      undefined,
      "timeout",
    ]);
    expect(read[1]?.value).toEqual({ n1: ["n2"] });
    expect(read[2]?.node).toBe("n1");
  });

  it("takes jepsen.independent's tuples apart where nothing else can be meant", () => {
    const tuples = `{:process 0 :type :invoke :f :read :value [1 nil]} {:process 1 :type :invoke :f :cas :value [2 [3 4]]}
      {:process 0 :type :ok :f :read :value [1 5]} {:process 1 :type :info :f :cas :value nil}`;
    expect(parse(tuples).map((op) => [op.key, op.value])).toEqual([
      [1, null],
      [2, [3, 4]],
      [1, 5],
      [2, null],
    ]);
    const kinds = `{:process 0 :type :invoke :f :read :value [[1 :a] nil]} {:process 0 :type :ok :f :read :value [[1 :a] 5]}
      {:process 0 :type :invoke :f :write :value [{:a 1} 6]} {:process 1 :type :invoke :f :write :value [true 7]}`;
    expect(parse(kinds).map((op) => [op.key, op.value])).toEqual([
      ['[1,"a"]', null],
      ['[1,"a"]', 5],
      ['{"a":1}', 6],
      ["true", 7],
    ]);
    expect(() => parse("{:process 0 :type :invoke :f :read :value [nil 1]}", true)).toThrow("is no [key value] tuple");
    // Transactions by another name.
    const micros = "{:process 0 :type :invoke :f :append :value [[:r 1 nil] [:append 2 3]]}";
    expect(parse(micros)[0]?.key).toBeUndefined();
    // A cas alone is a pair, not a tuple; a read without one shows that the pairs are no tuples.
    expect(values("{:process 0 :type :invoke :f :cas :value [1 2]}")).toEqual([[1, 2]]);
    const plain = "{:process 1 :type :invoke :f :read :value nil} {:process 0 :type :invoke :f :cas :value [1 2]}";
    expect(values(plain)).toEqual([null, [1, 2]]);
    // Transactions of two micro-ops.
    expect(values("{:process 0 :type :invoke :f :txn :value [[:r 1 nil] [:w 2 3]]}")).toEqual([
      [
        ["r", 1, null],
        ["w", 2, 3],
      ],
    ]);
    const writes = "{:process 0 :type :invoke :f :write :value [1 2]}";
    expect(parse(writes)[0]?.key).toBeUndefined();
    expect(parse(writes, true)[0]).toMatchObject({ key: 1, value: 2 });
    expect(parse(tuples, false)[0]).toMatchObject({ value: [1, null] });
    expect(() => parse(plain, true)).toThrow("op 0: its value is no [key value] tuple: null");
  });

  it("takes an index or a time of -1, as jepsen.history prints where there is none, for none", () => {
    const op = "#jepsen.history.Op{:index -1 :time -1 :type :invoke :process 0 :f :read :value nil}";
    const { history } = parseEdnHistory(`{:type :info :process :nemesis :f :x :value nil} ${op}`);
    expect([...history].map(({ index, time }) => [index, time])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(() => parse(op.replace(":time -1", ":time -2"))).toThrow("line 1: time is -2, not a number of ns");
    expect(() => parse(op.replace(":process 0", ":process -1"))).toThrow("line 1: process is -1");
  });

  it("takes times since 1970", () => {
    const op = (time: string) => parse(`{:process 0 :type :invoke :f :read :value nil :time ${time}}`)[0]?.time;
    expect(op("1700000000123456789")).toBe(1700000000123456800);
    expect(() => op('"soon"')).toThrow('time is "soon", not a number of ns');
  });

  it("tolerates missing :index, :time, :process and :f where they are unambiguous (the Elle paper's example)", () => {
    const text = "{:index 0 :type :invoke  :value [[:append 253 1]]}\n{:index 1 :type :ok :value [[:append 253 1]]}";
    expect(parse(text).map(({ f, process, time }) => [f, process, time])).toEqual([
      ["txn", 0, 0],
      ["txn", 0, 0],
    ]);
    expect(() => parse("{:type :invoke :f :read}\n\n{:type :invoke :f :read}")).toThrow(
      "line 3: process 0 invokes an op while",
    );
  });

  it("reports a file that was cut off, wherever", () => {
    const whole = `[${maps.replace("} {", "}\n{")}]`;
    for (let cut = 1; cut < whole.length; cut++) {
      const { history, truncatedLine } = parseEdnHistory(whole.slice(0, cut));
      expect(truncatedLine).toBe(cut > whole.indexOf("\n") + 1 ? 2 : 1);
      expect(history.length).toBe(cut === whole.length - 1 ? 2 : cut > whole.indexOf("}") ? 1 : 0);
    }
    expect(parseEdnHistory(whole).truncatedLine).toBeUndefined();
  });

  it("names the line of what is wrong", () => {
    expect(() => parse("{:process 0 :type :invoke :f :read}\n\n{:process 1 :type :ok :f :read}")).toThrow(
      "line 3: process 1 completes",
    );
    expect(() => parse("{:process 0 :type :invoke\n :f }")).toThrow("line 1: not EDN: a map with a key but no value");
    expect(() => parse("{:a 1}\n]")).toThrow("line 1: type is undefined");
    expect(() => parse(`${maps}\n]`)).toThrow("line 2: not EDN: a stray ]");
    expect(() => parse('"x\\q"')).toThrow("line 1: not EDN: \\q in a string");
    expect(() => parse("3")).toThrow("line 1: an op is a map, not 3");
    expect(() => parse(`[[${maps}]]`)).toThrow(/^line 1: an op is a map, not \[\{"process":0,.{1,44}\.\.\.$/);
    const back = (ns: number) =>
      parse(`{:process 0 :type :invoke :f :read :time ${ns}} {:process 1 :type :invoke :f :read :time 0}`);
    expect(back(900_000_000).map(({ time }) => time)).toEqual([900_000_000, 900_000_000]);
    expect(() => back(1_100_000_000)).toThrow("line 1: time runs backwards");
  });
});

describe("formatEdn", () => {
  it("writes Jepsen's fields, keywords for micro-ops, tuples for keys", () => {
    const op: Op = {
      index: 1,
      time: 2,
      process: 3,
      type: "ok",
      f: "txn",
      value: [
        ["append", 1, 2],
        ["r", 1, [2]],
      ],
      node: "n1",
    };
    expect(formatEdnOp(op)).toBe(
      '{:index 1 :time 2 :type :ok :process 3 :f :txn :value [[:append 1 2] [:r 1 [2]]] :node "n1"}',
    );
    expect(formatEdnOp({ index: 0, time: 0, process: "nemesis", type: "info", f: "cut", value: { n1: ["n2"] } })).toBe(
      '{:index 0 :time 0 :type :info :process :nemesis :f :cut :value {:n1 ["n2"]}}',
    );
  });

  it("is read back as it was", () => {
    const written = ops('x/0:w1( y/1:r( 1)[1,2,3] 0)! 2:c1,2~ 3:r"é"? 4:txn.[]');
    const keyed = written.filter((op) => op.key !== undefined).map((op, index) => ({ ...op, index }));
    expect(parse(formatEdn(keyed))).toEqual(keyed);
    const plain = written.filter((op) => op.key === undefined).map((op, index) => ({ ...op, index }));
    expect(parse(formatEdn(plain))).toEqual(plain);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { historyOf } from "./builder.js";
import type { ColumnarHistory } from "./columns.js";
import { createHistoryParser, formatHistory, formatOp, looksLikeEdn, parseHistory } from "./jsonl.js";
import { ops } from "./testing.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): Op[] => [...parseHistory(bytes(text)).history];
const line = (fields: Record<string, unknown>): string =>
  JSON.stringify({ index: 0, time: 1, process: 0, type: "invoke", f: "read", value: null, ...fields });

describe("formatOp", () => {
  it("writes the fields in one order, whatever the object's", () => {
    const op: Op = {
      value: [1, "a"],
      f: "cas",
      type: "fail",
      node: "n1",
      via: "n2",
      error: "mismatch",
      key: "k",
      process: 3,
      time: 5,
      index: 2,
    };
    expect(formatOp(op)).toBe(
      '{"index":2,"time":5,"process":3,"type":"fail","f":"cas","key":"k","value":[1,"a"],"error":"mismatch","node":"n1","via":"n2"}',
    );
    expect(formatOp({ index: 0, time: 0, process: "nemesis", type: "info", f: "heal", value: undefined })).toBe(
      '{"index":0,"time":0,"process":"nemesis","type":"info","f":"heal","value":null}',
    );
  });
});

/** Values of all kinds: those that the scanner reads itself, and those it must leave to JSON.parse. */
const value = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 7, 16_777_216, 2 ** 40, 1.5, -2.25e-7, 999_999_999_999_999, 2 ** 53 - 1),
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.tuple(fc.oneof(fc.nat(), fc.string(), fc.constant(null)), fc.oneof(fc.integer(), fc.boolean())),
  fc.array(fc.nat(), { maxLength: 5 }),
  fc.array(
    fc.tuple(fc.constantFrom("append", "r", "w"), fc.nat(3), fc.oneof(fc.nat(), fc.constant(null), fc.array(fc.nat()))),
  ),
  fc.dictionary(fc.string(), fc.nat(), { maxKeys: 3 }),
);

/** A well-formed history of a few processes. */
const history = fc
  .array(
    fc.record({
      process: fc.nat(3),
      f: fc.constantFrom("read", "write", "cas", "späť"),
      key: fc.option(fc.oneof(fc.nat(5), fc.string()), { nil: undefined }),
      value,
      type: fc.constantFrom("ok" as const, "fail" as const, "info" as const),
      error: fc.option(fc.string(), { nil: undefined }),
      node: fc.option(fc.constantFrom("n1", "n2"), { nil: undefined }),
      step: fc.nat(1e9),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    const out: Op[] = [];
    const open = new Map<number, Op>();
    let time = 0;
    for (const { process, f, key, value, type, error, node, step } of steps) {
      time += step;
      const invoked = open.get(process);
      const base = { index: out.length, time, process, ...(node === undefined ? {} : { node }) };
      if (invoked === undefined) {
        const op: Op = { ...base, type: "invoke", f, ...(key === undefined ? {} : { key }), value };
        open.set(process, op);
        out.push(op);
      } else {
        open.delete(process);
        const keyed = invoked.key === undefined ? {} : { key: invoked.key };
        out.push({ ...base, type, f: invoked.f, ...keyed, value, ...(error === undefined ? {} : { error }) });
      }
    }
    return out;
  });

describe("parseHistory", () => {
  it("gives back what was written, in chunks of any size and in any buffer", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 200 }), (written, size) => {
        const text = bytes(formatHistory(written));
        const parser = createHistoryParser();
        // One Buffer used again and again, as fs.read does.
        const buffer = Buffer.alloc(size);
        for (let at = 0; at < text.length; at += size) {
          const chunk = text.subarray(at, at + size);
          buffer.set(chunk);
          parser.push(buffer.subarray(0, chunk.length));
        }
        const { history: read, truncatedLine } = parser.finish();
        expect(truncatedLine).toBeUndefined();
        expect([...read]).toEqual(written);
        expect(formatHistory(read)).toBe(formatHistory(written));
      }),
    );
  });

  it("reads any JSON: fields in any order, spaces, escapes, unknown fields", () => {
    fc.assert(
      fc.property(history, fc.integer(), (written, seed) => {
        const text = written
          .map((op, i) => {
            const entries = Object.entries({ ...op, extra: { a: [1] } });
            const turn = Math.abs(seed + i) % entries.length;
            const spaces = JSON.stringify(
              Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)]),
              null,
              1,
            );
            return spaces.replaceAll("\n", " ");
          })
          .join("\r\n");
        expect(parse(text)).toEqual(written);
      }),
    );
    // Python's json.dumps; and a field given twice, where the last one counts.
    const python = '{"process": 1, "type": "invoke", "f": "cas", "value": [1, 2], "time": 3, "index": 0}\n';
    expect(parse(python)).toEqual([{ index: 0, time: 3, process: 1, type: "invoke", f: "cas", value: [1, 2] }]);
    expect(parse('{"process":1,"process":2,"type":"invoke","f":"read","value":null}')[0]?.process).toBe(2);
  });

  /** JSON values as texts, in every way that JSON knows to write them, and in some that it does not. */
  const numbers = "0 -0 -12 1e3 1E-2 1.0 0.5 -1.5e+2 123456789012345 00 01 - +1 .5 1. NaN".split(" ");
  const strings = [
    ...['"\\u0041"', '"A"', '"\\ud83d\\ude00"', '"😀"', '"\\ud83d"', '"\\ud83e"', '"\\ufffd"', '"a\\/b"', '"\\x"'],
    ...['"\\u00"', '"', '"\t"', '"\\t"', '"\u007f"', '"é"', '"\u2028"', '""', '"nemesis"'],
  ];
  const others = [
    ...["null", "true", "false", "nul", "True", "[]", "{}", "[1,2]", "[1, 2]", "[ 1,2 ]", "[1,2,]", "[[1,2],3]"],
    ...['{"a":{"b":[1,"x"]}}', '["r",null]', '[true,"w"]', "[-0,1e0]"],
  ];
  const numberText = fc.oneof(fc.constantFrom(...numbers), fc.integer().map(String), fc.double().map(String));
  const stringText = fc.oneof(
    fc.constantFrom(...strings),
    fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
  );
  const jsonText = fc.oneof(numberText, stringText, fc.constantFrom(...others), fc.json({ maxDepth: 2 }));
  const spaces = fc.constantFrom("", "", "", " ", "  ", "\t");
  const field = fc.oneof(
    fc.tuple(fc.constantFrom("value", "extra"), jsonText, spaces, spaces),
    fc.tuple(fc.constant("key"), fc.oneof(numberText, stringText), spaces, spaces),
    fc.tuple(fc.constantFrom("error", "node", "via"), stringText, spaces, spaces),
    fc.tuple(fc.constantFrom("time", "index"), numberText, spaces, spaces),
  );
  const damage = fc.tuple(fc.nat(120), fc.constantFrom("", '"', ",", "}", "{", ":", "0", "\\", " ", "e"));

  it("reads a line exactly as JSON.parse does, or refuses it as that does", () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 4 }),
        spaces,
        fc.constantFrom("\n", "\r\n", ""),
        fc.option(damage, { nil: undefined, freq: 2 }),
        (fields, space, end, hurt) => {
          let text = `{"process":3,${space}"type":"invoke","f":"w"${fields.map(([name, value, a, b]) => `,${a}"${name}":${b}${value}`).join("")}${space}}`;
          if (hurt !== undefined) text = text.slice(0, hurt[0]) + hurt[1] + text.slice(hurt[0] + 1);
          // Numbers past 15 digits become texts, on purpose: see below. NULs are what a power cut leaves.
          if (/\d{16}/.test(text) || text.includes("\u0000")) return;
          let wanted: unknown;
          try {
            // Damage can tear a pair of surrogates apart: what arrives is the bytes.
            wanted = [...historyOf([JSON.parse(new TextDecoder().decode(bytes(text))) as Op])];
          } catch {
            wanted = "refused";
          }
          let found: unknown;
          try {
            const parsed = parseHistory(bytes(text + end));
            // Without its end it may be a line cut off.
            found = parsed.truncatedLine === undefined ? [...parsed.history] : "refused";
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            found = "refused";
          }
          // 0 and -0 are one value here.
          const plain = (op: unknown): unknown => JSON.parse(JSON.stringify(op));
          expect(plain(found)).toEqual(plain(wanted));
          if (wanted !== "refused") read++;
        },
      ),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 2000) },
    );
    expect(read).toBeGreaterThan(200);
  });

  it("holds usual transactions as words, without a call of JSON.parse", () => {
    for (const value of [
      '[["r",1,null]]',
      '[["r",1,[]],["append",1,5]]',
      '[["r","k",[0]],["r",2,[1,22,333]],["w",1,0]]',
      '[["r", 1, [12, 0, 3, 1073741823]], ["append", 1, "x"]]',
      '[["r",1,[999999999,1000000000,1234567890,7,"a",8,true,9]]]',
    ]) {
      const { history } = parseHistory(
        bytes(`{"index":0,"time":1,"process":0,"type":"invoke","f":"txn","value":${value}}\n`),
      );
      const { values, tables } = history as ColumnarHistory;
      expect(tables.values.microsFrom(values[0] as number), value).toBe(0);
      expect(tables.values.micros.length).toBe((JSON.parse(value) as unknown[]).length);
      expect(history.op(0).value).toEqual(JSON.parse(value));
    }
  });

  it("never takes two values for one", () => {
    // As doubles, all four would be 2^53.
    const unsafe = ["9007199254740992", "9007199254740993", "-9007199254740993", "[9007199254740993,1]"];
    const text = unsafe
      .map((v, process) => `{"process":${process},"type":"invoke","f":"write","value":${v}}`)
      .join("\n");
    expect(parse(text).map((op) => op.value)).toEqual([
      "9007199254740992",
      "9007199254740993",
      "-9007199254740993",
      ["9007199254740993", 1],
    ]);
    const { history } = parseHistory(bytes(`${line({ process: 1, value: "1" })}\n${line({ process: 2, value: 1 })}`));
    expect(history.values[0]).not.toBe(history.values[1]);
    // Halves of a surrogate pair are no UTF-8, but strings of JSON they may be.
    const halves = ["\\ud800", "\\ud801", "\\ufffd", "\\ud800\\udc00"].map((v, process) =>
      line({ process }).replace("null", `"${v}"`),
    );
    const torn = parseHistory(bytes(halves.join("\n"))).history;
    expect(new Set(torn.values).size).toBe(4);
    expect([...torn].map((op) => op.value)).toEqual(["\ud800", "\ud801", "\ufffd", "\u{10000}"]);
    // Digits within strings stay as they are; times that long only lose what no clock has.
    expect(parse(line({ value: 'a: 90071992547409939, "b"' }))[0]?.value).toBe('a: 90071992547409939, "b"');
    expect(parse('{"process":1,"time":1700000000000000001,"type":"invoke","f":"w","value":1}')[0]?.time).toBe(1.7e18);
  });

  it("reports a last line that was cut off, and judges the rest", () => {
    const whole = `${line({})}\n${line({ type: "ok", value: 3, time: 2 })}`;
    for (let cut = whole.indexOf("\n") + 2; cut < whole.length; cut++) {
      const { history, truncatedLine } = parseHistory(bytes(whole.slice(0, cut)));
      expect([history.length, truncatedLine]).toEqual([1, 2]);
    }
    const { history, truncatedLine } = parseHistory(bytes(whole));
    expect([history.length, truncatedLine]).toEqual([2, undefined]);
  });

  it("takes an empty file for an empty history, and skips empty lines", () => {
    expect(parse("")).toEqual([]);
    expect(parse(`\uFEFF\n${line({})}\n\n  \n`)).toHaveLength(1);
  });

  const bad: [string, string][] = [
    ["line 1: process 0 completes an op (ok) that it never invoked", line({ type: "ok" })],
    ["line 2: process 0 invokes an op while its op at position 0 is still open", `${line({})}\n${line({})}`],
    ["line 3: time runs backwards: 4 ns after 5 ns", `${line({ time: 5 })}\n\n${line({ process: 1, time: 4 })}`],
    ['line 1: type is "okay", not one of invoke, ok, fail, info', line({ type: "okay" })],
    ["line 1: type is undefined", '{"process":1,"f":"read"}'],
    ["line 1: process is -1, not a whole number", line({ process: -1 })],
    ["line 1: process is 1.5", line({ process: 1.5 })],
    ['line 1: process is "x"', line({ process: "x" })],
    ["line 1: time is -5", line({ time: -5 })],
    ["line 2: an op has no process, but ops before it have one", `${line({})}\n{"type":"invoke","f":"read"}`],
    [
      "line 2: an op has process 0, but ops before it have none",
      `{"type":"invoke","f":"read"}\n${line({ type: "ok" })}`,
    ],
    ["line 1: an op has no f", '{"process":1,"type":"invoke","value":3}'],
    [
      'line 2: process 0 completes "write", but what it invoked was "read"',
      `${line({})}\n${line({ type: "ok", f: "write" })}`,
    ],
    [
      "line 2: process 0 completes key 2, but what it invoked had key 1",
      `${line({ key: 1 })}\n${line({ type: "ok", key: 2 })}`,
    ],
    ['line 1: not a JSON object: {"process":01}', '{"process":01}\n'],
    ["line 1: not a JSON object (it looks like EDN)", "{:process 1}\n"],
    ["line 1: not a JSON object; a history has one op a line", "[]\n"],
    ["line 1: not a JSON object", '{"index":0,"time":1,"process":0,"type":"invoke","f":"a\tb","value":null}\n'],
  ];
  it.each(bad)("refuses: %s", (message, text) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow(message);
  });

  it("tolerates any shape of nemesis ops, and a process that goes on after an info", () => {
    const nemesis = (type: string, time: number) => line({ process: "nemesis", type, time, f: "cut" });
    const text = [
      nemesis("info", 1),
      nemesis("info", 2),
      nemesis("invoke", 3),
      nemesis("invoke", 4),
      nemesis("info", 5),
      line({ time: 6 }),
      line({ time: 7, type: "info" }),
      line({ time: 8 }),
    ];
    const { history } = parseHistory(bytes(text.join("\n")));
    expect([...history.pairs]).toEqual([-1, -1, -1, 4, 3, 6, 5, -1]);
  });

  it("fills in what is unambiguous: index, time, key, value, one anonymous process, the f of transactions", () => {
    const { history } = parseHistory(bytes('{"type":"invoke","value":[["append",1,2]],"key":1}\n{"type":"ok"}\n'));
    expect([...history]).toEqual([
      { index: 0, time: 0, process: 0, type: "invoke", f: "txn", key: 1, value: [["append", 1, 2]] },
      { index: 1, time: 0, process: 0, type: "ok", f: "txn", key: 1, value: [["append", 1, 2]] },
    ]);
    expect(history.timed).toBe(false);
    // An index of its own is kept.
    expect(parse(line({ index: 17 }))[0]?.index).toBe(17);
  });
});

describe("historyOf", () => {
  it("pairs invocations and completions", () => {
    const history = historyOf(ops("0:w1( 1:r( 0) 1)1 2:w2("));
    expect([...history.pairs]).toEqual([2, 3, 0, 1, -1]);
    expect(history.pair(0)).toBe(2);
  });

  it("names the op that is out of place", () => {
    const [invoke, ok] = ops("0:w1") as [Op, Op];
    expect(() => historyOf([invoke, ok, ok])).toThrow("op 2: process 0 completes an op (ok) that it never invoked");
  });

  it("holds histories larger than its first buffers", () => {
    const many = Array.from(
      { length: 3000 },
      (_, i): Op => ({ index: i, time: i, process: i, type: "invoke", f: `f${i % 700}`, key: `k${i}`, value: i * 1e7 }),
    );
    expect([...historyOf(many)]).toEqual(many);
    const pairs = many.map((op, i) => ({ ...op, value: [i, `v${i}`], process: 5_000_000 + i, index: i * 2 }));
    expect([...historyOf(pairs)]).toEqual(pairs);
  });
});

describe("values", () => {
  it("are one id where they are equal, once made canonical", () => {
    const { history } = parseHistory(
      bytes(
        [[1, 2, 3], { a: 1, b: [2] }, [1, 2, 3], { b: [2], a: 1 }, { a: 1 }, [1, 2], [1, 2]]
          .map((v, process) => line({ process, value: v }))
          .join("\n"),
      ),
    );
    const canonical = history.tables.values.canonical();
    const ids = [...history.values].map((id) => canonical[id]);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[3]).toBe(ids[1]);
    expect(ids[6]).toBe(ids[5]);
    expect(new Set(ids).size).toBe(4);
  });
});

describe("values", () => {
  it("may be nested, but not without end", () => {
    const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    const write = (depth: number) => line({ f: "write" }).replace("null", nested(depth));
    expect(JSON.stringify(parse(write(500))[0]?.value)).toBe(nested(500));
    expect(() => parse(`\n${write(501)}`)).toThrow("line 2: its value is nested more than 500 deep");
    const map = line({ f: "write" }).replace("null", '{"a":'.repeat(501) + "1" + "}".repeat(501));
    expect(() => parse(map)).toThrow("line 1: its value is nested more than 500 deep");
  });
});

describe("errors", () => {
  it("of any shape are texts, as Jepsen's are when they are written as JSON", () => {
    const ended = (error: unknown) => parse(`${line({})}\n${line({ type: "fail", error })}`)[1]?.error;
    expect(ended(["timeout", 5])).toBe('["timeout",5]');
    expect(ended({ type: "conn-lost" })).toBe('{"type":"conn-lost"}');
    expect(ended(20)).toBe("20");
    expect(ended("mismatch")).toBe("mismatch");
    expect(ended(null)).toBeUndefined();
  });
});

describe("looksLikeEdn", () => {
  it("tells the two apart", () => {
    expect(
      ["{:a 1}", "[{:a 1}]", "({:a 1})", "; x\n{:a 1}", "#jepsen.history.Op{:a 1}"].map((t) => looksLikeEdn(bytes(t))),
    ).toEqual([true, true, true, true, true]);
    expect(['{"a":1}', '  { "a":1}', ""].map((t) => looksLikeEdn(bytes(t)))).toEqual([false, false, false]);
    expect(() => looksLikeEdn(bytes("hello"))).toThrow("neither JSON lines nor EDN");
    expect(() => looksLikeEdn(bytes('[\n  { "type": "invoke" }'))).toThrow("this is a JSON array");
  });
});

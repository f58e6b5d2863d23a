/** The scanner of EDN bytes, in chunks of any size, against the plain reader of the whole text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Key, Op } from "../core/op.js";
import { HistoryBuilder, malformed, show } from "./builder.js";
import type { ColumnarHistory } from "./columns.js";
import { createEdnParser, parseEdnHistory } from "./edn.js";
import { EdnError, EdnReader, UnexpectedEnd } from "./edn-reader.js";
import { valueKey } from "./values.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** -0 as 0, which it is to whatever compares values. */
const plainZeros = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What a text reads as: its ops and the line where it is cut off, or its error. */
function outcome(read: () => { history: Iterable<unknown>; truncatedLine?: number }): unknown {
  try {
    const { history, truncatedLine } = read();
    return { ops: plainZeros([...history]), truncatedLine };
  } catch (error) {
    return (error as Error).message;
  }
}

/** The history of a text by EdnReader alone. */
function plain(text: string): { history: Iterable<unknown>; truncatedLine?: number } {
  const builder = new HistoryBuilder(1e9);
  const reader = new EdnReader(text);
  const lineAt = (at: number): number => text.slice(0, at).split("\n").length;
  let wrapped = "";
  try {
    while (reader.more()) {
      const from = reader.at;
      const char = reader.peek();
      if (wrapped === "" && /[[(]/.test(char)) {
        wrapped = char === "[" ? "]" : ")";
        reader.at++;
      } else if (wrapped !== "" && char === wrapped) {
        wrapped = "";
        reader.at++;
      } else {
        const form = reader.value() as Record<string, unknown>;
        if (typeof form !== "object" || form === null || Array.isArray(form)) {
          throw malformed(lineAt(from), `an op is a map, not ${show(form)}`);
        }
        const { error } = form;
        const told = error === null || error === undefined ? undefined : error;
        const given = (number: unknown) => (number === -1 ? undefined : number);
        const time = form.time === "9007199254740993" ? 9007199254740992 : given(form.time);
        const text = told === undefined || typeof told === "string" ? told : JSON.stringify(told);
        builder.draft({ ...form, index: given(form.index), time, error: text }, lineAt(from));
        builder.commit(lineAt(from));
      }
    }
    if (wrapped !== "") throw new UnexpectedEnd();
  } catch (error) {
    if (error instanceof EdnError) throw malformed(lineAt(error.at), `not EDN: ${error.message}`);
    if (!(error instanceof UnexpectedEnd)) throw error;
    return { history: builder.finish(), truncatedLine: lineAt(text.trimEnd().length) };
  }
  return { history: builder.finish() };
}

const space = fc.constantFrom(" ", " ", " ", ", ", ",", "\n  ", "\t", " ; note\n ", " #_skipped ", "\r\n");
const number = fc.oneof(
  fc.nat(50).map(String),
  fc.constantFrom("0", "-0", "-7", "007", "+3", "5N", "1.5", "2e3", "1/2", "1073741824", "999999999999999"),
  fc.constantFrom("1234567890123456", "9007199254740993", "-9007199254740993", "##Inf"),
);
const text = fc.constantFrom(
  ":ok",
  ":a/b",
  ":a#b",
  ":é",
  '"x"',
  '"a;b{"',
  '"q\\"\\n"',
  '"é"',
  "sym",
  "\\a",
  "\\(",
  ":f",
);
const scalar = fc.oneof(number, number, text, fc.constantFrom("nil", "true", "false", "nile", "truey"));
const vector = (items: fc.Arbitrary<string>, maxLength = 4): fc.Arbitrary<string> =>
  fc.tuple(fc.array(items, { maxLength }), space).map(([all, gap]) => `[${all.join(gap)}]`);
const micro = fc
  .tuple(fc.constantFrom(":r", ":append", ":w", ":x", '"r"', ":r2"), scalar, fc.oneof(scalar, vector(scalar)), space)
  .map(([kind, key, value, gap]) => `[${kind}${gap}${key} ${value}]`);
const value = fc.oneof(
  scalar,
  vector(scalar, 3),
  vector(micro),
  vector(micro),
  fc.tuple(scalar, vector(scalar, 2)).map(([key, pair]) => `[${key} ${pair}]`),
  fc.constantFrom("{:a 1}", "#{1 2}", "(1 2)", "[]", '#inst "2020"'),
);

/** Ops of a few processes, in order, printed in any style that EDN allows. */
const maps = fc
  .array(
    fc.record({
      process: fc.oneof(fc.nat(2).map(String), fc.constant(":nemesis")),
      f: fc.constantFrom(":read", ":txn", '"write"', ":späť"),
      value,
      ending: fc.constantFrom(":ok", ":fail", ":info"),
      extra: fc.constantFrom(
        "",
        "",
        "",
        ":error :timeout",
        ":error [:x nil]",
        ':node "n1"',
        ":link 5",
        ":value 3",
        ":key 1",
      ),
      tag: fc.constantFrom("", "", "", "#jepsen.history.Op", "#x ", "#_{:no 1} "),
      gap: space,
      turn: fc.nat(5),
      between: fc.constantFrom("\n", " ", "", "\n; more\n"),
    }),
    { maxLength: 12 },
  )
  .map((rows) => {
    const open = new Map<string, string>();
    return rows.map((row, index) => {
      const began = open.get(row.process);
      if (began === undefined) open.set(row.process, row.f);
      else open.delete(row.process);
      const type = row.process === ":nemesis" ? ":info" : began === undefined ? ":invoke" : row.ending;
      const fields = [
        `:type ${type}`,
        `:f ${began ?? row.f}`,
        `:value ${row.value}`,
        `:process ${row.process}`,
        `:time ${index * 1000}`,
        `:index ${index}`,
      ];
      const order = [...fields.slice(row.turn), ...fields.slice(0, row.turn), ...(row.extra === "" ? [] : [row.extra])];
      return `${row.tag}{${order.join(row.gap)}}${row.between}`;
    });
  });
const source = fc
  .tuple(maps, fc.constantFrom(["", ""], ["[", "]"], ["(", ")\n"], ["\uFEFF", ""], [" [", ""]))
  .map(([all, [before, after]]) => `${before}${all.join("")}${after}`);

describe("EDN by its bytes", () => {
  it("reads what the plain reader reads", () => {
    fc.assert(
      fc.property(source, (edn) => {
        expect(outcome(() => parseEdnHistory(edn, { independent: false }))).toEqual(outcome(() => plain(edn)));
      }),
    );
  });

  it("refuses what that refuses, with the same words, and is cut off where that is", () => {
    const damaged = fc
      .tuple(
        source,
        fc.nat(),
        fc.constantFrom("", "", "}", "]", '"', "{", "\\", " ", ";", ":", "#", "x", "\n"),
        fc.boolean(),
      )
      .map(([edn, at, char, cut]) => {
        const from = edn.length === 0 ? 0 : at % edn.length;
        return cut ? edn.slice(0, from) : edn.slice(0, from) + char + edn.slice(from + 1);
      });
    fc.assert(
      fc.property(damaged, (edn) => {
        expect(outcome(() => parseEdnHistory(edn, { independent: false }))).toEqual(outcome(() => plain(edn)));
      }),
    );
  });

  it("reads the same in chunks of any size, from a buffer that is used again", () => {
    fc.assert(
      fc.property(source, fc.integer({ min: 1, max: 60 }), (edn, size) => {
        const whole = bytes(edn);
        const buffer = new Uint8Array(size);
        const inChunks = outcome(() => {
          const parser = createEdnParser({ independent: false });
          for (let at = 0; at < whole.length; at += size) {
            buffer.fill(0);
            buffer.set(whole.subarray(at, at + size));
            parser.push(buffer.subarray(0, Math.min(size, whole.length - at)));
          }
          return parser.finish();
        });
        expect(inChunks).toEqual(outcome(() => parseEdnHistory(edn, { independent: false })));
      }),
    );
  });

  it("takes the tuples of jepsen.independent apart as one would op by op", () => {
    const key = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("1", "2", ":k", '"s"') },
      { weight: 1, arbitrary: scalar },
    );
    const held = fc.oneof(scalar, vector(fc.nat(3).map(String), 3), fc.constantFrom("nil", "[1 2]", "[1 nil]"));
    const tuple = fc.tuple(key, held).map(([k, v]) => `[${k} ${v}]`);
    const row = fc.tuple(fc.constantFrom(":read", ":cas", ":txn"), fc.oneof({ weight: 9, arbitrary: tuple }, value));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.boolean(), (rows, asked) => {
        const edn = rows
          .map(
            ([f, v], i) =>
              `{:type :invoke :f ${f} :process ${i} :value ${v}}{:type :info :f ${f} :process ${i} :value nil}`,
          )
          .join("\n");
        const values = plainZeros([...plain(edn).history] as Op[]).map((op) => op.value);
        const isTuple = (v: unknown): v is [unknown, unknown] => Array.isArray(v) && v.length === 2 && v[0] !== null;
        const isKey = (k: unknown): k is Key => typeof k === "string" || typeof k === "number";
        const invoked = values.filter((_, i) => i % 2 === 0);
        const certain = invoked.some((v) => isTuple(v) && (v[1] === null || (isKey(v[0]) && Array.isArray(v[1]))));
        const split = asked || (certain && invoked.every(isTuple) && rows.every(([f]) => f !== ":txn"));
        const read = (): unknown[] => [...parseEdnHistory(edn, asked ? { independent: true } : {}).history];
        if (asked && !invoked.every(isTuple)) expect(read).toThrow("its value is no [key value] tuple");
        else {
          const told = plainZeros(read() as Op[])
            .filter((_, i) => i % 2 === 0)
            .map((op) => [op.key, op.value]);
          const apart = ([k, v]: [unknown, unknown]) => [isKey(k) ? k : valueKey(k), v];
          expect(told).toEqual(invoked.map((v) => (split ? apart(v as [unknown, unknown]) : [undefined, v])));
        }
      }),
    );
  });

  it("finds its place again behind bytes that are no UTF-8", () => {
    const broken = bytes('{:process 0 :type :invoke :f :read :value "??"}\n{:process 1 :type :ok :f :read}');
    broken.set([0xc3, 0xff], broken.indexOf(0x3f));
    expect(() => parseEdnHistory(broken)).toThrow("line 2: process 1 completes");
  });

  it("holds usual transactions as words, without a form of the reader", () => {
    const edn =
      '{:index 0, :time 5, :type :invoke, :process 0, :f :txn, :value [[:r 1 nil] [:append "k" 2] [:r :x [1 2 -3]]]}';
    const { history } = parseEdnHistory(edn);
    const { values, tables } = history as ColumnarHistory;
    expect(tables.values.microsFrom(values[0] as number)).toBe(0);
    expect(tables.values.micros.length).toBe(3);
    expect(history.op(0).value).toEqual([
      ["r", 1, null],
      ["append", "k", 2],
      ["r", "x", [1, 2, -3]],
    ]);
  });
});

/** Keys and values: nothing may collide, everything must come back as it was. */
import { expect, test } from "vitest";
import { decode, elementKey, elementOf, encode, fromBase64, keyValues, placeOf, prefixEnd, toBase64 } from "./codec.js";

test.each([0, 5, -1.5, "a", 'quo"te', "ünï", [1, [2]], { a: 1 }, null, true])(
  "%j survives a set and a register",
  (value) => {
    expect(elementOf(placeOf("k"), elementKey("k", value))).toEqual(value);
    const body = { kvs: [{ key: toBase64("k/1/"), value: toBase64(encode(value)), mod_revision: "7" }] };
    expect(decode(keyValues(body)[0])).toEqual(value);
  },
);

test('the key 5 and the key "5" are two', () => {
  expect(placeOf(5)).not.toBe(placeOf("5"));
  expect(placeOf(5)).not.toBe(placeOf("5"));
});

test("the end of a prefix lies after every key that has it, and before the next prefix", () => {
  const inside = ["", "0", "~", "zzz", "ÿ"].map((tail) => Buffer.from(`k/1/${tail}`));
  for (const key of inside) expect(Buffer.compare(key, Buffer.from(prefixEnd("k/1/")))).toBe(-1);
  expect(Buffer.compare(Buffer.from("k/10/"), Buffer.from(prefixEnd("k/1/")))).toBe(1);
});

test("what the gateway leaves out reads as absent, empty or zero", () => {
  expect(keyValues({ header: {} })).toEqual([]);
  expect(keyValues({ kvs: [{ key: toBase64("k") }] })).toEqual([{ key: "k", value: "", modRevision: "0" }]);
  expect(decode(undefined)).toBe(null);
});

test("base64 is of UTF-8", () => {
  expect(fromBase64(toBase64("å/ü"))).toBe("å/ü");
  expect(toBase64("foo")).toBe("Zm9v");
});

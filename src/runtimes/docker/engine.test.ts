import { describe, expect, it } from "vitest";
import { atLeast, candidates, statusOf } from "./engine.js";

describe("versions", () => {
  it.each([
    ["1.41", "1.41", true],
    ["1.51", "1.41", true],
    ["1.9", "1.41", false],
    ["2.0", "1.41", true],
    ["1.40", "1.41", false],
  ])("%s at least %s: %s", (have, want, expected) => {
    expect(atLeast(have, want)).toBe(expected);
  });
});

describe("where the engine may be", () => {
  it.each([
    "unix:///run/docker.sock",
    "tcp://localhost:2375",
    "tcp://127.0.0.1:2375",
    "localhost:2375",
    "tcp://[::1]:2375",
  ])("takes %s as it is", (host) => expect(candidates(host)).toEqual([{ name: host }]));

  it.each([
    "tcp://docker:2375",
    "ssh://me@far.example",
    "ssh://localhost",
    "10.0.0.7:2375",
    "tcp://user@far.example:2376",
  ])("refuses %s: published ports would be over there", (host) =>
    expect(() => candidates(host)).toThrow("needs the engine on this machine"),
  );

  it("tries the usual sockets where nothing is said", () => {
    const found = candidates(undefined);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((one) => one.socketPath === one.name)).toBe(true);
    expect(candidates("")).toEqual(found);
  });
});

it("finds the HTTP status below the words", () => {
  const refused = Object.assign(new Error("no such container"), { statusCode: 404 });
  expect(statusOf(new Error("Docker could not look", { cause: refused }))).toBe(404);
  expect(statusOf(new Error("socket hang up"))).toBeUndefined();
  expect(statusOf("text")).toBeUndefined();
});

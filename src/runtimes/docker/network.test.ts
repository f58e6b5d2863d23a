import { describe, expect, it } from "vitest";
import { freePrefixes, layoutOf, prefixOf } from "./network.js";

describe("the choice of a subnet", () => {
  it("offers all 512 /24s of 198.18.0.0/15, starting where the seed says", () => {
    const free = freePrefixes([], 300);
    expect(free).toHaveLength(512);
    expect(new Set(free).size).toBe(512);
    expect(free[0]).toBe("198.19.44");
    expect(free.every((prefix) => /^198\.1[89]\.\d+$/.test(prefix))).toBe(true);
  });

  it("leaves out what overlaps: the same /24, a wider net around it, a host inside it", () => {
    const free = freePrefixes(["198.18.5.0/24", "198.19.0.0/16", "198.18.7.1/32", "198.18.8.128/25"], 0);
    expect(free).toHaveLength(256 - 3);
    for (const prefix of ["198.18.5", "198.18.7", "198.18.8", "198.19.0", "198.19.255"])
      expect(free).not.toContain(prefix);
    expect(free).toContain("198.18.6");
  });

  it("is not disturbed by other ranges, IPv6 or nonsense", () => {
    expect(freePrefixes(["172.17.0.0/16", "fe80::1/64", "", "198.20.0.0/14"], 0)).toHaveLength(512);
    expect(freePrefixes(["0.0.0.0/0"], 0)).toEqual([]);
  });

  it("numbers them in order", () => {
    expect([prefixOf(0), prefixOf(255), prefixOf(256), prefixOf(511)]).toEqual([
      "198.18.0",
      "198.18.255",
      "198.19.0",
      "198.19.255",
    ]);
  });
});

describe("the layout", () => {
  it("gives each node a fixed address of its own, clear of the gateway", () => {
    const layout = layoutOf("198.18.7", ["n1", "n2", "n3"]);
    expect(layout.nodes.map(layout.address)).toEqual(["198.18.7.11", "198.18.7.12", "198.18.7.13"]);
    expect(() => layout.address("n4")).toThrow('no node "n4"; there are n1, n2, n3');
  });
});

import { describe, expect, it } from "vitest";
import { featureFindings } from "./doctor.js";
import { proxyArgs } from "./images.js";

describe("kernel features", () => {
  it("are there by their line alone; what is missing comes with its reason and what to do", () => {
    const findings = featureFindings(
      "iptables yes\nstatistic yes\nnetem no Error: Specified qdisc kind is unknown. \n",
    );
    expect(findings.map(({ name, ok }) => [name, ok])).toEqual([
      ["kernel iptables", true],
      ["kernel statistic", true],
      ["kernel tbf", false],
      ["kernel netem", false],
    ]);
    expect(findings[3]?.detail).toContain("Specified qdisc kind is unknown");
    expect(findings[3]?.advice).toContain("sch_netem");
    expect(findings[2]?.detail).toBe("missing: the kernel did not say");
    expect(findings[0]?.advice).toBeUndefined();
  });
});

it("hands the environment's proxies to builds, and nothing else", () => {
  expect(proxyArgs({ http_proxy: "http://p:1", HTTPS_PROXY: "", NO_PROXY: "x", SECRET: "s" })).toEqual({
    http_proxy: "http://p:1",
    NO_PROXY: "x",
  });
});

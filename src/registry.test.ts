import { expect, it } from "vitest";
import { registry } from "./registry.js";

it("names each system, workload and nemesis once, and their options too", () => {
  for (const list of [registry.systems, registry.workloads, registry.nemeses]) {
    const names = list.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  }
  for (const { name, options } of [...registry.systems, ...registry.workloads]) {
    const names = options.map((option) => `${name} ${option.name}`);
    expect(names).toEqual([...new Set(names)]);
  }
});

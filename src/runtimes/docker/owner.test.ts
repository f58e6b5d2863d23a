import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { labelsOf, ownerFromLabels, ownerOf, startInStat, stateOf } from "./owner.js";

describe("owners", () => {
  it("survive the way through labels", async () => {
    const owner = await ownerOf();
    expect(owner.pid).toBe(process.pid);
    expect(owner.started).not.toBe("");
    expect(ownerFromLabels(labelsOf(owner, "r1", false))).toEqual(owner);
  });

  it("are alive while their process is, and dead after kill -9", async () => {
    const here = await ownerOf();
    const child = spawn("sleep", ["600"]);
    const owner = await ownerOf(child.pid);
    expect(await stateOf(owner, here)).toBe("alive");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await stateOf(owner, here)).toBe("dead");
  });

  it("are not taken for another process with the same pid", async () => {
    const here = await ownerOf();
    expect(await stateOf(here, here)).toBe("alive");
    expect(await stateOf({ ...here, started: "1" }, here)).toBe("dead");
  });

  it("are dead after a reboot, and unknown from another machine or pid namespace", async () => {
    const here = await ownerOf();
    expect(await stateOf({ ...here, boot: "before" }, here)).toBe("dead");
    expect(await stateOf({ ...here, host: "other/1" }, here)).toBe("elsewhere");
    expect(await stateOf({ ...here, pidNamespace: "pid:[1]" }, here)).toBe("elsewhere");
  });
});

it("reads the start time behind a program's name with brackets and spaces, and none of a zombie", () => {
  const fields = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 20";
  expect(startInStat(`42 (a) b (c) S ${fields}`)).toBe("777");
  expect(startInStat(`42 (sleep) Z ${fields}`)).toBeUndefined();
  expect(startInStat("")).toBeUndefined();
});

import { describe, expect, it } from "vitest";
import { replyEnd } from "./agent.js";
import { demuxFrames, interleave } from "./exec.js";

describe("replies of the root shell", () => {
  it("are whole only with their end line", () => {
    expect(replyEnd("")).toBeUndefined();
    expect(replyEnd("198.18.0.1\n")).toBeUndefined();
    expect(replyEnd("198.18.0.1\n\u001e4 0")).toBeUndefined();
    expect(replyEnd("198.18.0.1\n\u001e4 0\nnext")).toEqual({ output: "198.18.0.1\n", id: 4, exitCode: 0, next: 16 });
    expect(replyEnd("\u001e5 2\n")).toMatchObject({ output: "", id: 5, exitCode: 2 });
  });
});

describe("Docker's frames", () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };

  it("are split by stream, or read in the order they were written", () => {
    const raw = Buffer.concat([frame(1, "a"), frame(2, "é"), frame(1, ""), frame(1, "b\n")]);
    const { stdout, stderr } = demuxFrames(raw);
    expect([stdout.toString(), stderr.toString()]).toEqual(["ab\n", "é"]);
    expect(interleave(raw)).toBe("aéb\n");
  });

  it("lose no more than a torn end", () => {
    const raw = Buffer.concat([frame(1, "whole"), frame(1, "torn").subarray(0, 10)]);
    expect(interleave(raw)).toBe("wholeto");
    expect(interleave(Buffer.concat([frame(1, "whole"), Buffer.from([1, 0])]))).toBe("whole");
  });
});

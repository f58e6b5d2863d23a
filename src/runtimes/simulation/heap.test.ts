import { describe, expect, it } from "vitest";
import { rng } from "../../core/rng.js";
import { EventHeap } from "./heap.js";

describe("EventHeap", () => {
  it("pops by time, and by order of scheduling at equal times", () => {
    const random = rng(1);
    for (let round = 0; round < 50; round++) {
      const heap = new EventHeap();
      const expected: { time: number; tag: number }[] = [];
      const popped: { time: number; tag: number }[] = [];
      let floor = 0;
      const take = (): void => {
        const event = heap.pop();
        if (event === undefined) return;
        floor = event.timeUs;
        popped.push({ time: event.timeUs, tag: event.tag });
        heap.release(event);
      };
      for (let tag = 0; tag < 200; tag++) {
        const time = floor + random.below(20);
        heap.push(time, 0, 0, 0, tag, null, null);
        expected.push({ time, tag });
        if (random.chance(1, 3)) take();
      }
      while (heap.size > 0) take();
      expected.sort((a, b) => a.time - b.time || a.tag - b.tag);
      expect(popped).toEqual(expected);
    }
  });
});

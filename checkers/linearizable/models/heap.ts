/** A binary heap of small numbers, the smallest by some measure first. */

export class Heap {
  private readonly items: number[] = [];

  constructor(private readonly measure: (item: number) => number) {}

  peek(): number | undefined {
    return this.items[0];
  }

  push(item: number): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.measure(items[parent] as number) <= this.measure(item)) break;
      items[at] = items[parent] as number;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop() as number;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.measure(items[child + 1] as number) < this.measure(items[child] as number))
        child++;
      if (this.measure(items[child] as number) >= this.measure(last)) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

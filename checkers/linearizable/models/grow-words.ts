/** Violations of lists and sets that only grow, in words and witnesses. */

import { did } from "../call-words.js";
import type { Calls } from "../calls.js";
import type { Violation } from "../family.js";
import { fromNowhere } from "../origins.js";
import { at, show, timeOf, who } from "../words.js";
import type { Element, Sight } from "./grow-fast.js";
import { listModel } from "./list.js";
import { placeOf } from "./moves.js";
import { setModel } from "./set.js";

export class GrowWords {
  constructor(
    private readonly calls: Calls,
    private readonly ordered: boolean,
  ) {}

  fromNowhere(read: number, value: unknown): Violation {
    return this.ordered
      ? fromNowhere(this.calls, read, placeOf(value), listModel)
      : fromNowhere(this.calls, read, placeOf(value), setModel);
  }

  twice(read: number, element: Element): Violation {
    const once = this.ordered ? ", which was appended once" : "";
    return {
      text: () => `${this.readText(read)}, which shows ${show(element.value)} twice${once}`,
      calls: [read, ...this.putsOf([element])],
      ofWhole: true,
    };
  }

  /** A read that does not show what was there from the start. */
  lost(sight: Sight, element: Element): Violation {
    return {
      text: () =>
        `${this.readText(sight.read)}, without ${show(element.value)}, which was there from the start, and nothing is ever removed`,
      calls: this.support([sight]),
    };
  }

  /** Two reads, neither of which contains (or continues) the other. */
  apart(one: Sight, other: Sight): Violation {
    const how = this.ordered ? "neither is the beginning of the other" : "each lacks an element that the other shows";
    const against =
      one.read === -1 ? `the ${this.object} was ${show(values(one))} from the start` : this.readText(one.read);
    return { text: () => `${this.readText(other.read)}, and ${against}: ${how}`, calls: this.support([one, other]) };
  }

  /** `smaller` began after `larger` had ended. */
  shrank(larger: Sight, smaller: Sight): Violation {
    return {
      text: () =>
        `${this.readText(smaller.read)}, but ${who(this.calls, larger.read)} had already read ${show(values(larger))}${at(this.calls, this.calls.ret[larger.read] as number)}, and nothing is ever removed`,
      calls: this.support([larger, smaller]),
    };
  }

  /** A read that began after the put of an element it does not show had ended. */
  missed(sight: Sight, put: number, element: Element): Violation {
    return {
      text: () =>
        `${this.readText(sight.read)}, without ${show(element.value)}, which ${who(this.calls, put)} had already ${this.put}${at(this.calls, this.calls.ret[put] as number)}`,
      calls: [...this.support([sight]), put],
    };
  }

  tooEarly(sight: Sight, put: number, element: Element): Violation {
    const began = timeOf(this.calls, this.calls.inv[put] as number);
    return {
      text: () =>
        `${this.readText(sight.read)}, before ${who(this.calls, put)} began to ${this.toPut} ${show(element.value)}${began === "" ? "" : ` (${began})`}`,
      calls: this.support([sight]),
    };
  }

  /** `later` was put in after `earlier` had been, but a read shows it first, or alone. */
  swapped(sight: Sight, later: number, earlier: number, element: Element): Violation {
    const { inv, inputs, history } = this.calls;
    const young = show(history.value(inputs[later] as number));
    const shows = sight.elements.includes(element)
      ? `${young} before ${show(element.value)}`
      : `${young} without ${show(element.value)}`;
    return {
      text: () =>
        `${this.readText(sight.read)}, which shows ${shows}; but ${did(this.calls, earlier, `${this.put} ${show(element.value)}`)}, before ${who(this.calls, later)} began to ${this.toPut} ${young}${at(this.calls, inv[later] as number)}`,
      calls: [...this.support([sight]), earlier, later],
    };
  }

  private get put(): string {
    return this.ordered ? "appended" : "added";
  }

  private get toPut(): string {
    return this.ordered ? "append" : "add";
  }

  private get object(): string {
    return this.ordered ? "list" : "set";
  }

  private readText(read: number): string {
    const { history, outputs } = this.calls;
    return did(this.calls, read, `read ${show(history.value(outputs[read] as number) ?? [])}`);
  }

  /** Reads with the puts of all they show: without them a legal read would look like a violation. */
  private support(sights: readonly Sight[]): number[] {
    const elements = new Set(sights.flatMap((sight) => sight.elements));
    return [...sights.map(({ read }) => read).filter((read) => read !== -1), ...this.putsOf([...elements])];
  }

  private putsOf(elements: readonly Element[]): number[] {
    return elements.map(({ first }) => first).filter((put) => put !== -1);
  }
}

const values = (sight: Sight): unknown[] => sight.elements.map(({ value }) => value);

/** Bounds on numbers: "<= 0.2", "> 0, <= 0.5", 3. */

export interface Bound {
  readonly sign: "<" | "<=" | ">" | ">=" | "=";
  readonly than: number;
}

/** Bounds that all must hold; undefined for a text that is none. */
export function parseBounds(text: string | number): readonly Bound[] | undefined {
  if (typeof text === "number") return Number.isFinite(text) ? [{ sign: "=", than: text }] : undefined;
  const bounds = text.split(",").map((part): Bound | undefined => {
    const match = /^\s*(<=|>=|<|>|==?)\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(part);
    if (match === null) return undefined;
    return { sign: (match[1] === "==" ? "=" : match[1]) as Bound["sign"], than: Number(match[2]) };
  });
  return bounds.every((bound) => bound !== undefined) ? bounds : undefined;
}

/** The first bound that the number breaks. NaN breaks every bound. */
export function brokenBound(value: number, bounds: readonly Bound[]): Bound | undefined {
  return bounds.find(({ sign, than }) => {
    if (sign === "<") return !(value < than);
    if (sign === "<=") return !(value <= than);
    if (sign === ">") return !(value > than);
    if (sign === ">=") return !(value >= than);
    return value !== than;
  });
}

/** Does it ask for at least so much? Such a bound is not met yet by a run that has not found what must be found. */
export const asksForMore = ({ sign }: Bound): boolean => sign === ">" || sign === ">=";

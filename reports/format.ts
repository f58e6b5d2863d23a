/** Numbers and times for people. No Intl: the same run gives the same page on every machine. */

/** 1234567 -> "1,234,567". Fractions keep up to two digits. */
export function count(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  const whole = Number.isInteger(n);
  const [integer = "0", fraction] = (whole ? String(Math.abs(n)) : Math.abs(n).toFixed(2)).split(".");
  if (integer.includes("e")) return String(n);
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = fraction === undefined ? "" : `.${fraction}`.replace(/\.?0+$/, "");
  return `${n < 0 ? "−" : ""}${grouped}${rest}`;
}

/** "1 op", "2 ops". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A fraction as a percentage that never rounds something to nothing, nor nearly all to all. */
export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return "–";
  const value = fraction * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value > 99.9 && value < 100) return "> 99.9 %";
  return `${value.toFixed(1).replace(/\.0$/, "")} %`;
}

/** A moment of the run: nanoseconds since it began -> "12.345 s". */
export function moment(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

/** How long something took: nanoseconds -> "850 µs", "2.71 ms", "12.3 s", "3 min 20 s". */
export function duration(ns: number): string {
  if (!Number.isFinite(ns)) return "–";
  if (ns < 0) return `−${duration(-ns)}`;
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${three(ns / 1e3)} µs`;
  if (ns < 1e9) return `${three(ns / 1e6)} ms`;
  if (ns < 100e9) return `${three(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The same, for milliseconds. */
export function durationMs(ms: number): string {
  return duration(ms * 1e6);
}

/** Three significant digits, without an exponent and without zeros that say nothing. */
function three(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toFixed(digits);
  return digits === 0 ? text : text.replace(/\.?0+$/, "");
}

/** Round steps for an axis: 1, 2 or 5 times a power of ten, at most `most` ticks over `span`. */
export function tickStep(span: number, most: number): number {
  let step = 1;
  while (step * most < span) step *= 10;
  while (step > 0 && (step / 10) * most >= span) step /= 10;
  for (const part of [0.2, 0.5]) if (step * part * most >= span) return step * part;
  return step;
}

/** n2 before n10. */
export function byNumberInName(a: string, b: string): number {
  const [x, y] = [Number(/\d+$/.exec(a)?.[0]), Number(/\d+$/.exec(b)?.[0])];
  if (x !== y && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Colours live in the style sheet alone; canvases ask for them here, again when the theme changes. */
import { store } from "./store.js";

/** Counts up at each change of theme: whoever draws on a canvas listens. */
export const themeChanges = store(0);

let probe: HTMLElement | undefined;

/** The colour behind a CSS variable, e.g. "--ok", as the present theme resolves it: canvases do not know `light-dark()`. */
export function cssColour(name: string): string {
  if (probe === undefined) {
    probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export function cssFont(size: number, mono = false): string {
  return `${size}px ${getComputedStyle(document.documentElement).getPropertyValue(mono ? "--mono" : "--sans")}`;
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}

/** The button in the bar switches; the choice is kept where the browser lets a file keep anything. */
export function startTheme(button: HTMLElement | null): void {
  const tell = () => themeChanges.set(themeChanges.get() + 1);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  button?.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset["theme"] = next;
    try {
      localStorage.setItem("cap-test-theme", next);
    } catch {
      // Storage is off: the choice lasts as long as the page.
    }
    tell();
  });
}

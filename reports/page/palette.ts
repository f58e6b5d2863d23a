/** The colours and fonts of the timeline's canvases, in the present theme. */
import { cssColour, cssFont, themeChanges } from "./theme.js";

export interface Palette {
  readonly endings: readonly [ok: string, fail: string, info: string];
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly stripe: string;
  readonly page: string;
  readonly accent: string;
  readonly onBar: string;
  readonly band: string;
  readonly bandEdge: string;
  readonly font: string;
  readonly mono: string;
}

function readPalette(): Palette {
  return {
    endings: [cssColour("--ok"), cssColour("--fail"), cssColour("--info")],
    ink: cssColour("--ink"),
    quiet: cssColour("--quiet"),
    line: cssColour("--line"),
    stripe: cssColour("--stripe"),
    page: cssColour("--card"),
    accent: cssColour("--accent"),
    onBar: cssColour("--on-bar"),
    band: cssColour("--band"),
    bandEdge: cssColour("--band-edge"),
    font: cssFont(11),
    mono: cssFont(10.5, true),
  };
}

let palette: Palette | undefined;

/** Asking the style sheet for a dozen colours costs more than drawing 10,000 bars: once a theme is enough. */
export function currentPalette(): Palette {
  if (palette === undefined) {
    palette = readPalette();
    themeChanges.listen(() => {
      palette = readPalette();
    });
  }
  return palette;
}

/** The report's few icons, drawn inline: no font, no request. Shapes differ as well as colours. */
import type { Valid } from "../src/core/checker.js";
import { type Html, trusted } from "./html.js";

const SHAPES = {
  // A cross in an octagon, a tick in a circle, a question mark in a diamond.
  invalid:
    '<path class="shape" d="M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z"/><path class="sign" d="M8.2 8.2l7.6 7.6m0-7.6l-7.6 7.6"/>',
  valid: '<circle class="shape" cx="12" cy="12" r="10.7"/><path class="sign" d="M7 12.4l3.4 3.4L17 9"/>',
  unknown:
    '<path class="shape" d="M12 .9L23.1 12 12 23.1.9 12z"/><path class="sign" d="M9.4 9.6a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3.9-1.3 1.9M12 16.9v.1"/>',
  copy: '<rect x="8" y="8" width="12" height="13" rx="2"/><path d="M16 8V5a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h2"/>',
  theme: '<path d="M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z"/>',
  locate: '<circle cx="12" cy="12" r="6"/><path d="M12 2v5m0 10v5M2 12h5m10 0h5"/>',
} as const;

export function icon(name: keyof typeof SHAPES): Html {
  return trusted(
    `<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`,
  );
}

/** "valid", "invalid" or "unknown": the word beside every colour, and the CSS class. */
export function validWord(valid: Valid): "valid" | "invalid" | "unknown" {
  return valid === "unknown" ? "unknown" : valid ? "valid" : "invalid";
}

export function validIcon(valid: Valid): Html {
  return icon(validWord(valid));
}

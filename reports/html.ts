/** A tiny HTML builder that escapes by default: text from a system under test can never become markup by being forgotten. */

/** Markup that is safe to insert as it is. Only `html` and `trusted` make it. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template. false, null and undefined leave nothing. */
export type Child = Html | string | number | boolean | null | undefined | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Text fit for element content and quoted attributes of HTML and SVG. Control characters, lone surrogates and the marks
 * that turn the direction of writing become visible code points: "U+202E" in a value must not mirror the line it is in.
 */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (char) => ENTITIES[char] as string);
}

/** Replaces characters that cannot be seen, or that change how others are seen, by `\uXXXX`. Line feed and tab stay. */
export function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Vouches for a string that is markup already (icons, bundled assets). Never call it with anything a system said. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/** Tagged template: literal parts are markup, everything interpolated is escaped unless it is `Html` itself. */
export function html(strings: TemplateStringsArray, ...children: readonly Child[]): Html {
  let out = strings[0] ?? "";
  for (let i = 0; i < children.length; i++) out += render(children[i]) + (strings[i + 1] ?? "");
  return new Html(out);
}

function render(child: Child): string {
  if (child === null || child === undefined || typeof child === "boolean") return "";
  if (child instanceof Html) return child.text;
  if (typeof child === "object") return child.map(render).join("");
  return escapeHtml(String(child));
}

/** A link to the timeline; the page's script selects the op with this index in the history there. */
export function opLink(index: number, text: Child = String(index)): Html {
  return html`<a href="#timeline" data-op="${index}">${text}</a>`;
}

/** An id or fragment made of any text: readable where it can be, unique for different texts. */
export function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 40);
  if (plain === text) return plain;
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return `${plain}-${(hash >>> 0).toString(36)}`;
}

/** Escaping is the one thing a report must never get wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, html, slug, trusted, visible } from "./html.js";

describe("html", () => {
  it("escapes everything interpolated, also inside lists and attributes", () => {
    const evil = `<script>alert("1")</script>'\`&`;
    const made = html`<p title="${evil}">${evil}${[evil, html`<b>${evil}</b>`]}</p>`.text;
    expect(made).not.toContain("<script");
    expect(made.match(/&lt;script&gt;/g)).toHaveLength(4);
    expect(made).toContain("<b>&lt;script");
    expect(made).toContain("&#39;&#96;&amp;");
  });

  it("leaves markup that was made by html or trusted as it is, and nothing for absent values", () => {
    expect(html`${html`<i>`}${trusted("<b>")}${null}${undefined}${false}${true}${0}`.text).toBe("<i><b>0");
  });

  it("never lets a value break out of an element or an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(escapeHtml(value)).not.toMatch(/[<>"'`]/);
        expect(html`<a href="${value}">`.text).toMatch(/^<a href="[^"<>]*">$/);
      }),
    );
  });

  it("makes characters visible that could hide or mirror text", () => {
    expect(visible("a\u202eb\u0000c\u001b[31m\ud800")).toBe("a\\u202eb\\u0000c\\u001b[31m\\ud800");
    expect(visible("tab\tline\nend 🙂 ñ 漢")).toBe("tab\tline\nend 🙂 ñ 漢");
  });

  it("makes ids of any text, different ones of different texts", () => {
    expect(slug("lost-writes")).toBe("lost-writes");
    expect(slug('"><script>')).toMatch(/^[a-z0-9-]+$/);
    expect(slug("a b")).not.toBe(slug("a_b"));
  });
});

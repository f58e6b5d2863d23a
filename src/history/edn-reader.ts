/**
 * A reader of EDN (github.com/edn-format/edn) as plain data, form by form. Not the edn-data package's reader, because a
 * history needs line numbers for its errors, needs to know a file that was cut off from one that is whole, and must not
 * turn two whole numbers past 2^53 into one.
 *
 * Keywords, symbols and characters become strings, lists, vectors and sets become arrays, maps become objects whose keys are
 * texts; tags are dropped; numbers that a double cannot hold become strings of their digits. Sets are sorted.
 */
import { valueKey } from "./values.js";

/** The text ended inside a form. */
export class UnexpectedEnd extends Error {}

/** The text is not EDN. `at` is where. */
export class EdnError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", b: "\b", f: "\f", "\\": "\\", '"': '"' };
const CHARACTERS: Readonly<Record<string, string>> = { newline: "\n", return: "\r", space: " ", tab: "\t" };
const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** What ends a token. */
const DELIMITER = /[\s,()[\]{}";]/g;
const WHOLE = /^[-+]?\d+N?$/;
const FRACTION = /^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?M?$/;

/** An order of all values, numbers by size: a set must not differ from itself written in another order. */
function inOrder(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [left, right] = [valueKey(a), valueKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export class EdnReader {
  at = 0;

  constructor(readonly text: string) {}

  /** Moves past white space, commas, comments and discarded forms; true where something is left. */
  more(): boolean {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === 0x3b) {
        const newline = text.indexOf("\n", this.at);
        this.at = newline === -1 ? text.length - 1 : newline;
      } else if (code === 0x23 && text.charCodeAt(this.at + 1) === 0x5f) {
        this.at += 2;
        this.value();
        this.at--;
      } else if (code > 0x20 && code !== 0x2c && code !== 0xfeff && code !== 0xa0) return true;
    }
    return false;
  }

  /** The character that comes next, after `more()`. */
  peek(): string {
    return this.text[this.at] ?? "";
  }

  /** The next form. @throws UnexpectedEnd, EdnError */
  value(): unknown {
    if (!this.more()) throw new UnexpectedEnd();
    const char = this.peek();
    switch (char) {
      case '"':
        return this.string();
      case "[":
      case "(":
        return this.sequence(char);
      case "{":
        return this.map();
      case "#":
        return this.dispatched();
      case ":":
        this.at++;
        return this.token();
      case "\\":
        return this.character();
      case ")":
      case "]":
      case "}":
        throw new EdnError(`a stray ${char}`, this.at);
      default:
        return this.atom();
    }
  }

  private sequence(opener: string): unknown[] {
    const closer = CLOSERS[opener] as string;
    const items: unknown[] = [];
    this.at++;
    for (;;) {
      if (!this.more()) throw new UnexpectedEnd();
      if (this.peek() === closer) break;
      items.push(this.value());
    }
    this.at++;
    return items;
  }

  private map(): Record<string, unknown> {
    const from = this.at;
    const items = this.sequence("{");
    if (items.length % 2 !== 0) throw new EdnError("a map with a key but no value", from);
    const map: Record<string, unknown> = {};
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      const name = typeof key === "string" ? key : JSON.stringify(key);
      // Not by assignment: "__proto__" is a key like any other.
      Object.defineProperty(map, name, { value: items[i + 1], enumerable: true, writable: true, configurable: true });
    }
    return map;
  }

  /** A set, or a tagged form: `#inst "…"`, `#jepsen.history.Op{…}`. */
  private dispatched(): unknown {
    this.at++;
    if (this.peek() === "{") return this.sequence("{").sort(inOrder);
    if (this.peek() === "#") return this.symbolic();
    this.token();
    return this.value();
  }

  /** `##Inf`, `##-Inf`, `##NaN`: kept as texts, since JSON has no such numbers. */
  private symbolic(): string {
    this.at++;
    return this.token();
  }

  private string(): string {
    const { text } = this;
    let out = "";
    let from = ++this.at;
    for (; this.at < text.length; this.at++) {
      const char = text[this.at];
      if (char === '"') {
        out += text.slice(from, this.at++);
        return out;
      }
      if (char !== "\\") continue;
      out += text.slice(from, this.at) + this.escape();
      from = this.at + 1;
    }
    throw new UnexpectedEnd();
  }

  /** At a backslash in a string; ends at the escape's last character. */
  private escape(): string {
    const char = this.text[++this.at];
    if (char === undefined) throw new UnexpectedEnd();
    if (char === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new EdnError(`\\u${digits} in a string`, this.at);
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const escaped = ESCAPES[char];
    if (escaped === undefined) throw new EdnError(`\\${char} in a string`, this.at);
    return escaped;
  }

  private character(): string {
    // The first character counts even where it is a delimiter: \( is one.
    const from = ++this.at;
    this.at++;
    const rest = /^\w$/.test(this.text[from] ?? "") ? this.token() : "";
    const name = (this.text[from] ?? "") + rest;
    if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    return CHARACTERS[name] ?? name;
  }

  private token(): string {
    DELIMITER.lastIndex = this.at;
    const end = DELIMITER.exec(this.text)?.index ?? this.text.length;
    const token = this.text.slice(this.at, end);
    this.at = end;
    return token;
  }

  private atom(): unknown {
    const token = this.token();
    if (token === "nil") return null;
    if (token === "true") return true;
    if (token === "false") return false;
    if (WHOLE.test(token)) {
      const digits = token.replace(/N$/, "").replace(/^\+/, "");
      const number = Number(digits);
      return Number.isSafeInteger(number) ? number : digits;
    }
    if (FRACTION.test(token)) return Number(token.replace(/M$/, ""));
    return token;
  }
}

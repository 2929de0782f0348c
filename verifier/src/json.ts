import { Malformed } from "./errors.js";
import { text as decode } from "./bytes.js";

/** A number is an integer from 0 to 2^53 - 1, as a bigint. An object is a map, so that no name is special. */
export type Json = null | boolean | string | bigint | Json[] | JsonObject;
export class JsonObject extends Map<string, Json> {}

const maxDepth = 32, maxValues = 1 << 20, largest = (1n << 53n) - 1n;

/**
 * Strict JSON (RFC 8259, and stricter): UTF-8, one value, no duplicate names, no lone surrogates, numbers only as integers
 * without sign, fraction or exponent, bounded depth and number of values.
 */
export function parseJson(bytes: Uint8Array, what: string, maxBytes: number): Json {
  if (bytes.length > maxBytes) throw new Malformed(`${what} has ${bytes.length} bytes, of at most ${maxBytes}`);
  return new Parser(decode(bytes, what), what).document();
}

class Parser {
  private at = 0;
  private values = 0;

  constructor(private readonly text: string, private readonly what: string) {}

  document(): Json {
    const value = this.value(1);
    this.space();
    if (this.at !== this.text.length) throw this.bad("more after the value");
    return value;
  }

  private bad(why: string): Malformed {
    return new Malformed(`${this.what} is not strict JSON: ${why} at character ${this.at}`);
  }

  private space(): void {
    for (; ; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
    }
  }

  private value(depth: number): Json {
    this.space();
    if (++this.values > maxValues) throw this.bad("too many values");
    switch (this.text[this.at]) {
      case "{": return this.object(depth);
      case "[": return this.array(depth);
      case "\"": return this.string();
      case "t": return this.word("true", true);
      case "f": return this.word("false", false);
      case "n": return this.word("null", null);
      default: return this.number();
    }
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.bad("an unknown word");
    this.at += word.length;
    return value;
  }

  private number(): bigint {
    const digits = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text);
    if (found === null) throw this.bad("no value, or a number that is not an integer from 0 to 2^53 - 1");
    const value = BigInt(found[0]);
    if (value > largest) throw this.bad("a number above 2^53 - 1");
    this.at += found[0].length;
    return value;
  }

  private enter(depth: number, close: string): boolean {
    if (depth > maxDepth) throw this.bad("too deep");
    this.at++;
    this.space();
    if (this.text[this.at] !== close) return true;
    this.at++;
    return false;
  }

  /** Whether another member follows: a comma; the closing bracket ends it. */
  private more(close: string): boolean {
    this.space();
    const c = this.text[this.at];
    if (c !== "," && c !== close) throw this.bad(`neither a comma nor ${close}`);
    this.at++;
    return c === ",";
  }

  private array(depth: number): Json[] {
    const items: Json[] = [];
    if (this.enter(depth, "]"))
      do items.push(this.value(depth + 1)); while (this.more("]"));
    return items;
  }

  private object(depth: number): JsonObject {
    const members = new JsonObject();
    if (this.enter(depth, "}"))
      do {
        this.space();
        const name = this.string();
        if (members.has(name)) throw this.bad("a name twice");
        this.space();
        if (this.text[this.at] !== ":") throw this.bad("no colon");
        this.at++;
        members.set(name, this.value(depth + 1));
      } while (this.more("}"));
    return members;
  }

  private string(): string {
    if (this.text[this.at] !== "\"") throw this.bad("no string");
    const parts: string[] = [];
    let from = ++this.at;
    for (; ; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (Number.isNaN(c)) throw this.bad("a string without an end");
      if (c < 0x20) throw this.bad("a control character in a string");
      if (c !== 0x22 && c !== 0x5c) continue;
      parts.push(this.text.slice(from, this.at));
      if (c === 0x22) break;
      parts.push(this.escape());
      from = this.at + 1;
    }
    this.at++;
    const value = parts.join("");
    if (/\p{Surrogate}/u.test(value)) throw this.bad("a lone surrogate");
    return value;
  }

  /** Reads from the backslash on and stops at the last character of the escape. */
  private escape(): string {
    const c = this.text[++this.at] ?? "";
    if (c === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.bad("a bad escape");
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const i = "\"\\/bfnrt".indexOf(c);
    if (c === "" || i < 0) throw this.bad("a bad escape");
    return "\"\\/\b\f\n\r\t"[i]!;
  }
}

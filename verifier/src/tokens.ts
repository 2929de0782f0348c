import { Malformed } from "./errors.js";
import { concat, text, utf8, type Bytes } from "./bytes.js";
import { array, bytes64, integer, only, string } from "./fields.js";
import { toHex } from "./hex.js";
import type { Json } from "./json.js";
import { sha256 } from "./sha256.js";

/* Tokens as receipts commit to them, and what their ids are called (docs/spec/receipt.md, Commitments and Language models). */

export interface Token {
  readonly id: number;
  /** The bytes emitted with it: possibly none, possibly part of a character. */
  readonly text: Bytes;
  /** Bits: of its own log-probability, then of each other token its id and the bits of its own. */
  readonly logs: readonly number[];
}

/** Reads tokens one after another. */
export function readTokens(bytes: Bytes): Token[] {
  const tokens: Token[] = [], view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (): number => {
    if (at + 4 > bytes.length) throw new Malformed("tokens that end too early");
    at += 4;
    return view.getUint32(at - 4);
  };
  while (at < bytes.length) {
    const id = number(), length = number();
    if (length > bytes.length - at) throw new Malformed("tokens that end too early");
    const said = bytes.subarray(at, at += length), count = number();
    if (count > (bytes.length - at) / 4) throw new Malformed("tokens that end too early");
    tokens.push({ id, text: said, logs: Array.from({ length: count }, number) });
  }
  return tokens;
}

/** The number of token ids in the encoding of a prompt. */
export function promptLength(bytes: Bytes): number {
  const count = bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) : -1;
  if (bytes.length !== 4 + 4 * count) throw new Malformed("not the token ids of a prompt behind their number");
  return count;
}

/** The token ids of each of several prompts. */
export function readPrompts(bytes: Bytes): number[][] {
  const bad = () => new Malformed("not the token ids of texts behind their numbers"), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (most: number): number => {
    if (at + 4 > bytes.length) throw bad();
    const n = view.getUint32(at);
    if (n > most) throw bad();
    at += 4;
    return n;
  };
  // Each prompt, and each id, has four bytes at least.
  const texts = Array.from({ length: number((bytes.length - 4) / 4) }, () => Array.from({ length: number((bytes.length - at - 4) / 4) }, () => number(2 ** 31 - 1)));
  if (at !== bytes.length) throw bad();
  return texts;
}

export interface Word {
  /** As log-probabilities name it. */
  readonly shown: string;
  readonly bytes: Bytes;
}

const loose = new TextDecoder("utf-8", { ignoreBOM: true });
const u32 = (n: number): Bytes => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);

/** Reads `assay.words`, and gives the digest that the receipt must commit to. */
export function readWords(value: Json | undefined): { words: ReadonlyMap<number, Word>; digest: string } {
  const words = new Map<number, Word>(), parts: Bytes[] = [utf8("assay/words/v1\n")];
  let least = 0n;
  for (const item of array(value, "words")) {
    const m = only(item, ["id", "text", "bytes"], "a word"), id = integer(m.get("id"), "the id of a word");
    if (id < least || id > 0xffffffffn) throw new Malformed("words are not in ascending order of ids");
    least = id + 1n;
    const name = utf8(string(m.get("text"), "the text of a word")), bytes = bytes64(m.get("bytes"), "the bytes of a word");
    parts.push(u32(Number(id)), u32(name.length), name, u32(bytes.length), bytes);
    words.set(Number(id), { shown: bytes.length > 0 ? loose.decode(bytes) : text(name, "a word"), bytes });
  }
  return { words, digest: toHex(sha256(concat(...parts))) };
}

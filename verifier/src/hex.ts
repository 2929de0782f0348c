import { Malformed } from "./errors.js";
import type { Bytes } from "./bytes.js";

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, b => b.toString(16).padStart(2, "0")).join("");

/** Lower-case hex of exactly `length` bytes. */
export function fromHex(text: string, length: number, what: string): Bytes {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text))
    throw new Malformed(`${what} is not ${2 * length} lower-case hex digits`);
  return Uint8Array.from({ length }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

import type { Bytes } from "./bytes.js";
export declare const toHex: (bytes: Uint8Array) => string;
/** Lower-case hex of exactly `length` bytes. */
export declare function fromHex(text: string, length: number, what: string): Bytes;

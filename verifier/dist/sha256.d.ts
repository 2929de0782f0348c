import type { Bytes } from "./bytes.js";
/** The SHA-256 of the concatenation of the parts. */
export declare function sha256(...parts: readonly Uint8Array[]): Bytes;

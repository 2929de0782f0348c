import type { Bytes } from "./bytes.js";
/** RFC 4648 section 4: padded, no white space, no stray trailing bits; anything else is malformed. */
export declare function fromBase64(text: string, what: string): Bytes;
export declare function toBase64(bytes: Uint8Array): string;
/** A hash: 32 bytes in base64. */
export declare function hash64(text: string, what: string): Bytes;

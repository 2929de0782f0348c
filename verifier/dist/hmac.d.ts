import { type Bytes } from "./bytes.js";
/** HMAC-SHA-256 (RFC 2104) of the concatenation of the parts. */
export declare function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes;
/** HKDF-Expand (RFC 5869) with SHA-256 to 32 bytes: one block, T(1). */
export declare const expand32: (key: Uint8Array, info: Uint8Array) => Bytes;
export declare const domain: (name: string) => Bytes;

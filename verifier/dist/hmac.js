import { sha256 } from "./sha256.js";
import { concat, utf8 } from "./bytes.js";
/** HMAC-SHA-256 (RFC 2104) of the concatenation of the parts. */
export function hmac(key, ...parts) {
    const block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    return sha256(block.map(b => b ^ 0x5c), sha256(block.map(b => b ^ 0x36), ...parts));
}
/** HKDF-Expand (RFC 5869) with SHA-256 to 32 bytes: one block, T(1). */
export const expand32 = (key, info) => hmac(key, concat(info, Uint8Array.of(1)));
export const domain = (name) => utf8(`${name}\n`);

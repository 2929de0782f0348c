import { Malformed } from "./errors.js";
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Int16Array(128).fill(-1);
for (let i = 0; i < 64; i++)
    values[alphabet.charCodeAt(i)] = i;
/** RFC 4648 section 4: padded, no white space, no stray trailing bits; anything else is malformed. */
export function fromBase64(text, what) {
    const bad = () => new Malformed(`${what} is not base64`);
    const n = text.length;
    if (n % 4 !== 0)
        throw bad();
    const pad = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    const out = new Uint8Array((n / 4) * 3 - pad);
    let at = 0, bits = 0, held = 0;
    for (let i = 0; i < n - pad; i++) {
        const code = text.charCodeAt(i);
        const value = code < 128 ? values[code] : -1;
        if (value < 0)
            throw bad();
        held = ((held << 6) | value) & 0xfff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[at++] = (held >> bits) & 0xff;
        }
    }
    if ((held & ((1 << bits) - 1)) !== 0)
        throw bad();
    return out;
}
export function toBase64(bytes) {
    const out = [];
    for (let i = 0; i < bytes.length; i += 3) {
        const a = bytes[i], b = bytes[i + 1], c = bytes[i + 2];
        out.push(alphabet[a >> 2] + alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)]
            + (b === undefined ? "=" : alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)])
            + (c === undefined ? "=" : alphabet[c & 63]));
    }
    return out.join("");
}
/** A hash: 32 bytes in base64. */
export function hash64(text, what) {
    const bytes = fromBase64(text, what);
    if (bytes.length !== 32)
        throw new Malformed(`${what} is not a hash of 32 bytes`);
    return bytes;
}

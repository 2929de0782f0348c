import { Malformed } from "./errors.js";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const utf8 = (text) => encoder.encode(text);
/** The text of UTF-8 bytes; a byte order mark is text like any other. */
export function text(bytes, what) {
    try {
        return decoder.decode(bytes);
    }
    catch {
        throw new Malformed(`${what} is not UTF-8`);
    }
}
export function concat(...parts) {
    const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}
export const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
/** n in eight bytes, most significant first; n is from 0 to 2^64 - 1. */
export function u64be(n) {
    const eight = new Uint8Array(8);
    new DataView(eight.buffer).setBigUint64(0, n);
    return eight;
}
export const u16be = (n) => Uint8Array.of(n >> 8, n & 0xff);
/** Whether names are in strictly ascending order of their UTF-16 units; for hex and ASCII that is the order of their bytes. */
export const ascending = (names) => names.every((n, i) => i === 0 || names[i - 1] < n);
/** The order of two strings by their UTF-8 bytes. */
export function compareUtf8(a, b) {
    const x = utf8(a), y = utf8(b);
    for (let i = 0; i < x.length && i < y.length; i++)
        if (x[i] !== y[i])
            return x[i] - y[i];
    return x.length - y.length;
}

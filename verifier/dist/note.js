import { Malformed } from "./errors.js";
import { concat, utf8 } from "./bytes.js";
import { fromBase64, toBase64 } from "./base64.js";
import { ed25519Key, verifySignature } from "./keys.js";
import { sha256 } from "./sha256.js";
import { fromHex, toHex } from "./hex.js";
const maxLines = 100;
// The characters of the Unicode property White_Space, control characters, and the plus sign.
const notInNames = /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;
const isKeyName = (name) => name !== "" && !notInNames.test(name);
/** Reads a note in the one spelling that bundles and faults ask for: two lines of one key (name and id) are malformed. */
export function parseNote(note, what) {
    const parsed = parseAnyNote(note, what);
    if (new Set(parsed.lines.map(l => `${l.id} ${l.name}`)).size !== parsed.lines.length)
        throw new Malformed(`${what} is not a signed note in its one spelling: two lines of the same key`);
    return parsed;
}
/** Reads any signed note. */
export function parseAnyNote(note, what) {
    const bad = (why) => new Malformed(`${what} is not a signed note: ${why}`);
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note))
        throw bad("a control character");
    const split = note.lastIndexOf("\n\n");
    if (split < 0 || !note.endsWith("\n") || split + 2 === note.length)
        throw bad("no signature lines after an empty line");
    const rows = note.slice(split + 2, -1).split("\n");
    if (rows.length > maxLines)
        throw bad(`more than ${maxLines} signature lines`);
    const lines = rows.map(row => {
        const [dash, name, sig, ...more] = row.split(" ");
        if (dash !== "\u2014" || name === undefined || sig === undefined || more.length > 0)
            throw bad("a signature line of another form");
        if (!isKeyName(name))
            throw bad("a key name with a space, a control character or a plus sign");
        const bytes = fromBase64(sig, `a signature of ${what}`);
        if (bytes.length < 5)
            throw bad("a signature that is too short");
        return { name, id: toHex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
    });
    return { text: note.slice(0, split + 1), lines };
}
/** Reads NAME+ID+BASE64 of one of the types that are asked for. */
export function parseVerifierKey(vkey, types, what) {
    const bad = (why) => new Malformed(`${what} is not a verifier key: ${why}`);
    const [name, id, encoded] = [vkey.split("+", 1)[0], vkey.slice(vkey.indexOf("+") + 1, vkey.indexOf("+") + 9), vkey.slice(vkey.indexOf("+") + 10)];
    if (!vkey.includes("+") || vkey[name.length + 9] !== "+")
        throw bad("it is not NAME+ID+KEY");
    if (!isKeyName(name))
        throw bad("its name is empty, or has a space or a control character");
    fromHex(id, 4, `the id of ${what}`);
    const bytes = fromBase64(encoded, what);
    const type = bytes[0];
    if (bytes.length !== 33 || (type !== 1 && type !== 4) || !types.includes(type))
        throw bad("it is of another type");
    if (keyHash(name, type, bytes.slice(1)) !== id)
        throw bad("its id is not that of its name and key");
    return { name, id, type, key: ed25519Key(bytes.slice(1), what) };
}
/** The first four bytes of SHA-256(name, newline, type, key), in hex. */
export const keyHash = (name, type, key) => toHex(sha256(utf8(name), Uint8Array.of(0x0a, type), key).subarray(0, 4));
export const formatVerifierKey = (k) => `${k.name}+${k.id}+${toBase64(concat(Uint8Array.of(k.type), k.key.raw))}`;
/** The line of a key, if the note has one. */
export const lineOf = (note, key) => note.lines.find(l => l.name === key.name && l.id === key.id);
/** Whether a line of type 0x01 signs the note's text. */
export const verifyLine = (note, key, line) => verifySignature(key.key, utf8(note.text), line.signature);
/** Whether the key (type 0x01) has a line on the note and it verifies. */
export async function isSignedBy(note, key) {
    const line = lineOf(note, key);
    return line !== undefined && verifyLine(note, key, line);
}

import { Malformed } from "./errors.js";
import { concat, utf8 } from "./bytes.js";
import { hash64 } from "./base64.js";
import { decimal } from "./fields.js";
import { verifySignature } from "./keys.js";
import { lineOf, parseNote } from "./note.js";
export function parseCheckpoint(text, what) {
    const note = parseNote(text, what);
    const [origin, size, root, ...extensions] = note.text.slice(0, -1).split("\n");
    if (origin === undefined || size === undefined || root === undefined || origin === "" || extensions.includes(""))
        throw new Malformed(`${what} is not a checkpoint of three or more lines`);
    return { note, origin, size: decimal(size, `the size of ${what}`), root: hash64(root, `the root of ${what}`) };
}
/** What a witness's line says: null if it has none, false if it does not verify, else the time (Unix seconds) of the cosignature. */
export async function cosignedAt(note, witness) {
    const line = lineOf(note, witness);
    if (line === undefined)
        return null;
    if (line.signature.length !== 72)
        return false;
    const time = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
    if (time >= 1n << 63n)
        return false;
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(note.text));
    return await verifySignature(witness.key, message, line.signature.slice(8)) ? time : false;
}

import { Malformed, Unsupported } from "../errors.js";
import { equal, utf8 } from "../bytes.js";
import { readOpenEntry } from "../envelope.js";
import { toHex } from "../hex.js";
const domain = utf8("assay/sealed/v1\n");
// After the domain: sequence 8, SHA-256 of the PAE 32, key id 32, algorithm 1, length of the signature 2, signature 64.
const sealedLength = domain.length + 139;
export function readEntry(entry, what) {
    if (!equal(entry.subarray(0, domain.length), domain))
        return { sealed: null, envelope: readOpenEntry(entry, what) };
    const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength), at = domain.length;
    if (entry.length !== sealedLength || view.getUint16(at + 73) !== 64)
        throw new Malformed(`${what} is a sealed entry of another length`);
    const algorithm = entry[at + 72];
    if (algorithm !== 1 && algorithm !== 2)
        throw new Unsupported(`${what} is a sealed entry of an unknown algorithm`);
    return {
        sealed: {
            sequence: view.getBigUint64(at), keyId: toHex(entry.subarray(at + 40, at + 72)), algorithm: algorithm === 1 ? "ed25519" : "ecdsa-p256-sha256",
        },
    };
}

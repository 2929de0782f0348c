import { equal } from "./bytes.js";
import { Malformed, Unsupported } from "./errors.js";
import { array, bytes64, only, string } from "./fields.js";
import { fromHex } from "./hex.js";
import {} from "./json.js";
import { sha256 } from "./sha256.js";
const maxProof = 16 << 20, maxCommitment = 4 << 20, maxWeights = 16 << 20;
/** Refuses kinds of evidence that this version does not know. */
export function requireKnown(value) {
    for (const item of array(value, "evidence"))
        if (!(item instanceof Map) || item.get("tier") !== "proof" || item.get("type") !== "assay.proofs/1")
            throw new Unsupported("the bundle has evidence of an unknown kind");
}
export function readEvidence(value) {
    const items = array(value, "evidence");
    if (items.length > 1)
        throw new Malformed("evidence is more than one item");
    if (items.length === 0)
        return null;
    const m = only(items[0], ["tier", "type", "proof", "commitment", "weights"], "evidence[0]"), weights = m.get("weights");
    return {
        proof: blob(m.get("proof"), maxProof, "evidence[0].proof"), commitment: blob(m.get("commitment"), maxCommitment, "evidence[0].commitment"),
        weights: weights === undefined ? null : blob(weights, maxWeights, "evidence[0].weights"),
    };
}
function blob(value, most, what) {
    const m = only(value, ["sha256", "bytes"], what);
    const due = fromHex(string(m.get("sha256"), `${what}.sha256`), 32, `${what}.sha256`);
    const bytes = bytes64(m.get("bytes"), `${what}.bytes`);
    if (bytes.length === 0 || bytes.length > most)
        throw new Malformed(`${what}.bytes is not 1 to ${most} bytes`);
    if (!equal(sha256(bytes), due))
        throw new Malformed(`${what}.sha256 is not the digest of the bytes`);
    return bytes;
}

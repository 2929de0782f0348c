import { CannotJudge } from "./errors.js";
/** Imported keys by algorithm and encoding: a bundle checks several signatures of the same few keys. */
const imported = new Map();
const keptKeys = 256;
function importKey(raw, algorithm) {
    const name = `${algorithm} ${raw.join()}`;
    const known = imported.get(name);
    if (known !== undefined)
        return known;
    if (imported.size >= keptKeys)
        imported.clear();
    const key = crypto.subtle.importKey("raw", raw, algorithm === "P-256" ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" }, false, ["verify"]);
    imported.set(name, key);
    key.catch(() => imported.delete(name));
    return key;
}
/**
 * The platform's check of a signature over a message. A key that the platform refuses (not on the curve) verifies nothing;
 * a platform without the algorithm is no reason to say anything about the signature.
 */
export async function platformVerify(algorithm, raw, signature, message) {
    if (globalThis.crypto?.subtle === undefined)
        throw new CannotJudge("there is no WebCrypto here: use a current browser and a secure context, or Node.js 20 or newer");
    try {
        const key = await importKey(raw, algorithm);
        return await crypto.subtle.verify(algorithm === "P-256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" }, key, signature, message);
    }
    catch (error) {
        const name = error.name;
        if (name === "DataError" || name === "OperationError") {
            await needs(algorithm);
            return false;
        }
        throw new CannotJudge(`this platform cannot check ${algorithm} signatures (${name}): nothing was judged`);
    }
}
// A key and signature that are right (RFC 8032 section 7.1, test 1): where even these fail, the platform lacks the algorithm.
const knownKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const knownSignature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
const bytes = (hex) => Uint8Array.from(hex.match(/../g), h => parseInt(h, 16));
let ed25519;
/** Throws CannotJudge where the platform does not have the algorithm (every WebCrypto has P-256). */
async function needs(algorithm) {
    if (algorithm === "P-256")
        return;
    ed25519 ??= crypto.subtle.importKey("raw", bytes(knownKey), { name: "Ed25519" }, false, ["verify"])
        .then(key => crypto.subtle.verify({ name: "Ed25519" }, key, bytes(knownSignature), new Uint8Array(0)))
        .catch(() => false);
    if (!await ed25519)
        throw new CannotJudge("this platform cannot check Ed25519 signatures: nothing was judged");
}

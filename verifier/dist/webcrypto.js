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
    await needs(algorithm);
    try {
        const key = await importKey(raw, algorithm);
        return await crypto.subtle.verify(algorithm === "P-256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" }, key, signature, message);
    }
    catch (error) {
        const name = error.name;
        if (name === "DataError" || name === "OperationError")
            return false;
        throw new CannotJudge(`this platform cannot check ${algorithm} signatures (${name}): nothing was judged`);
    }
}
// A key and signature that are right (RFC 8032 section 7.1, test 1): where even these fail, the platform lacks the algorithm.
const rightKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const rightSignature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
// Ours, over no bytes too: the key is a·B and a point of order 8, and the equation holds only where both sides are multiplied by the cofactor. A platform that does that has another rule than docs/spec/ed25519.md.
const cofactorKey = "eb94b4e7f0fe59bccd55feeb70889ee1cd4831c7213583ffb1331b7c9f184e94";
const cofactorSignature = "1499c527aebc1db14958ee0fa911b543d0e8d20b028c2c884737d8a018b925b69b8c5d63e903acdf725c73e3ba2ce0a235572e9cc4ba5099c030a65c0bbbaf0e";
const bytes = (hex) => Uint8Array.from(hex.match(/../g), h => parseInt(h, 16));
let ed25519;
/** Throws CannotJudge where the platform does not have the algorithm, or has another rule for it (every WebCrypto has P-256). */
async function needs(algorithm) {
    if (algorithm === "P-256")
        return;
    const why = await (ed25519 ??= tryEd25519());
    if (why !== null)
        throw new CannotJudge(why);
}
async function tryEd25519() {
    const accepts = async (key, signature) => crypto.subtle.verify({ name: "Ed25519" }, await crypto.subtle.importKey("raw", bytes(key), { name: "Ed25519" }, false, ["verify"]), bytes(signature), new Uint8Array(0)).catch(() => false);
    if (!await accepts(rightKey, rightSignature).catch(() => false))
        return "this platform cannot check Ed25519 signatures: nothing was judged";
    return await accepts(cofactorKey, cofactorSignature).catch(() => false)
        ? "this platform checks Ed25519 signatures by the cofactored equation, which is another rule than ours: nothing was judged" : null;
}

import { Malformed, Unsupported } from "./errors.js";
import { equal, text } from "./bytes.js";
import { toBase64 } from "./base64.js";
import { parseBundle } from "./bundle.js";
import { readEnvelope, sealedLeaf } from "./envelope.js";
import { bytes64, integer, object, only, path, string } from "./fields.js";
import { JsonObject } from "./json.js";
import { isSignedBy, parseNote } from "./note.js";
import { promises, readPromise } from "./promise.js";
import { isRelayed, readReceipt } from "./receipt.js";
import { isSame, parseExact, readTensors } from "./tensors.js";
import { isRecord } from "./question.js";
import { readWords } from "./tokens.js";
import { toHex } from "./hex.js";
import { sha256 } from "./sha256.js";
/** Reads the member `assay` of an answer, and holds it against the header `Assay-Receipt: ID; sha256=DIGEST`. */
export function readAnswer(header, body) {
    const answer = exact(body), read = readAssay(isRecord(answer) ? answer["assay"] : undefined);
    matchHeader(header, read);
    return read;
}
/** Holds the header of a whole answer, `Assay-Receipt: ID; sha256=DIGEST`, against the receipt in its body. */
export function matchHeader(header, { id, envelope }) {
    const found = /^([0-9a-f]{32}); sha256=([0-9a-f]{64})$/.exec(header ?? "");
    if (found === null)
        throw new Malformed("the answer has no header Assay-Receipt: ID; sha256=DIGEST");
    if (toHex(sha256(envelope.payload)) !== found[2])
        throw new Malformed("the header names another statement than the answer");
    if (id !== found[1])
        throw new Malformed("the header names another receipt than the answer");
}
/** Reads the member `assay` of an answer: plain JSON, or that of `exact`. */
export function readAssay(value) {
    const assay = only(strict(value), ["receipt", "bundle", "sha256", "index", "envelope", "promise", "salts", "words"], "assay");
    const envelope = readEnvelope(assay.get("envelope"), "the envelope of the answer"), promised = object(assay.get("promise"), "promise");
    if (envelope.signatures.length !== 1)
        throw new Malformed("the envelope of the answer has not one signature");
    const receipt = readReceipt(envelope.payload);
    // Said again for those who read no statement.
    for (const [name, said] of [["receipt", receipt.recordId], ["sha256", toHex(sha256(envelope.payload))], ["bundle", `/v1/receipts/${receipt.recordId}`]])
        if (assay.has(name) && assay.get(name) !== said)
            throw new Malformed(`assay.${name} is another receipt's`);
    const promiseText = string(promised.get("note"), "promise.note");
    return {
        id: receipt.recordId, index: integer(assay.get("index"), "index"), envelope, receipt, promiseText,
        promise: readPromise(parseNote(promiseText, "promise.note"), "promise.note"), path: path(promised.get("path"), "promise.path"),
        salt: toBase64(bytes64(object(assay.get("salts"), "salts").get("output"), "salts.output")),
        words: assay.has("words") ? readWords(assay.get("words")) : null,
    };
}
/** The leaf that the promise of an answer is about: of one of the two algorithms; null if a log of the policy did not promise it. */
export async function promisedLeaf(answer, policy) {
    const { promise, index, envelope, receipt } = answer;
    const leaf = ["ed25519", "ecdsa-p256-sha256"].map(a => sealedLeaf(receipt.sequence, envelope, a)).find(l => promises(promise, index, l, answer.path));
    if (leaf === undefined)
        return null;
    for (const log of policy.log.logs)
        if (log.name === promise.origin && await isSignedBy(promise.note, log))
            return leaf;
    return null;
}
/** The leaf hash of the entry that a bundle is about. */
export const leafOf = (bundle) => {
    const key = bundle.keyEvents.find(e => e.event.key?.id === bundle.receipt.issuer.keyId)?.event.key;
    return sealedLeaf(bundle.receipt.sequence, bundle.envelope, key?.algorithm ?? "ed25519");
};
/** What of a request the bundle is not about, in words; null if it is about this very one. */
export function otherRequest(exchange, answer, bundle) {
    const { receipt, disclosures: { wireInput, output } } = bundle;
    if (!equal(bundle.envelope.payload, answer.envelope.payload))
        return "the bundle has another statement than the answer";
    if (bundle.logProof.index !== answer.index)
        return "the bundle's entry stands elsewhere than the answer said";
    if (receipt.clientNonce !== exchange.nonce)
        return "the receipt does not have the nonce of this request";
    // A node that could say so by itself would keep auditors from its bad answers, or show them what a caller did not offer.
    if (receipt.auditable !== exchange.auditable)
        return `the receipt says that auditors may ${receipt.auditable ? "" : "not "}be shown this record, and the request says the opposite`;
    if (receipt.model.name !== exchange.model || (exchange.version !== null && receipt.model.version !== exchange.version))
        return "the receipt is of another model";
    if (wireInput === null || !equal(wireInput.bytes, exchange.request))
        return "the receipt is not of this request's bytes";
    if (isRelayed(receipt.output))
        return "the answer was relayed, and this client does not compare relayed answers with their receipts";
    return output !== null && !("pieces" in output) && toBase64(output.salt) !== answer.salt ? "the answer came with another salt than the bundle's" : null;
}
/** What of an answer in tensors is not what the bundle commits to. */
export function otherTensors(request, answer, { receipt, disclosures: { input, output } }) {
    if (input === null || output === null || "pieces" in output)
        return "the bundle does not disclose input and output whole";
    if (receipt.output.tokens !== null)
        return "the output is tokens, and this answer is tensors";
    const asked = exact(request), answered = exact(answer), other = otherFrame(asked, answered, receipt);
    if (other !== null)
        return other;
    if (!sameTensors(input.bytes, asked, "inputs", null))
        return "the receipt's input is not that of the request";
    return sameTensors(output.bytes, answered, "outputs", wanted(asked)) ? null : "the receipt's output is not that of the answer";
}
const frame = ["model_name", "model_version", "id", "outputs", "assay"], members = ["name", "datatype", "shape", "data"];
/** Whatever a caller can read of an answer is either checked or not there. */
function otherFrame(asked, answered, receipt) {
    if (!isRecord(asked) || !isRecord(answered) || Object.keys(answered).some(name => !frame.includes(name)))
        return "the answer has a member that no receipt vouches for";
    if (answered["model_name"] !== receipt.model.name || answered["model_version"] !== receipt.model.version)
        return "the answer names another model than its receipt";
    return answered["id"] === (asked["id"] ?? receipt.recordId) ? null : "the answer has another id than this request";
}
/** The outputs that a request names; none named is all. */
function wanted(request) {
    const outputs = isRecord(request) ? request["outputs"] : undefined;
    return Array.isArray(outputs) && outputs.length > 0 ? outputs.map(o => (isRecord(o) ? o["name"] : undefined)) : null;
}
/** Whether every tensor that a message says is one of those encoded, and every one that is wanted (null: all) is there. */
function sameTensors(encoded, message, member, names) {
    const tensors = readTensors(encoded), said = isRecord(message) ? message[member] : undefined;
    if (!Array.isArray(said) || (member === "outputs" && said.some(s => !isRecord(s) || Object.keys(s).some(name => !members.includes(name)))))
        return false;
    const there = new Set(said.map(s => (isRecord(s) ? s["name"] : undefined)));
    return there.size === said.length && (names ?? tensors.map(t => t.name)).every(name => there.has(name))
        && said.every(s => isRecord(s) && tensors.some(t => t.name === s["name"] && isSame(t, s, member === "outputs")));
}
/** The JSON of a message whose numbers are kept as written. */
export function exact(bytes) {
    try {
        return parseExact(text(bytes, "the message"));
    }
    catch (error) {
        throw error instanceof Malformed ? error : new Malformed(`the message is not JSON: ${error.message}`);
    }
}
/** A part of such a message in the types of the strict reader. */
function strict(value) {
    if (typeof value === "string" && value.startsWith("\u0000")) {
        if (!/^\u0000(0|[1-9]\d{0,15})$/.test(value))
            throw new Malformed("a number of the answer is not an integer");
        return BigInt(value.slice(1));
    }
    if (Array.isArray(value))
        return value.map(strict);
    if (isRecord(value))
        return new JsonObject(Object.entries(value).map(([name, v]) => [name, strict(v)]));
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
        return BigInt(value);
    if (value === null || typeof value === "boolean" || typeof value === "string")
        return value;
    throw new Malformed("a member of the answer is missing");
}
/** A bundle that was accepted, read again. */
export function readBundle(bytes) {
    try {
        return parseBundle(bytes);
    }
    catch (error) {
        if (error instanceof Malformed || error instanceof Unsupported)
            return null;
        throw error;
    }
}

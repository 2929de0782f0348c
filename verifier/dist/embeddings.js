import { Malformed } from "./errors.js";
import { toBase64 } from "./base64.js";
import { exact } from "./exchange.js";
import { integer, object, string } from "./fields.js";
import { saysFloat32 } from "./floats.js";
import { isRecord } from "./question.js";
import { readTensors } from "./tensors.js";
import { readPrompts } from "./tokens.js";
const isIds = (value) => Array.isArray(value) && value.length > 0 && value.every(Number.isSafeInteger);
/** Null where the body is not a request that a node could answer. */
export function readEmbeddingQuestion(json) {
    let body;
    try {
        body = JSON.parse(json);
    }
    catch {
        return null;
    }
    if (!isRecord(body) || typeof body["model"] !== "string")
        return null;
    const [model, version, ...more] = body["model"].split("@"), input = body["input"], encoding = body["encoding_format"] ?? "float", dimensions = body["dimensions"] ?? null;
    const texts = typeof input === "string" || isIds(input) ? [input] : input;
    if (more.length > 0 || typeof encoding !== "string" || (dimensions !== null && !Number.isSafeInteger(dimensions)))
        return null;
    if (!Array.isArray(texts) || texts.some(t => typeof t !== "string" && !isIds(t)))
        return null;
    return { model: model, version: version ?? null, encoding, dimensions: dimensions, texts: texts.map(t => typeof t === "string" ? null : t) };
}
/** Reads a bundle that was accepted; Malformed where what it says does not hang together, or is not what was asked for. */
function committed(question, { receipt, disclosures: { input, output } }) {
    if (receipt.output.tokens !== null || receipt.input.mediaType !== "application/vnd.assay.prompts.v1")
        throw new Malformed("the receipt is not that of embeddings");
    if (input === null || output === null || "pieces" in output)
        throw new Malformed("the bundle does not open its texts and its numbers");
    const signed = receipt.parameters;
    if (signed.get("outcome") !== "answer")
        throw new Malformed("the record is void: its answer was broken off");
    const texts = readPrompts(input.bytes), dimensions = Number(integer(signed.get("dimensions"), "dimensions"));
    // What texts become which tokens is left to a replay, which needs the model.
    const checks = [
        ["api", signed.get("api") === "embedding"],
        ["encoding_format", string(signed.get("encoding"), "encoding") === question.encoding],
        ["dimensions", (question.dimensions ?? dimensions) === dimensions],
        ["number of texts", integer(signed.get("texts"), "texts") === BigInt(question.texts.length) && texts.length === question.texts.length],
        ["token ids", question.texts.every((ids, i) => ids === null || (ids.length === texts[i]?.length && ids.every((id, at) => id === texts[i][at])))],
    ];
    const other = checks.find(([, holds]) => !holds);
    if (other !== undefined)
        throw new Malformed(`the receipt says another ${other[0]} than was asked for`);
    const tokens = texts.reduce((sum, ids) => sum + ids.length, 0);
    if (object(signed.get("usage"), "usage").get("promptTokens") !== BigInt(tokens))
        throw new Malformed("the receipt counts other tokens than it commits to");
    const [tensor, ...more] = readTensors(output.bytes);
    if (tensor === undefined || more.length > 0 || tensor.name !== "embedding" || tensor.type !== "float32" || dimensions === 0 || tensor.shape.length !== 2 || tensor.shape[0] !== texts.length || tensor.shape[1] !== dimensions)
        throw new Malformed("the receipt does not commit to as many numbers for each text as it says");
    return { tokens, rows: texts.map((_, i) => tensor.data.subarray(4 * dimensions * i, 4 * dimensions * (i + 1))) };
}
const unvouched = "the answer has a member that no receipt vouches for";
const has = (value, ...names) => Object.keys(value).every(name => names.includes(name));
/** How `exact` gives a whole number. */
const number = (n) => `\u0000${n}`;
/** What a caller sees that is not what the bundle commits to, in words; null where all is. */
export function otherEmbeddings(question, answer, bundle) {
    const { rows, tokens } = committed(question, bundle), { name, version } = bundle.receipt.model, json = exact(answer);
    if (!isRecord(json) || !isRecord(json["usage"]) || !Array.isArray(json["data"]))
        return "the answer is not what this API answers";
    const { usage, data } = json;
    if (!has(json, "object", "data", "model", "usage", "assay") || !has(usage, "prompt_tokens", "total_tokens"))
        return unvouched;
    if (json["object"] !== "list")
        return "the answer is another object than was asked for";
    if (json["model"] !== `${name}@${version}`)
        return "the answer names another model than its receipt";
    if (usage["prompt_tokens"] !== number(tokens) || usage["total_tokens"] !== number(tokens))
        return `the answer says another number of tokens than the ${tokens} that the receipt commits to`;
    if (data.length !== rows.length)
        return "the answer has another number of embeddings than the receipt commits to";
    for (const [i, row] of rows.entries()) {
        const other = otherEmbedding(question, data[i], i, row);
        if (other !== null)
            return other;
    }
    return null;
}
function otherEmbedding({ encoding }, item, index, row) {
    if (!isRecord(item) || !has(item, "object", "index", "embedding"))
        return unvouched;
    if (item["object"] !== "embedding" || item["index"] !== number(index))
        return "the embeddings are out of order, or are something else";
    const said = item["embedding"];
    // The one spelling: what decoders make of another is theirs to say.
    if (encoding === "base64")
        return said === toBase64(row) ? null : `embedding ${index} has other bytes than the receipt commits to`;
    if (!Array.isArray(said) || 4 * said.length !== row.length)
        return `embedding ${index} has another number of dimensions than the receipt commits to`;
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
    const at = said.findIndex((n, i) => typeof n !== "string" || !n.startsWith("\u0000") || !saysFloat32(n.slice(1), view.getFloat32(4 * i, true)));
    return at < 0 ? null : `number ${at} of embedding ${index} is another than the receipt commits to`;
}

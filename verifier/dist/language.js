import { Malformed } from "./errors.js";
import { callFormats, callId, partCalls } from "./calls.js";
import { array, boolean, integer, object, only, string } from "./fields.js";
import { otherParameter } from "./question.js";
import { newChoice } from "./seen.js";
import { promptLength, readTokens } from "./tokens.js";
/** Reads a bundle that was accepted; Malformed where what it says does not hang together, or is not what was asked for. `named`: the words that came with the answer. */
export function committed(question, { receipt, disclosures: { input, output } }, named) {
    if (receipt.output.tokens === null || receipt.input.mediaType !== "application/vnd.assay.prompt.v1")
        throw new Malformed("the receipt is not that of a language model");
    if (input === null || output === null || "pieces" in output)
        throw new Malformed("the bundle does not open its prompt and its tokens");
    const signed = receipt.parameters;
    if (signed.get("outcome") !== "answer")
        throw new Malformed("the record is void: its answer was broken off");
    const other = otherParameter(question, signed);
    if (other !== null)
        throw new Malformed(`the receipt says another ${other} than was asked for`);
    const tokens = readTokens(output.bytes), usage = { prompt: promptLength(input.bytes), completion: tokens.length }, counted = object(signed.get("usage"), "usage");
    if (counted.get("promptTokens") !== BigInt(usage.prompt) || counted.get("completionTokens") !== BigInt(usage.completion))
        throw new Malformed("the receipt counts other tokens than it commits to");
    const claims = array(signed.get("choices"), "choices"), reading = signed.has("tools") ? readReading(signed) : null;
    if (claims.length !== question.n || (reading !== null) !== (question.tools !== null))
        throw new Malformed("the receipt has other choices or tools than were asked for");
    if (reading?.first === true && question.body["parallel_tool_calls"] !== false)
        throw new Malformed("the receipt ends answers with their first call, which was not asked for");
    checkWords(question, signed, tokens, named);
    const choices = [];
    let first = 0;
    for (const claim of claims) {
        const c = object(claim, "a choice"), count = Number(integer(c.get("tokens"), "tokens"));
        if (count === 0 || count > tokens.length - first)
            throw new Malformed("a choice has not as many tokens as there are");
        choices.push(readChoice(question, c, Number(integer(signed.get("maxTokens"), "maxTokens")), tokens.slice(first, first + count), reading, named));
        first += count;
    }
    if (first !== tokens.length)
        throw new Malformed("there are tokens of no choice");
    return { choices, usage, fingerprint: string(signed.get("systemFingerprint"), "systemFingerprint") };
}
/** What a caller sees that is not what the bundle commits to, in words; null where all is. */
export function otherLanguage(question, seen, bundle, named) {
    const { receipt } = bundle, signed = committed(question, bundle, named);
    if (seen.id !== `${question.chat ? "chatcmpl" : "cmpl"}-${receipt.recordId}`)
        return "the answer has another id than its receipt";
    if (seen.model !== `${receipt.model.name}@${receipt.model.version}`)
        return "the answer names another model than its receipt";
    if (seen.created !== Date.parse(`${receipt.requestedAt.slice(0, 19)}Z`) / 1000)
        return "the answer says another time than its receipt";
    if (seen.fingerprint !== signed.fingerprint)
        return "the answer has another system_fingerprint than its receipt";
    if (seen.usage !== null && (seen.usage.prompt !== signed.usage.prompt || seen.usage.completion !== signed.usage.completion))
        return "the answer says other numbers of tokens than the receipt commits to";
    for (const [i, choice] of seen.choices.entries()) {
        const part = otherChoice(choice, signed.choices[i]);
        if (part !== null)
            return `choice ${i} has another ${part} than the receipt commits to`;
        if (choice.callIds.some((id, call) => id !== callId(receipt.recordId, i, call)))
            return `choice ${i} has calls of other ids than its receipt`;
    }
    return null;
}
function otherChoice(seen, signed) {
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    if (seen.content !== signed.content)
        return "text";
    if (!same(seen.calls, signed.calls))
        return "calls of tools";
    if (seen.finish !== signed.finish)
        return "finish_reason";
    if (seen.logs.length !== signed.logs.length)
        return "number of log-probabilities";
    // -0 is no logarithm that differs from 0.
    const at = seen.logs.findIndex((log, i) => !same(plain(log), plain(signed.logs[i])));
    return at < 0 ? null : `log-probabilities of token ${at}`;
}
const plain = ({ token, logprob, bytes, others, offset }) => [token, logprob, bytes, offset, others.map(o => [o.token, o.logprob, o.bytes])];
function readReading(signed) {
    const tools = only(signed.get("tools"), ["format", "first", "marks"], "tools"), format = callFormats.get(string(tools.get("format"), "tools.format"));
    if (format === undefined)
        throw new Malformed("tools.format is unknown");
    const marks = new Map([...object(tools.get("marks"), "tools.marks")].map(([id, mark]) => {
        if (!/^(0|[1-9]\d{0,9})$/.test(id) || typeof mark !== "string" || !format.marks.includes(mark))
            throw new Malformed("tools.marks are not texts that mark calls, by token ids");
        return [Number(id), mark];
    }));
    return { format, marks, first: tools.has("first") && boolean(tools.get("first"), "tools.first") };
}
function readChoice(question, claim, most, tokens, reading, named) {
    const choice = newChoice(), pieces = new TextDecoder("utf-8", { ignoreBOM: true }), places = new TextDecoder("utf-8", { ignoreBOM: true });
    let said = "", offset = 0;
    for (const token of tokens) {
        // A mark that is a control token adds nothing to the text, and says where a call begins.
        said += pieces.decode(token.text, { stream: true }) + (reading?.marks.get(token.id) ?? "");
        if (named !== null)
            choice.logs.push(logOf(question, token, named, offset));
        offset += places.decode(token.text, { stream: true }).length;
    }
    said += pieces.decode();
    const parted = reading === null ? { content: said, calls: [] } : partCalls(said, reading.format, question.tools, reading.first);
    choice.content = parted.content;
    choice.calls.push(...parted.calls);
    choice.finish = string(claim.get("finishReason"), "finishReason");
    // An answer that holds a call ends with it, unless the limit cut it.
    const possible = choice.finish === "length" ? tokens.length === most : choice.finish === "stop" ? parted.calls.length === 0 : choice.finish === "tool_calls" && parted.calls.length > 0;
    if (!possible || integer(claim.get("toolCalls"), "toolCalls") !== BigInt(parted.calls.length))
        throw new Malformed("a choice has an end, or a number of calls, that its tokens cannot have");
    return choice;
}
const bits = new DataView(new ArrayBuffer(4)), least = -9999;
function logOf({ chat }, token, { words }, offset) {
    const name = (id, number) => {
        bits.setUint32(0, number);
        const value = bits.getFloat32(0), word = words.get(id);
        return { token: word.shown, logprob: Number.isFinite(value) ? Math.max(value, least) : least, bytes: chat ? [...word.bytes] : null };
    };
    const own = name(token.id, token.logs[0]), others = Array.from({ length: (token.logs.length - 1) / 2 }, (_, i) => name(token.logs[1 + 2 * i], token.logs[2 + 2 * i]));
    if (chat)
        return { ...own, others, offset: null };
    // By its text, two tokens may be one member: the likelier one. Names that are whole numbers come first where a program reads them.
    const distinct = Object.fromEntries([...others].reverse().map(o => [o.token, o])), order = new Map(others.map(o => [o.token, o]));
    const read = Object.keys(Object.fromEntries([...order.keys()].map(k => [k, 0])));
    return { ...own, others: read.map(k => distinct[k]), offset };
}
// The node's word for what a token is counts only where it signed it.
function checkWords({ logs }, signed, tokens, named) {
    if (logs === null) {
        if (named !== null || tokens.some(t => t.logs.length > 0))
            throw new Malformed("there are log-probabilities that were not asked for");
        return;
    }
    if (named === null || signed.get("words") !== named.digest)
        throw new Malformed("what the tokens are called is not what the receipt commits to");
    for (const { id, logs: l } of tokens)
        if (l.length % 2 === 0 || l.length > 1 + 2 * logs || !named.words.has(id) || l.some((other, i) => i % 2 === 1 && !named.words.has(other)))
            throw new Malformed("the log-probabilities are not those that were asked for");
}

import { array, integer, object, string } from "./fields.js";
export const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const whole = (value, otherwise) => (value ?? null) === null ? otherwise : Number.isSafeInteger(value) ? value : NaN;
/** Null where the body is not a request that a node could answer. */
export function readQuestion(chat, text) {
    let body;
    try {
        body = JSON.parse(text);
    }
    catch {
        return null;
    }
    if (!isRecord(body) || typeof body["model"] !== "string")
        return null;
    const [name, version, ...more] = body["model"].split("@"), n = whole(body["n"], 1), options = body["stream_options"];
    const logs = chat ? (body["logprobs"] === true ? whole(body["top_logprobs"], 0) : null) : (body["logprobs"] ?? null) === null ? null : whole(body["logprobs"], 0);
    if (more.length > 0 || !(n >= 1 && n <= 16) || Number.isNaN(logs))
        return null;
    const tools = body["tools"], offers = chat && Array.isArray(tools) && tools.length > 0 && body["tool_choice"] !== "none";
    return {
        chat, model: name, version: version ?? null, streams: body["stream"] === true, usage: isRecord(options) && options["include_usage"] === true, n, logs, body,
        tools: offers ? new Set(tools.map(t => String(t.function?.name))) : null,
    };
}
const numbers = [
    ["temperature", "temperature", 1], ["top_p", "topP", 1], ["min_p", "minP", 0], ["presence_penalty", "presencePenalty", 0], ["frequency_penalty", "frequencyPenalty", 0],
];
const same32 = (signed, asked) => typeof asked === "number" && /^-?[\d.]+(E[+-]?\d+)?$/i.test(signed) && Math.fround(Number(signed)) === Math.fround(asked);
/** Which of the parameters that a receipt signs is not what was asked for, or null. Prompt and grammar are left to a replay, which needs the model. */
export function otherParameter({ chat, n, logs, body }, signed) {
    const at = (name) => body[name] ?? null, seed = object(signed.get("seed"), "seed"), stop = at("stop");
    const limit = chat ? at("max_completion_tokens") ?? at("max_tokens") ?? Infinity : at("max_tokens") ?? 16;
    const biases = Object.entries((at("logit_bias") ?? {})), said = object(signed.get("logitBias"), "logitBias");
    const checks = [
        ["api", signed.get("api") === (chat ? "chat" : "completion")],
        ["n", integer(signed.get("n"), "n") === BigInt(n)],
        ["logprobs", logs === null ? !signed.has("logprobs") : signed.get("logprobs") === BigInt(logs)],
        ["seed", at("seed") === null ? seed.get("kind") === "node" : seed.get("kind") === "client" && Number(seed.get("value")) === at("seed")],
        ["stop", JSON.stringify(array(signed.get("stop"), "stop")) === JSON.stringify(stop === null ? [] : Array.isArray(stop) ? stop : [stop])],
        ["top_k", Number(integer(signed.get("topK"), "topK")) === Math.max(Number(at("top_k") ?? 0), 0)],
        ["max_tokens", Number(integer(signed.get("maxTokens"), "maxTokens")) <= Number(limit)],
        ["logit_bias", said.size === biases.length && biases.every(([id, bias]) => said.has(String(Number(id))) && same32(string(said.get(String(Number(id))), "a bias"), bias))],
        ...numbers.map(([asked, name, otherwise]) => [asked, same32(string(signed.get(name), name), at(asked) ?? otherwise)]),
    ];
    return checks.find(([, holds]) => !holds)?.[0] ?? null;
}

import type { JsonObject } from "./json.js";
import { array, integer, object, string } from "./fields.js";

/** What a request to a language model says that its answer and its receipt must show again. */
export interface Question {
  readonly chat: boolean;
  readonly model: string;
  readonly version: string | null;
  readonly streams: boolean;
  readonly usage: boolean;
  readonly n: number;
  /** Null for no log-probabilities, else how many are shown beside each token's own. */
  readonly logs: number | null;
  /** Names of the tools that may be called; null where there are none. */
  readonly tools: ReadonlySet<string> | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const whole = (value: unknown, otherwise: number): number => (value ?? null) === null ? otherwise : Number.isSafeInteger(value) ? value as number : NaN;

/** Null where the body is not a request that a node could answer. */
export function readQuestion(chat: boolean, text: string): Question | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(body) || typeof body["model"] !== "string") return null;
  const [name, version, ...more] = body["model"].split("@"), n = whole(body["n"], 1), options = body["stream_options"];
  const logs = chat ? (body["logprobs"] === true ? whole(body["top_logprobs"], 0) : null) : (body["logprobs"] ?? null) === null ? null : whole(body["logprobs"], 0);
  if (more.length > 0 || !(n >= 1 && n <= 16) || Number.isNaN(logs)) return null;
  const tools = body["tools"], offers = chat && Array.isArray(tools) && tools.length > 0 && body["tool_choice"] !== "none";
  return {
    chat, model: name!, version: version ?? null, streams: body["stream"] === true, usage: isRecord(options) && options["include_usage"] === true, n, logs, body,
    tools: offers ? new Set((tools as { function?: { name?: unknown } }[]).map(t => String(t.function?.name))) : null,
  };
}

const numbers: readonly (readonly [string, string, number])[] = [
  ["temperature", "temperature", 1], ["top_p", "topP", 1], ["min_p", "minP", 0], ["presence_penalty", "presencePenalty", 0], ["frequency_penalty", "frequencyPenalty", 0],
];

const same32 = (signed: string, asked: unknown): boolean => typeof asked === "number" && /^-?[\d.]+(E[+-]?\d+)?$/i.test(signed) && Math.fround(Number(signed)) === Math.fround(asked);

/** Which of the parameters that a receipt signs is not what was asked for, or null. Prompt and grammar are left to a replay, which needs the model. */
export function otherParameter({ chat, n, logs, body }: Question, signed: JsonObject): string | null {
  const at = (name: string) => body[name] ?? null, seed = object(signed.get("seed"), "seed"), stop = at("stop");
  const limit = chat ? at("max_completion_tokens") ?? at("max_tokens") ?? Infinity : at("max_tokens") ?? 16;
  const biases = Object.entries((at("logit_bias") ?? {}) as Record<string, unknown>), said = object(signed.get("logitBias"), "logitBias");
  const checks: readonly (readonly [string, boolean])[] = [
    ["api", signed.get("api") === (chat ? "chat" : "completion")],
    ["n", integer(signed.get("n"), "n") === BigInt(n)],
    ["logprobs", logs === null ? !signed.has("logprobs") : signed.get("logprobs") === BigInt(logs)],
    ["seed", at("seed") === null ? seed.get("kind") === "node" : seed.get("kind") === "client" && Number(seed.get("value")) === at("seed")],
    ["stop", JSON.stringify(array(signed.get("stop"), "stop")) === JSON.stringify(stop === null ? [] : Array.isArray(stop) ? stop : [stop])],
    ["top_k", Number(integer(signed.get("topK"), "topK")) === Math.max(Number(at("top_k") ?? 0), 0)],
    ["max_tokens", Number(integer(signed.get("maxTokens"), "maxTokens")) <= Number(limit)],
    ["logit_bias", said.size === biases.length && biases.every(([id, bias]) => said.has(String(Number(id))) && same32(string(said.get(String(Number(id))), "a bias"), bias))],
    ...numbers.map(([asked, name, otherwise]) => [asked, same32(string(signed.get(name), name), at(asked) ?? otherwise)] as const),
  ];
  return checks.find(([, holds]) => !holds)?.[0] ?? null;
}

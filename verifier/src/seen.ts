import { Malformed } from "./errors.js";
import type { Call } from "./calls.js";
import { isRecord, type Question } from "./question.js";

/* What a caller can see of a language model's answer, put together from the whole of it or from a stream's chunks. */

export interface NamedToken {
  readonly token: string;
  readonly logprob: number;
  /** Null in the completions API, which does not show them. */
  readonly bytes: readonly number[] | null;
}

export interface TokenLog extends NamedToken {
  readonly others: readonly NamedToken[];
  /** Where its text begins; null in the chat API. */
  readonly offset: number | null;
}

/** All that an answer shows of one choice: of what was handed on, or of what a receipt commits to. */
export interface Choice {
  content: string;
  readonly calls: Call[];
  /** Of the calls that were seen. */
  readonly callIds: string[];
  readonly logs: TokenLog[];
  finish: string | null;
}

export const newChoice = (): Choice => ({ content: "", calls: [], callIds: [], logs: [], finish: null });

export interface Usage {
  readonly prompt: number;
  readonly completion: number;
}

type Members = Record<string, unknown>;

function require(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Malformed(otherwise);
}

function members(value: unknown, names: readonly string[], what: string): Members {
  require(isRecord(value), `${what} is not an object`);
  require(Object.keys(value).every(name => names.includes(name)), "the answer has a member that no receipt vouches for");
  return value;
}

const list = (value: unknown, what: string): unknown[] => {
  require(Array.isArray(value), `${what} is not a list`);
  return value;
};
const said = (value: unknown, what: string): string => {
  require(typeof value === "string", `${what} is not a text`);
  return value;
};
const count = (value: unknown, what: string): number => {
  require(Number.isSafeInteger(value) && (value as number) >= 0, `${what} is not a number of things`);
  return value as number;
};
// As float32, which is what the receipt commits to.
const log = (value: unknown): number => {
  require(typeof value === "number", "a log-probability is not a number");
  return Math.fround(value);
};

const heads = ["id", "object", "created", "model", "system_fingerprint", "choices", "usage", "assay"];

export class Seen {
  readonly choices: readonly Choice[];
  id: string | null = null;
  created = 0;
  model = "";
  fingerprint = "";
  usage: Usage | null = null;
  /** The member `assay`. */
  assay: unknown = null;

  constructor(private readonly question: Question) {
    this.choices = Array.from({ length: question.n }, newChoice);
  }

  /** Whether every choice has its end, so that nothing but usage and receipt is to come. */
  get complete(): boolean {
    return this.choices.every(c => c.finish !== null);
  }

  /** Takes a whole answer; Malformed where it is none, or has members that no receipt vouches for. */
  takeWhole(json: unknown): void {
    const { chat, n } = this.question, answer = members(json, heads, "the answer");
    this.takeHead(answer, chat ? "chat.completion" : "text_completion");
    const choices = list(answer["choices"], "choices");
    require(choices.length === n, "the answer has another number of choices than was asked for");
    for (const [i, value] of choices.entries()) {
      const c = members(value, ["index", chat ? "message" : "text", "logprobs", "finish_reason"], "a choice"), choice = this.choices[i]!;
      require(c["index"] === i, "the choices are out of order");
      if (chat) this.takeMessage(choice, c["message"]);
      else choice.content = said(c["text"], "text");
      this.takeLogs(choice, c["logprobs"]);
      choice.finish = said(c["finish_reason"], "finish_reason");
    }
    this.usage = usageOf(answer["usage"]);
    require(isRecord(answer["assay"]), "the answer has no receipt");
    this.assay = answer["assay"];
  }

  /** Takes the next chunk of a stream. */
  takeChunk(json: unknown): void {
    require(this.assay === null, "the stream goes on after its receipt");
    const { chat, usage } = this.question, chunk = members(json, heads, "a chunk");
    this.takeHead(chunk, chat ? "chat.completion.chunk" : "text_completion");
    const choices = list(chunk["choices"], "choices"), used = chunk["usage"] ?? null, assay = chunk["assay"] ?? null;
    if (choices.length > 0) {
      require(choices.length === 1 && used === null && assay === null, "a chunk of one choice holds more than that");
      this.takePart(choices[0]);
      return;
    }
    require(this.complete, "a chunk without choices comes before all choices have ended");
    if (used !== null) {
      require(usage && this.usage === null && assay === null, "the usage stands where it was not asked for");
      this.usage = usageOf(used);
      return;
    }
    require((this.usage !== null) === usage, "the stream has no usage, and it was asked for");
    require(isRecord(assay), "a chunk that says nothing");
    this.assay = assay;
  }

  private takePart(value: unknown): void {
    const { chat } = this.question, c = members(value, ["index", chat ? "delta" : "text", "logprobs", "finish_reason"], "a choice");
    const choice = this.choices[count(c["index"], "index")];
    require(choice !== undefined && choice.finish === null, "a chunk of a choice that is not under way");
    if (chat) {
      const delta = members(c["delta"], ["role", "content", "tool_calls"], "a delta");
      require((delta["role"] ?? "assistant") === "assistant", "a role that is not the assistant's");
      choice.content += said(delta["content"] ?? "", "content");
      this.takeCalls(choice, delta["tool_calls"] ?? [], true);
    } else choice.content += said(c["text"], "text");
    this.takeLogs(choice, c["logprobs"]);
    choice.finish = (c["finish_reason"] ?? null) === null ? null : said(c["finish_reason"], "finish_reason");
  }

  private takeMessage(choice: Choice, value: unknown): void {
    const message = members(value, ["role", "content", "refusal", "tool_calls"], "a message");
    require(message["role"] === "assistant", "a role that is not the assistant's");
    require((message["refusal"] ?? null) === null, "a refusal, which no receipt vouches for");
    choice.content = said(message["content"] ?? "", "content");
    this.takeCalls(choice, message["tool_calls"] ?? [], false);
    require(typeof message["content"] === "string" || choice.calls.length > 0, "an answer without content and without calls");
  }

  private takeCalls(choice: Choice, value: unknown, part: boolean): void {
    for (const item of list(value, "tool_calls")) {
      const call = members(item, part ? ["index", "id", "type", "function"] : ["id", "type", "function"], "a call"), f = members(call["function"], ["name", "arguments"], "a function");
      require(!part || call["index"] === choice.calls.length, "calls of tools that do not follow one another");
      require(call["type"] === "function", "a call of something that is not a function");
      choice.callIds.push(said(call["id"], "the id of a call"));
      choice.calls.push({ name: said(f["name"], "a name"), arguments: said(f["arguments"], "arguments") });
    }
  }

  private takeLogs(choice: Choice, value: unknown): void {
    if (value === null || value === undefined) return;
    const named = (token: Members): NamedToken => ({ token: said(token["token"], "a token"), logprob: log(token["logprob"]), bytes: list(token["bytes"], "bytes").map(b => count(b, "a byte")) });
    if (this.question.chat) {
      const logs = members(value, ["content", "refusal"], "logprobs");
      require((logs["refusal"] ?? null) === null, "a refusal, which no receipt vouches for");
      for (const item of list(logs["content"], "logprobs")) {
        const token = members(item, ["token", "logprob", "bytes", "top_logprobs"], "a token");
        const others = list(token["top_logprobs"], "top_logprobs").map(o => named(members(o, ["token", "logprob", "bytes"], "a token")));
        choice.logs.push({ ...named(token), others, offset: null });
      }
      return;
    }
    const logs = members(value, ["tokens", "token_logprobs", "top_logprobs", "text_offset"], "logprobs");
    const [tokens, values, tops, offsets] = ["tokens", "token_logprobs", "top_logprobs", "text_offset"].map(name => list(logs[name], name)) as [unknown[], unknown[], unknown[], unknown[]];
    require([values, tops, offsets].every(l => l.length === tokens.length), "lists of log-probabilities that have not one length");
    for (const [i, token] of tokens.entries()) {
      const top = tops[i];
      require(isRecord(top), "top_logprobs is not a list of objects");
      choice.logs.push({
        token: said(token, "a token"), logprob: log(values[i]), bytes: null, offset: count(offsets[i], "an offset"),
        others: Object.entries(top).map(([name, value]) => ({ token: name, logprob: log(value), bytes: null })),
      });
    }
  }

  private takeHead(json: Members, kind: string): void {
    require(json["object"] === kind, "the answer is another object than was asked for");
    const name = said(json["id"], "id"), created = count(json["created"], "created"), model = said(json["model"], "model"), fingerprint = said(json["system_fingerprint"], "system_fingerprint");
    if (this.id === null) {
      Object.assign(this, { created, model, fingerprint });
      this.id = name;
    }
    require(this.id === name && this.created === created && this.model === model && this.fingerprint === fingerprint, "the chunks are not of one answer");
  }
}

function usageOf(value: unknown): Usage {
  const u = members(value, ["prompt_tokens", "completion_tokens", "total_tokens"], "usage");
  const prompt = count(u["prompt_tokens"], "prompt_tokens"), completion = count(u["completion_tokens"], "completion_tokens");
  require(u["total_tokens"] === prompt + completion, "the usage does not add up");
  return { prompt, completion };
}

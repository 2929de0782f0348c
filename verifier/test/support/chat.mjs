import { sha, u32, u64 } from "./signing.mjs";
import { issue } from "./issuer.mjs";
import { token } from "./output.mjs";

/* A node with a language model as a function: what `fetch` would give, made from the specification, with any part wrong. */

const bitsOf = x => {
  const four = Buffer.alloc(4);
  four.writeFloatBE(x);
  return four.readUInt32BE();
};
const names = new Map([[1, "Hel"], [2, "lo \u00e9"], [3, "!"], [4, "<tool_call>"], [5, "{\"name\":\"weather\", \"arguments\": {\"warm\" : true}}"], [6, "</tool_call>"], [7, "<|end|>"]]);
const control = new Set([4, 6, 7]);

/** What each choice's tokens are, and so what the answer shows. */
const says = {
  plain: { ids: [1, 2, 3, 7], content: "Hello \u00e9!", finish: "stop" },
  cut: { ids: [1, 2], content: "Hello \u00e9", finish: "length" },
  call: { ids: [4, 5, 6, 7], content: "", calls: [{ name: "weather", arguments: "{\"warm\" : true}" }], finish: "tool_calls" },
};

const words = ids => [...new Set(ids)].sort((a, b) => a - b).map(id => ({ id, text: names.get(id), bytes: control.has(id) ? "" : Buffer.from(names.get(id)).toString("base64") }));
const digestOf = list => sha("assay/words/v1\n", ...list.flatMap(w => [u32(w.id), u32(Buffer.byteLength(w.text)), Buffer.from(w.text), u32(Buffer.from(w.bytes, "base64").length), Buffer.from(w.bytes, "base64")])).toString("hex");
const named = (id, logprob) => ({ token: names.get(id), logprob, bytes: control.has(id) ? [] : [...Buffer.from(names.get(id))] });

/** `change.answer` changes a whole answer, `change.chunks` the list of a stream's chunks, `change.raw` its bytes; `change.issue` and `change.parameters` what is signed. */
export function serveChat(change = {}) {
  const server = { made: null };
  server.fetch = async request => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/receipts/"))
      return request.headers.get("Assay-Disclosure") === server.made.salts.output ? new Response(JSON.stringify(server.made.bundle)) : new Response("{}", { status: 403 });
    if (pathname === "/log/checkpoint") return new Response(server.made.checkpoint);
    const body = Buffer.from(await request.arrayBuffer()), asked = JSON.parse(body), chat = asked.messages !== undefined, n = asked.n ?? 1;
    const spoken = asked.tools && asked.tool_choice !== "none" ? says.call : asked.max_tokens === 2 ? says.cut : says.plain;
    const logs = chat ? asked.logprobs === true ? asked.top_logprobs ?? 0 : null : asked.logprobs ?? null;
    const others = [3, 1].slice(0, logs ?? 0), value = id => Math.fround(-id / 10), all = Array.from({ length: n }, () => spoken.ids).flat();
    const pieces = all.map(id => token(id, control.has(id) ? "" : names.get(id), logs === null ? [] : [bitsOf(value(id)), ...others.flatMap(o => [o, bitsOf(value(o))])]));
    const list = words([...all, ...(logs === null ? [] : others)]);
    const parameters = {
      api: chat ? "chat" : "completion", outcome: "answer", ticket: 0, seed: asked.seed === undefined ? { kind: "node", key: "0".repeat(64), ticket: 0 } : { kind: "client", value: String(asked.seed) },
      temperature: "1", topP: "1", topK: 0, minP: "0", presencePenalty: "0", frequencyPenalty: "0", logitBias: {}, n, maxTokens: asked.max_tokens ?? (chat ? 100 : 16), stop: [],
      ...(logs === null ? {} : { logprobs: logs, words: digestOf(list) }), ...(spoken.calls ? { tools: { format: "tags", marks: { 4: "<tool_call>", 6: "</tool_call>" } } } : {}),
      usage: { promptTokens: 3, completionTokens: all.length }, choices: Array.from({ length: n }, () => ({ tokens: spoken.ids.length, finishReason: spoken.finish, toolCalls: spoken.calls?.length ?? 0 })), systemFingerprint: "fp_1",
    };
    change.parameters?.(parameters);
    server.made = issue({
      wire: true, wireBytes: body, inputBytes: Buffer.concat([3, 5, 6, 7].map(u32)), output: "tokens", pieces, nonce: request.headers.get("Assay-Nonce"), auditable: request.headers.get("Assay-Auditable") === "true", ...change.issue,
      edit: { receipt: r => { r.parameters = parameters; r.input.mediaType = "application/vnd.assay.prompt.v1"; } },
    });
    const { bundle, index, salts } = server.made, payload = Buffer.from(bundle.envelope.payload, "base64"), { recordId } = JSON.parse(payload).predicate, sha256 = sha(payload).toString("hex");
    const assay = { receipt: recordId, bundle: `/v1/receipts/${recordId}`, sha256, index, envelope: bundle.envelope, promise: bundle.promise, salts, ...(logs === null ? {} : { words: list }) };
    const head = object => ({ id: `${chat ? "chatcmpl" : "cmpl"}-${recordId}`, object, created: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000, model: "digits@1", system_fingerprint: "fp_1" });
    const usage = { prompt_tokens: 3, completion_tokens: all.length, total_tokens: 3 + all.length };
    const logsOf = ids => logs === null ? null : chat
      ? { content: ids.map(id => ({ ...named(id, value(id)), top_logprobs: others.map(o => named(o, value(o))) })), refusal: null }
      : { tokens: ids.map(id => names.get(id)), token_logprobs: ids.map(value), top_logprobs: ids.map(() => Object.fromEntries(others.map(o => [names.get(o), value(o)]))), text_offset: offsets(ids) };
    const idOf = (choice, call) => (BigInt(`0x${sha(Buffer.concat([Buffer.from(`assay/call/v1\n${recordId}`), u64(choice), u64(call)])).toString("hex").slice(0, 16)}`) % 36n ** 9n).toString(36).padStart(9, "0");
    const callsOf = choice => spoken.calls?.map((c, i) => ({ index: i, id: idOf(choice, i), type: "function", function: { ...c } }));

    if (!asked.stream) {
      const answer = {
        ...head(chat ? "chat.completion" : "text_completion"), choices: Array.from({ length: n }, (_, index) => ({
          index, ...(chat ? { message: { role: "assistant", content: spoken.calls ? null : spoken.content, refusal: null, ...(spoken.calls ? { tool_calls: callsOf(index).map(({ index: _, ...c }) => c) } : {}) } } : { text: spoken.content }),
          logprobs: logsOf(spoken.ids), finish_reason: spoken.finish,
        })), usage, assay,
      };
      change.answer?.(answer);
      return new Response(JSON.stringify(answer), { headers: { "Assay-Receipt": `${recordId}; sha256=${sha256}` } });
    }
    const object = chat ? "chat.completion.chunk" : "text_completion", chunk = (index, delta, ids, finish) => ({ ...head(object), choices: [{ index, ...delta, logprobs: ids.length > 0 ? logsOf(ids) : null, finish_reason: finish }] });
    const bare = more => ({ ...head(object), choices: [], ...more }), chunks = [];
    for (let i = 0; i < n; i++) {
      if (chat) chunks.push(chunk(i, { delta: { role: "assistant", content: "" } }, [], null));
      if (spoken.calls) chunks.push(chunk(i, { delta: { tool_calls: callsOf(i) } }, [], null));
      else for (const part of [spoken.content.slice(0, 2), spoken.content.slice(2)]) chunks.push(chunk(i, chat ? { delta: { content: part } } : { text: part }, [], null));
      chunks.push(chunk(i, chat ? { delta: {} } : { text: "" }, spoken.ids, spoken.finish));
    }
    if (asked.stream_options?.include_usage) chunks.push(bare({ usage }));
    chunks.push(bare({ assay }));
    change.chunks?.(chunks);
    const text = chunks.map(c => `data: ${JSON.stringify(c)}\n\n`).join("") + "data: [DONE]\n\n";
    return new Response(change.raw?.(text) ?? text, { headers: { "Content-Type": "text/event-stream" } });
  };
  return server;
}

function offsets(ids) {
  let at = 0;
  return ids.map(id => {
    const here = at;
    at += control.has(id) ? 0 : names.get(id).length;
    return here;
  });
}

export const ask = (fetch, more = {}, path = "/v1/chat/completions") => fetch(`http://node.example${path}`, {
  method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ model: "digits", ...(path.includes("chat") ? { messages: [{ role: "user", content: "hi" }] } : { prompt: [5, 6, 7] }), ...more }),
});

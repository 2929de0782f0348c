import { test } from "node:test";
import assert from "node:assert/strict";
import { bytesOf } from "./support/issuer.mjs";
import { ask, serveChat } from "./support/chat.mjs";
import { policyOf } from "./support/server.mjs";
import { assayFetch, parsePolicy, verifiedReceipt } from "../dist/index.js";
import { callFormats, partCalls } from "../dist/calls.js";

const policy = parsePolicy(bytesOf(policyOf()));
const through = (change, options = {}) => assayFetch(policy, { fetch: serveChat(change).fetch, patience: 0, ...options });
const tools = [{ type: "function", function: { name: "weather", parameters: {} } }], usage = { stream_options: { include_usage: true } };
const kinds = [{}, { n: 2 }, { max_tokens: 2 }, { seed: -4 }, { logprobs: true }, { logprobs: true, top_logprobs: 2, n: 2 }, { tools }, { tools, tool_choice: "none" }];

test("Whole answers are handed on, byte for byte", async () => {
  for (const kind of kinds) {
    const response = await ask(through({}), kind), answer = await response.json();
    assert.ok(verifiedReceipt(response).report.accepted, JSON.stringify(kind));
    assert.equal(answer.choices.length, kind.n ?? 1);
  }
  for (const kind of [{}, { logprobs: 2 }, { logprobs: 0, n: 3 }]) assert.ok(verifiedReceipt(await ask(through({}), kind, "/v1/completions")));
});

test("Streams are handed on and verified at their end", async () => {
  for (const kind of kinds.flatMap(k => [{ ...k, stream: true }, { ...k, ...usage, stream: true }])) {
    const server = serveChat(), response = await ask(assayFetch(policy, { fetch: server.fetch }), kind);
    assert.equal(verifiedReceipt(response), undefined);
    const text = await response.text();
    assert.ok(text.endsWith("data: [DONE]\n\n"), JSON.stringify(kind));
    assert.ok(verifiedReceipt(response).report.accepted);
  }
  assert.match(await (await ask(through({}), { stream: true, logprobs: 2 }, "/v1/completions")).text(), /DONE/);
});

test("A stream's first chunks come before it is verified, unless they are held back", async () => {
  for (const holdBack of [false, true]) {
    const response = await ask(through({}, { holdBack }), { stream: true }), reader = response.body.getReader();
    await reader.read();
    assert.equal(verifiedReceipt(response) !== undefined, holdBack);
    await reader.cancel();
  }
});

async function refused(says, change, kind = {}, fault = "other-answer", path) {
  const error = await ask(through(change), kind, path).then(r => r.text()).then(() => assert.fail(`handed on: ${says}`), e => e);
  assert.deepEqual([error.name, error.fault], ["ReceiptError", fault], error.stack);
  assert.match(error.message, new RegExp(says));
}
const choice = a => a.choices[0], logsOf = a => choice(a).logprobs.content;

test("A whole answer with anything changed is refused", async () => {
  await refused("text", { answer: a => { choice(a).message.content += "!"; } });
  await refused("finish_reason", { answer: a => { choice(a).finish_reason = "length"; } });
  await refused("tokens", { answer: a => { a.usage = { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 }; } });
  await refused("model", { answer: a => { a.model = "digits@2"; } });
  await refused("time", { answer: a => { a.created++; } });
  await refused("fingerprint", { answer: a => { a.system_fingerprint = "fp_2"; } });
  await refused("member", { answer: a => { a.more = 1; } });
  await refused("member", { answer: a => { choice(a).message.reasoning = "so"; } });
  await refused("number of choices", { answer: a => { a.choices.push(choice(a)); } });
  await refused("another id", { answer: a => { a.id = `chatcmpl-${"0".repeat(32)}`; } });
  await refused("other ids", { answer: a => { choice(a).message.tool_calls[0].id = "000000000"; } }, { tools });
  await refused("text", { answer: a => { choice(a).text = "x"; } }, {}, "other-answer", "/v1/completions");
  for (const change of [a => { logsOf(a)[1].logprob = -9; }, a => { logsOf(a)[1].token = "x"; }, a => { logsOf(a)[1].bytes = [1]; }, a => { logsOf(a)[1].top_logprobs[1].logprob = -9; }, a => { logsOf(a)[1].top_logprobs.pop(); }])
    await refused("log-probabilities of token 1", { answer: change }, { logprobs: true, top_logprobs: 2 });
  await refused("log-probabilities", { answer: a => { choice(a).logprobs.text_offset[2]++; } }, { logprobs: 1 }, "other-answer", "/v1/completions");
  await refused("called", { answer: a => { a.assay.words[0].text = "x"; } }, { logprobs: true });
  await refused("calls", { answer: a => { choice(a).message.tool_calls[0].function.arguments = "{}"; } }, { tools });
  await refused("no-receipt|receipt", { answer: a => { delete a.assay; } });
});

test("A stream with anything changed fails before its end", async () => {
  const stream = { ...usage, stream: true };
  await refused("text", { chunks: c => { c[1].choices[0].delta.content = "x"; } }, stream);
  await refused("text", { chunks: c => { c.splice(1, 1); } }, stream);
  await refused("text", { chunks: c => { c.splice(1, 0, c[1]); } }, stream);
  await refused("finish_reason", { chunks: c => { c.at(-3).choices[0].finish_reason = "length"; } }, stream);
  await refused("ended", { chunks: c => { c.splice(-3, 1); } }, stream);
  await refused("tokens", { chunks: c => { c.at(-2).usage = { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 }; } }, stream);
  await refused("usage", { chunks: c => { c.splice(-2, 1); } }, stream);
  await refused("one answer", { chunks: c => { c[1].model = "x"; } }, stream);
  await refused("log-probabilities", { chunks: c => { c.at(-3).choices[0].logprobs.content[0].logprob = -3; } }, { ...stream, logprobs: true });
  await refused("calls", { chunks: c => { c[1].choices[0].delta.tool_calls[0].function.arguments = "{}"; } }, { ...stream, tools });
  await refused("before its receipt", { chunks: c => { c.pop(); } }, stream, "no-receipt");
  await refused("before its receipt", { raw: t => t.replace("data: [DONE]\n\n", "") }, stream, "no-receipt");
  await refused("within an event", { raw: t => t.slice(0, -1) }, stream, "no-receipt");
  await refused("broke the answer off: no more", { chunks: c => { c[1] = { error: { message: "no more" } }; } }, stream, "no-receipt");
  await refused("one line of data", { raw: t => `event: x\n${t}` }, stream);
  await refused("after its end", { raw: t => `${t}data: {}\n\n` }, stream);
  const error = await ask(through({}, { maxBytes: 500 }), stream).then(r => r.text()).catch(e => e);
  assert.equal(error.fault, "no-receipt", error.stack);
});

test("A receipt of another request, or that signs what was not asked for, is refused", async () => {
  await refused("nonce", { issue: { nonce: "of another" } });
  await refused("bytes", { issue: { wireBytes: Buffer.from("{}") } });
  await refused("void", { parameters: p => { p.outcome = "void"; } });
  await refused("another temperature", { parameters: p => { p.temperature = "0"; } });
  await refused("another seed", { parameters: p => { p.seed.value = "5"; } }, { seed: 4 });
  await refused("counts other tokens", { parameters: p => { p.usage.promptTokens = 4; } });
  await refused("an end", { parameters: p => { p.choices[0].finishReason = "length"; } });
  await refused("tools", { parameters: p => { delete p.tools; } }, { tools });
  await refused("tools", { parameters: p => { p.tools = { format: "tags", marks: {} }; } });
});

test("An answer is parted into text and calls as the documents say", () => {
  const names = new Set(["weather", "time"]), part = (format, text) => {
    const { content, calls } = partCalls(text, callFormats.get(format), names);
    return [content, calls.map(c => c.name + c.arguments).join("|")];
  };
  for (const [format, text, content, calls] of [
    ["tags", "Just text.", "Just text.", ""],
    ["tags", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"a\": \"}<\"}}\n</tool_call>", "", "weather{\"a\": \"}<\"}"],
    ["tags", "Let me see.\n<tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"b\":[1]}}</tool_call>\n", "Let me see.", "time{}|weather{\"b\":[1]}"],
    ["tags", "a <tool b <tool_call>oops</tool_call> c", "a <tool b <tool_call>oops</tool_call> c", ""],
    ["tags", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>", ""],
    ["tags", "<tool_call>{\"name\":\"time\",\"arguments\":{}}", "", "time{}"],
    ["tags", "<tool_call>{\"name\":\"time\",\"argum", "<tool_call>{\"name\":\"time\",\"argum", ""],
    ["tags", "<<tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call>after", "<after", "time{}"],
    ["tags", " x \n", " x \n", ""],
    ["tags", "<tool_call>{\"name\":\"time\",\"arguments\":\"{}\"}</tool_call>", "<tool_call>{\"name\":\"time\",\"arguments\":\"{}\"}</tool_call>", ""],
    ["tags", `<tool_call>{"name":"time","arguments":${"[".repeat(70)}${"]".repeat(70)}}`, `<tool_call>{"name":"time","arguments":${"[".repeat(70)}${"]".repeat(70)}}`, ""],
    ["list", "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"a\": 1}, \"id\": \"abcdefghi\"}, {\"name\": \"time\", \"arguments\": {}}]", "", "weather{\"a\": 1}|time{}"],
    ["list", "Fine. [1] [TOOL_CALLS", "Fine. [1] [TOOL_CALLS", ""],
    ["list", "[TOOL_CALLS] []", "[TOOL_CALLS] []", ""],
    ["object", "{\"name\": \"weather\", \"parameters\": {\"a\": \"é\"}}", "", "weather{\"a\": \"é\"}"],
    ["object", "<|python_tag|>{\"name\": \"time\", \"parameters\": {}}; {\"name\": \"weather\", \"parameters\": {\"x\": null}}", "", "time{}|weather{\"x\": null}"],
    ["object", "{\"name\": \"Bob\", \"age\": 3}", "{\"name\": \"Bob\", \"age\": 3}", ""],
    ["object", "Say {\"name\": \"time\", \"parameters\": {}}", "Say {\"name\": \"time\", \"parameters\": {}}", ""],
    ["object", "  plain", "  plain", ""],
  ]) assert.deepEqual(part(format, text), [content, calls], text);
  for (const [format, text, content, call] of [
    ["tags", "once <tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call><tool_call>{\"name\":\"time\",\"arguments\":{}}", "once", "time{}"],
    ["list", "[TOOL_CALLS] [{\"name\":\"time\",\"arguments\":{\"a\":[{}]}}, {\"name\":", "", "time{\"a\":[{}]}"],
    ["list", "[TOOL_CALLS] [{\"nome\":\"time\"}, 1]", "[TOOL_CALLS] [{\"nome\":\"time\"}, 1]", ""],
  ]) {
    const { content: said, calls } = partCalls(text, callFormats.get(format), names, true);
    assert.deepEqual([said, calls.map(c => c.name + c.arguments).join("|")], [content, call], text);
  }
  for (const format of callFormats.keys()) assert.equal(part(format, `${" ".repeat(20_000)}x`)[0], `${" ".repeat(20_000)}x`);
});

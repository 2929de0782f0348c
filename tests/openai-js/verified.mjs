// The official OpenAI client for JavaScript over a fetch that checks every answer's receipt, against a node: node verified.mjs URL
import assert from "node:assert/strict";
import OpenAI from "openai";
import { assayFetch, memoryKeeper, parsePolicy } from "../../verifier/dist/index.js";

const [, , url] = process.argv;
// A relying party brings its own policy; this test has no other than the node's.
const policy = parsePolicy(new Uint8Array(await (await fetch(`${url}/policy.json`)).arrayBuffer()));
const keep = memoryKeeper();
const over = (options = {}) => new OpenAI({ apiKey: "none", baseURL: `${url}/v1`, maxRetries: 0, fetch: assayFetch(policy, { keep, ...options }) });
const ask = { model: "tiny", messages: [{ role: "user", content: "once upon a time" }], max_tokens: 12, seed: 5 };
const parameters = { type: "object", properties: { yes: { type: "boolean" } }, required: ["yes"], additionalProperties: false };
const tools = { tools: [{ type: "function", function: { name: "weather", parameters, strict: true } }], tool_choice: "required", parallel_tool_calls: false, max_tokens: undefined };

const client = over();
const whole = await client.chat.completions.create({ ...ask, logprobs: true, top_logprobs: 3, n: 2, temperature: 0.7, stop: ["zq"] });
assert.equal(whole.choices.length, 2);
const called = (await client.chat.completions.create({ ...ask, ...tools })).choices[0];
assert.equal(called.finish_reason, "tool_calls");
assert.equal((await client.completions.create({ model: "plain", prompt: "once upon", max_tokens: 4, logprobs: 2 })).object, "text_completion");
const bundles = keep.bundles.size;
assert.equal(bundles, 3);
const embedded = await client.embeddings.create({ model: "tiny", input: "once upon a time" }), texts = ["a text", "once upon a time"];
const listed = await client.embeddings.create({ model: "tiny", input: texts, encoding_format: "float" });
assert.deepEqual(listed.data[1].embedding.map(Math.fround), [...embedded.data[0].embedding]);
assert.equal((await client.embeddings.create({ model: "plain", input: [[3, 4, 5], [6]], dimensions: 16 })).data[1].embedding.length, 16);
assert.equal(keep.bundles.size, bundles + 3);

let text = "";
for await (const chunk of await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })) text += chunk.choices[0]?.delta.content ?? "";
assert.ok(text.length > 0);
const stream = client.chat.completions.stream({ ...ask, ...tools });
assert.equal((await stream.finalChatCompletion()).choices[0].finish_reason, "tool_calls");
assert.equal(keep.bundles.size, bundles + 5);

// Someone on the way changes one word of what is said, or one digit of what is counted.
const liar = change => async (...request) => {
  const honest = await fetch(...request);
  return /chat\/completions$|embeddings$/.test(honest.url) ? new Response(change(await honest.text()), { status: honest.status, headers: honest.headers }) : honest;
};
const refused = async (change, more) => {
  const lied = over({ fetch: liar(change) });
  const error = await (async () => {
    const answer = await (more.input ? lied.embeddings.create({ model: "tiny", ...more }) : lied.chat.completions.create({ ...ask, ...more }));
    if (more.stream) for await (const _ of answer);
  })().then(() => assert.fail("it was handed on"), e => e.cause ?? e);
  assert.deepEqual([error.name, error.fault], ["ReceiptError", "other-answer"], error.stack);
};
for (const stream of [false, true]) {
  await refused(text => text.replace(/"content":"(?=[^"])/, "\"content\":\"x"), { stream });
  await refused(text => text.replace(/"finish_reason":"\w+"/, "\"finish_reason\":\"content_filter\""), { stream });
  await refused(text => text.replace(/"logprob":-/, "\"logprob\":-1"), { stream, logprobs: true });
}
await refused(text => text.replace(/"completion_tokens":\d+,"total_tokens":\d+/, "\"completion_tokens\":1,\"total_tokens\":1"), { stream: false });
await refused(text => text.replace(/\\"yes\\"/, "\\\"no\\\""), { stream: true, ...tools });
const edited = change => text => {
  const answer = JSON.parse(text);
  change(answer, answer.data);
  return JSON.stringify(answer);
};
for (const encoding_format of [undefined, "float"]) {
  await refused(edited((_, data) => { data[1].embedding = data[0].embedding; }), { input: texts, encoding_format });
  await refused(edited((_, data) => { data.reverse(); }), { input: texts, encoding_format });
  await refused(edited((_, data) => { data[0].embedding = data[0].embedding.slice(0, -8); }), { input: texts, encoding_format });
  await refused(edited(answer => { answer.usage = { prompt_tokens: 1, total_tokens: 1 }; }), { input: texts, encoding_format });
}
await refused(edited((_, data) => { data[1].embedding[3] *= 1.0000002; }), { input: texts, encoding_format: "float" });
await refused(text => text.replace(/"embedding":"[A-Z]/i, start => start.slice(0, -1) + (start.endsWith("A") ? "B" : "A")), { input: texts });
console.log("all of it is verified");

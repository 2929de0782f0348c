// The official OpenAI client for JavaScript, unchanged, against a node: node chat.mjs URL
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "none", baseURL: `${process.argv[2]}/v1`, maxRetries: 0 });
const ask = { model: "tiny", messages: [{ role: "system", content: "be brief" }, { role: "user", content: "once upon a time" }], max_tokens: 12, seed: 5 };
const yes = { type: "object", properties: { yes: { type: "boolean" } }, required: ["yes"], additionalProperties: false };
const tools = [{ type: "function", function: { name: "weather", parameters: yes, strict: true } }];

const whole = await client.chat.completions.create({ ...ask, logprobs: true, top_logprobs: 2 });
assert.equal(whole.choices[0].logprobs.content.length, whole.usage.completion_tokens);
assert.match(whole._request_id, /^req_/);
assert.match(whole.assay.receipt, /^[0-9a-f]{32}$/);

let text = "", usage = null, receipt = null;
for await (const chunk of await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.delta.content ?? "";
  usage = chunk.usage ?? usage;
  receipt = chunk.assay?.receipt ?? receipt;
}
assert.equal(text, whole.choices[0].message.content);
assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
assert.match(receipt, /^[0-9a-f]{32}$/);

const stream = client.chat.completions.stream({ model: "tiny", messages: ask.messages, tools, tool_choice: "required", parallel_tool_calls: false });
const called = (await stream.finalChatCompletion()).choices[0];
assert.equal(called.finish_reason, "tool_calls");
assert.equal(typeof JSON.parse(called.message.tool_calls[0].function.arguments).yes, "boolean");
await client.chat.completions.create({
  ...ask, tools, messages: [...ask.messages, called.message, { role: "tool", tool_call_id: called.message.tool_calls[0].id, content: "18 degrees" }],
});

const shaped = await client.chat.completions.create({
  model: "tiny", messages: ask.messages, response_format: { type: "json_schema", json_schema: { name: "yes", strict: true, schema: yes } },
});
assert.equal(typeof JSON.parse(shaped.choices[0].message.content).yes, "boolean");

const plain = await client.completions.create({ model: "plain", prompt: "once upon", max_tokens: 4 });
assert.equal(plain.object, "text_completion");
assert.deepEqual((await client.models.list()).data.map(m => m.id), ["plain", "tiny"]);
await assert.rejects(client.chat.completions.create({ ...ask, model: "nothing" }), e => e instanceof OpenAI.NotFoundError && e.code === "model_not_found");
await assert.rejects(client.chat.completions.create({ ...ask, temperature: 9 }), e => e instanceof OpenAI.BadRequestError && e.param === "temperature");
console.log("all of it works");

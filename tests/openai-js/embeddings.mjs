// The official OpenAI client for JavaScript, unchanged, against a node: node embeddings.mjs URL
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "none", baseURL: `${process.argv[2]}/v1`, maxRetries: 0 });
const length = row => Math.hypot(...row);

// Without encoding_format the client asks for base64 and reads the numbers out of it.
const one = await client.embeddings.create({ model: "tiny", input: "once upon a time" });
assert.equal(one.object, "list");
assert.equal(one.data.length, 1);
assert.ok(Math.abs(length(one.data[0].embedding) - 1) < 1e-5);
assert.ok(one.usage.prompt_tokens > 0 && one.usage.prompt_tokens === one.usage.total_tokens);
assert.match(one.assay.receipt, /^[0-9a-f]{32}$/);

const several = await client.embeddings.create({ model: "tiny", input: ["a text", "once upon a time"], encoding_format: "float", user: "me" });
assert.deepEqual(several.data.map(d => d.index), [0, 1]);
assert.deepEqual(several.data[1].embedding.map(Math.fround), [...one.data[0].embedding]);

const short = await client.embeddings.create({ model: "tiny", input: [[3, 4, 5], [6]], dimensions: 16 });
assert.deepEqual(short.data.map(d => d.embedding.length), [16, 16]);
assert.ok(Math.abs(length(short.data[1].embedding) - 1) < 1e-5);

await assert.rejects(client.embeddings.create({ model: "nothing", input: "a" }), e => e instanceof OpenAI.NotFoundError && e.code === "model_not_found");
await assert.rejects(client.embeddings.create({ model: "tiny", input: [] }), e => e instanceof OpenAI.BadRequestError && e.param === "input");
await assert.rejects(client.embeddings.create({ model: "tiny", input: "a", dimensions: 1e6 }), e => e instanceof OpenAI.BadRequestError && e.param === "dimensions");
console.log("all of it works");

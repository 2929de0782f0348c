import { test } from "node:test";
import assert from "node:assert/strict";
import { bytesOf } from "./support/issuer.mjs";
import { embed, serveEmbeddings, width } from "./support/embeddings.mjs";
import { floats, policyOf } from "./support/server.mjs";
import { assayFetch, parsePolicy, verifiedReceipt } from "../dist/index.js";
import { saysFloat32 } from "../dist/floats.js";
import { readPrompts } from "../dist/tokens.js";

const policy = parsePolicy(bytesOf(policyOf()));
const through = change => assayFetch(policy, { fetch: serveEmbeddings(change).fetch, patience: 0 });

test("Embeddings are handed on, byte for byte", async () => {
  for (const kind of [{}, { encoding_format: "base64" }, { input: "one" }, { input: [3, 4, 5], dimensions: 2 }, { input: [[3], [4, 5]], encoding_format: "float" }, { model: "digits@1", dimensions: null }]) {
    const response = await embed(through({}), kind), answer = await response.json();
    assert.ok(verifiedReceipt(response).report.accepted, JSON.stringify(kind));
    if (kind.encoding_format !== "base64") assert.equal(answer.data[0].embedding.length, kind.dimensions ?? width);
  }
});

async function refused(says, change, kind = {}, fault = "other-answer") {
  const error = await embed(through(change), kind).then(() => assert.fail(`handed on: ${says}`), e => e);
  assert.deepEqual([error.name, error.fault], ["ReceiptError", fault], error.stack);
  assert.match(error.message, new RegExp(says));
}
const bytesIn = item => typeof item.embedding === "string" ? Buffer.from(item.embedding, "base64") : floats(item.embedding);
const put = (item, bytes) => { item.embedding = typeof item.embedding === "string" ? bytes.toString("base64") : [...new Float32Array(new Uint8Array(bytes).buffer)]; };
const swap = (list, name) => name === undefined ? list.reverse() : [list[0][name], list[1][name]] = [list[1][name], list[0][name]];

test("An answer with anything changed is refused", async () => {
  for (const kind of [{}, { encoding_format: "base64" }]) {
    await refused("embedding 1", { answer: ({ data }) => { const b = bytesIn(data[1]); b[b.length - 4] ^= 1; put(data[1], b); } }, kind);
    await refused("embedding 0", { answer: a => { swap(a.data, "embedding"); } }, kind);
    await refused("out of order", { answer: a => { swap(a.data); } }, kind);
    await refused("out of order", { answer: a => { swap(a.data, "index"); } }, kind);
    await refused("number of embeddings", { answer: a => { a.data.pop(); } }, kind);
    await refused("number of embeddings", { answer: a => { a.data.push(a.data[1]); } }, kind);
    await refused("embedding 1", { answer: ({ data }) => { put(data[1], bytesIn(data[1]).subarray(4)); } }, kind);
    await refused("tokens", { answer: a => { a.usage.prompt_tokens = 1; } }, kind);
    await refused("tokens", { answer: a => { a.usage.total_tokens = 1; } }, kind);
    await refused("member", { answer: a => { a.usage.more = 1; } }, kind);
    await refused("model", { answer: a => { a.model = "digits@2"; } }, kind);
    await refused("object", { answer: a => { a.object = "set"; } }, kind);
    await refused("something else", { answer: a => { a.data[0].object = "text"; } }, kind);
    await refused("member", { answer: a => { a.created = 1; } }, kind);
    await refused("member", { answer: a => { a.data[0].text = "a"; } }, kind);
    await refused("not what this API", { answer: a => { delete a.usage; } }, kind);
    await refused("missing|receipt", { answer: a => { delete a.assay; } }, kind, "no-receipt");
  }
  await refused("dimensions", { answer: a => { a.data[0].embedding = floats(a.data[0].embedding).toString("base64"); } });
  await refused("bytes", { answer: a => { a.data[0].embedding += "\n"; } }, { encoding_format: "base64" });
  await refused("number 0 of embedding 0", { answer: a => { a.data[0].embedding[0] = String(a.data[0].embedding[0]); } });
  await refused("number 1 of embedding 0", { answer: a => { a.data[0].embedding[1] = null; } });
});

test("A receipt of another request, or that signs what was not asked for, is refused", async () => {
  const server = serveEmbeddings();
  let older = null;
  const stale = assayFetch(policy, { patience: 0, fetch: async request => {
    const answer = await server.fetch(request);
    if (new URL(request.url).pathname !== "/v1/embeddings") return answer;
    older ??= { text: await answer.text(), headers: answer.headers, made: server.made };
    server.made = older.made;
    return new Response(older.text, { headers: older.headers });
  } });
  assert.ok((await embed(stale)).ok);
  await assert.rejects(embed(stale), e => e.fault === "other-answer" && /nonce/.test(e.message));
  await refused("bytes", { issue: { wireBytes: Buffer.from("{}") } });
  await refused("another model", {}, { model: "letters" });
  await refused("not that of embeddings", { mediaType: "application/vnd.assay.prompt.v1" });
  await refused("void", { parameters: p => { p.outcome = "void"; } });
  await refused("another api", { parameters: p => { p.api = "chat"; } });
  await refused("another encoding_format", { parameters: p => { p.encoding = "base64"; } });
  await refused("another dimensions", { parameters: p => { p.dimensions = 3; } }, { dimensions: 4 });
  await refused("another number of texts", { parameters: p => { p.texts = 3; } });
  await refused("counts other tokens", { parameters: p => { p.usage.promptTokens = 4; } });
  await refused("as many numbers", { parameters: p => { p.dimensions = 3; } });
  for (const change of [t => { t[0][0] = "other"; }, t => { t[0][2].push(1); }, t => { t.push(["more", "int8", [0], Buffer.of()]); }, t => { t.pop(); }, t => { t[0][1] = "int32"; }]) await refused("as many numbers", { tensors: change });
  const ids = Buffer.concat([2, 1, 3, 2, 4, 6].map(n => Buffer.of(0, 0, 0, n)));
  await refused("another token ids", { issue: { inputBytes: ids } }, { input: [[3], [4, 5]] });
  await refused("cannot read", {}, { dimensions: "4" }, "no-receipt");
});

test("A number is the nearest float32 to what is written, rounded once", () => {
  const next = Math.fround(1.00000012);
  for (const [json, value, same] of [
    ["0.1", Math.fround(0.1), true], ["1.00000001490116119384765625e-1", Math.fround(0.1), true], ["0.10000001", Math.fround(0.1), false], ["-0", -0, true], ["0", -0, false], ["-0", 0, false], ["0.0e5", 0, true],
    ["1.000000059604644775390625", 1, true], ["1.00000005960464477539062500000000000001", 1, false], ["1.00000005960464477539062500000000000001", next, true], ["1.00000017881393432617187499999999999999", next, true],
    ["1.000000178813934326171875", next, false], ["1e39", Infinity, false], ["-1", 1, false], ["3.4028235677973367e38", Math.fround(3.4028234e38), false], ["3.4028235677973366e38", Math.fround(3.4028234e38), true],
    ["7.0064923216240853e-46", 0, true], ["7.0064923216240854e-46", 2 ** -149, true], [`1.000000059604644775390625${"0".repeat(500)}1`, 1, false], [`1.000000059604644775390625${"0".repeat(500)}`, 1, true],
    [`0.${"0".repeat(500)}1000000059604644775390625e501`, 1, true], ["10000000596046447753906251e-25", 1, false], ["nothing", 1, false],
  ]) assert.equal(saysFloat32(json, value), same, json);
  // Every float32 is what its shortest decimals say, whatever its exponent.
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = 1; bits < 0x7f800000; bits += 104_729) {
    view.setUint32(0, bits);
    const value = view.getFloat32(0);
    assert.ok(saysFloat32(value.toPrecision(9), value) && saysFloat32(`-${value.toPrecision(9)}`, -value) && !saysFloat32(value.toPrecision(9), -value), `${value}`);
    view.setUint32(0, bits + 1);
    const above = view.getFloat32(0);
    if (above === Infinity) continue;
    // The whole decimal of what lies halfway: a multiple of 2^-150.
    const half = `${BigInt((value + above) / 2 * 2 ** 150) * 5n ** 150n}e-150`;
    assert.deepEqual([saysFloat32(half, value), saysFloat32(half, above)], bits % 2 ? [false, true] : [true, false], `${value}`);
  }
});

test("Prompts that the encoder would not make are refused", () => {
  const good = Buffer.concat([2, 1, 3, 2, 4, 6].map(n => Buffer.of(0, 0, 0, n)));
  assert.deepEqual(readPrompts(new Uint8Array(good)), [[3], [4, 6]]);
  for (let n = 0; n < good.length; n++) assert.throws(() => readPrompts(new Uint8Array(good.subarray(0, n))), { name: "Malformed" });
  for (const bad of [Buffer.concat([good, Buffer.of(0, 0, 0, 0)]), Buffer.alloc(8, 255), Buffer.of(0, 0, 0, 1, 0, 0, 0, 1, 128, 0, 0, 0)]) assert.throws(() => readPrompts(new Uint8Array(bad)), { name: "Malformed" });
});

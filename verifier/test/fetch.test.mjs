import { test } from "node:test";
import assert from "node:assert/strict";
import { bytesOf, issue } from "./support/issuer.mjs";
import { floats, infer, policyOf, serve, tensors } from "./support/server.mjs";
import { assayFetch, memoryKeeper, parsePolicy, verifiedReceipt, verifyFault } from "../dist/index.js";
import { isSame, parseExact, readTensors } from "../dist/tensors.js";

const policy = parsePolicy(bytesOf(policyOf()));
const through = (server, options = {}) => assayFetch(policy, { fetch: server.fetch, patience: 0, ...options });

async function refused(fault, change, options) {
  const error = await infer(through(serve(change), options)).then(() => assert.fail("the answer was handed on"), e => e);
  assert.deepEqual([error.name, error.fault], ["ReceiptError", fault], error.stack);
  return error;
}
const convicts = async ({ evidence }, kind) => {
  const found = await verifyFault(evidence, policy);
  assert.deepEqual([found.verdict, found.kind], ["proved", kind]);
};

test("An answer whose receipt is in order is handed on, byte for byte, and kept", async () => {
  const server = serve(), keep = memoryKeeper(), response = await infer(through(server, { keep }));
  assert.deepEqual((await response.json()).outputs[0].data, [2, 0.2, -6]);
  const { report, bundle } = verifiedReceipt(response);
  assert.ok(report.accepted);
  assert.equal(report.receipt.clientNonce.length, 32);
  assert.deepEqual(keep.bundles.get(report.receipt.recordId), bundle);
  assert.equal(await keep.checkpoint(report.receipt.origin), server.made.checkpoint);
});

test("A nonce of the caller's own is kept, and is the receipt's", async () =>
  assert.equal(verifiedReceipt(await infer(through(serve()), { headers: { "Assay-Nonce": "mine" } })).report.receipt.clientNonce, "mine"));

test("Whether auditors may be shown a record is the caller's to say", async () => {
  assert.ok(verifiedReceipt(await infer(through(serve()), { headers: { "Assay-Auditable": "true" } })).report.accepted);
  for (const auditable of [true, false]) {
    const error = await infer(through(serve({ issue: { auditable } })), { headers: { "Assay-Auditable": `${!auditable}` } }).catch(e => e);
    assert.equal(error.fault, "other-answer");
    assert.match(error.message, /auditors/);
  }
});

test("A P-256 node's answer is handed on", async () => {
  assert.ok(verifiedReceipt(await infer(through(serve({ issue: { serving: "ecdsa-p256-sha256" } })))).report.accepted);
});

test("What is no inference, and what reports an error, passes through", async () => {
  const server = serve({ refuse: true });
  assert.equal((await infer(through(server))).status, 404);
  assert.equal(verifiedReceipt(await infer(through(server))), undefined);
});

test("An answer without a receipt, or with one that cannot be read, is not handed on", async () => {
  await refused("no-receipt", { header: null });
  await refused("no-receipt", { header: `${"0".repeat(32)}; sha256=${"0".repeat(64)}` });
  await refused("no-receipt", { answer: a => { delete a.assay; } });
  await refused("no-receipt", { answer: a => { a.assay.index = 1.5; } });
});

test("A promise of a log that is not trusted, or of other entries, is refused", async () => {
  await refused("bad-promise", { answer: a => { a.assay.index += 1; } });
  await refused("bad-promise", { answer: a => { a.assay.promise.path = []; } });
  await refused("bad-promise", { issue: { edit: { promiseText: t => t.replace("log.example", "other.example") } } });
});

test("A bundle that cannot be had, or that the policy rejects, is refused", async () => {
  await refused("no-bundle", { bundle: () => new Response("", { status: 404 }) });
  const error = await refused("not-accepted", { issue: { compromise: "before" } });
  assert.equal(error.report.verdict, "rejected");
  await refused("not-accepted", { bundle: () => new Response("{") });
});

test("A good receipt of another request, answer or model is refused", async () => {
  await refused("other-answer", { issue: { nonce: "of another request" } });
  await refused("other-answer", { issue: { auditable: true } });
  await refused("other-answer", { answer: a => { a.outputs[0].data[0] = 3; } });
  await refused("other-answer", { answer: a => { a.outputs[0].name = "z"; } });
  await refused("other-answer", { answer: a => { a.outputs[0].shape = [1, 3]; } });
  await refused("other-answer", { answer: a => { a.outputs = []; } });
  await refused("other-answer", { request: body => body.replace("0.1", "0.2") });
  await refused("other-answer", { issue: { wireBytes: Buffer.from("another request") } });
  const error = await infer(through(serve()), { path: "/v2/models/letters/infer" }).catch(e => e);
  assert.equal(error.fault, "other-answer");
});

test("However the path is spelled, no answer comes through unchecked", async () => {
  const wrong = { answer: a => { a.outputs[0].data[0] = 3; } };
  for (const path of ["INFER", "infer/", "infer//", "%69nfer", "versions/1/Infer"].map(end => `/v2/models/digits/${end}`).concat("/V2/Models/digits/infer", "//v2/models/digits/infer")) {
    const error = await infer(through(serve(wrong)), { path }).then(() => assert.fail(`${path}: the answer was handed on`), e => e);
    assert.deepEqual([error.name, error.fault], ["ReceiptError", "other-answer"], path);
  }
  for (const path of ["/v2/somewhere", "/elsewhere"]) assert.equal((await infer(through(serve()), { path }).catch(e => e)).fault, "no-receipt", path);
});

test("Nothing is in an answer that the receipt does not vouch for", async () => {
  await refused("other-answer", { answer: a => { a.model_name = "gpt-9"; } });
  await refused("other-answer", { answer: a => { a.model_version = "2"; } });
  await refused("other-answer", { answer: a => { a.id = "another"; } });
  await refused("other-answer", { answer: a => { a.parameters = {}; } });
  await refused("other-answer", { answer: a => { a.outputs[0].parameters = {}; } });
  await refused("other-answer", { answer: a => { a.outputs[0].data = [a.outputs[0].data, []]; } });
});

test("Another entry than the one that was promised convicts the log", async () => {
  const other = server => Response.json(issue({ ...server.issuedWith, edit: { receipt: r => { r.recordId = "f".repeat(32); } } }).bundle);
  await convicts(await refused("broken-promise", { bundle: other }), "two-leaves");
});

test("Two trees of one size convict the log", async () => {
  const keep = memoryKeeper();
  await infer(through(serve(), { keep }));
  await convicts(await refused("split-view", { issue: { edit: { receipt: r => { r.venue = [{ claim: "elsewhere", source: "operator" }]; } } } }, { keep }), "two-roots");
});

test("A promise that ran out convicts the log where witnesses saw a tree without the entry", async () => {
  const wait = { bundle: () => new Response("", { status: 202 }), issue: { edit: { promiseText: t => t.replace(/\d+\n$/, "1000\n") } } };
  const early = issue({ before: 0, after: 0, completeness: false }).checkpoint;
  await convicts(await refused("broken-promise", { ...wait, checkpoint: () => early }), "late");
  assert.equal((await refused("broken-promise", wait)).evidence, null);
  await refused("no-bundle", { ...wait, issue: { edit: { promiseText: t => t.replace(/\d+\n$/, "99999999999\n") } } });
});

const element = (type, bytes, said) => isSame(readTensors(new Uint8Array(tensors([["x", type, [1], Buffer.from(bytes)]])))[0], parseExact(`{"name":"x","datatype":"${said[0]}","shape":[1],"data":[${said[1]}]}`));

test("Elements are held against the very numbers that the answer says", () => {
  const int64 = Buffer.alloc(8);
  int64.writeBigInt64LE(9007199254740993n);
  assert.ok(element("int64", int64, ["INT64", "9007199254740993"]));
  assert.ok(!element("int64", int64, ["INT64", "9007199254740992"]));
  assert.ok(!element("int64", int64, ["INT64", "\"9007199254740993\""]));
  assert.ok(!element("int64", int64, ["UINT64", "9007199254740993"]));
  assert.ok(element("float32", floats([0.1]), ["FP32", "0.1"]) && !element("float32", floats([0.1]), ["FP32", "0.10000002"]));
  assert.ok(element("float32", floats([-0]), ["FP32", "-0"]) && !element("float32", floats([-0]), ["FP32", "0"]));
  assert.ok(element("float32", floats([NaN]), ["FP32", "\"NaN\""]) && element("float32", floats([-Infinity]), ["FP32", "\"-Infinity\""]));
  assert.ok(element("float16", [0x66, 0x2e], ["FP16", "0.1"]) && !element("float16", [0x67, 0x2e], ["FP16", "0.1"]));
  assert.ok(element("bfloat16", [0xcd, 0x3d], ["BF16", "0.10009766"]) && element("float16", [1, 0], ["FP16", "6e-8"]));
  assert.ok(element("bool", [1], ["BOOL", "true"]) && !element("bool", [1], ["BOOL", "1"]));
  assert.ok(element("uint8", [255], ["UINT8", "255"]) && element("int8", [255], ["INT8", "-1"]));
  assert.throws(() => parseExact("{\"a\":\"\\u00001\"}"), { name: "Malformed" });
});

test("Tensors that the encoder would not make are refused", () => {
  const good = tensors([["x", "float32", [2], floats([1, -2])]]);
  assert.equal(good.toString("hex"), "61737361792f74656e736f72732f76310a00000000000000010000000000000001780000000000000007666c6f61743332000000000000000100000000000000020000000000000008" + "0000803f000000c0");
  for (let n = 0; n < good.length; n++) assert.throws(() => readTensors(new Uint8Array(good.subarray(0, n))), { name: "Malformed" });
  for (const bad of [Buffer.concat([good, Buffer.of(0)]), tensors([["x", "float32", [3], floats([1, -2])]]), tensors([["x", "bool", [1], Buffer.of(2)]]), tensors([["x", "float", [0], Buffer.of()]]),
    tensors([["x", "int8", [0], Buffer.of()], ["x", "int8", [0], Buffer.of()]]), tensors([["x", "int8", [2 ** 31 - 1, 2], Buffer.of()]])]) assert.throws(() => readTensors(new Uint8Array(bad)), { name: "Malformed" });
});

test("An answer that says it was relayed is refused in words of its own", async () => {
  const inner = serve();
  const relaying = { ...inner, fetch: async (...args) => {
    const response = await inner.fetch(...args);
    response.headers.set("Assay-Relayed", "true");
    return response;
  } };
  await assert.rejects(infer(through(relaying)), e => e.fault === "not-accepted" && /relayed/.test(e.message));
});

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { assayFetch, memoryKeeper, parsePolicy, verifiedReceipt } from "../dist/index.js";

/* Against a real node: the client's wrapper, and the two command lines on one bundle. */

const at = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const command = process.env.ASSAY_COMMAND ?? at("artifacts/bin/Assay.Cli/release/assay"), cli = at("verifier/dist/cli.js");
const needs = existsSync(command) ? {} : { skip: "src/Assay.Cli is not built (dotnet build -c Release)" };

let data, node, url;
before(async () => {
  if (needs.skip) return;
  data = mkdtempSync(join(tmpdir(), "assay-"));
  execFileSync(command, ["import", at("models/digits"), "--name", "digits", "--data", data], { stdio: ["ignore", "ignore", "inherit"] });
  node = spawn(command, ["serve", "--data", data, "--url", "http://127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: node.stdout })) {
    url = /listening on (http:\/\/[^\s/]+)/.exec(line)?.[1];
    if (url) break;
  }
});
after(async () => {
  if (node && node.exitCode === null) {
    const ended = new Promise(done => node.once("exit", done));
    node.kill("SIGTERM");
    await ended;
  }
  if (data) rmSync(data, { recursive: true });
});

const body = JSON.stringify({ inputs: [{ name: "image", datatype: "FP32", shape: [1, 1, 28, 28], data: Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 ? 1 : 0.1)) }] });
const post = fetcher => fetcher(`${url}/v2/models/digits/infer`, { method: "POST", headers: { "Content-Type": "application/json" }, body });

test("A real node's answer is verified before it is handed on, and a changed one is not", needs, async () => {
  const policy = parsePolicy(new Uint8Array(readFileSync(join(data, "policy.json")))), keep = memoryKeeper();
  const response = await post(assayFetch(policy, { keep })), answer = await response.json();
  assert.equal(answer.outputs[0].datatype, "FP32");
  assert.ok(verifiedReceipt(response).report.accepted);
  assert.equal(keep.bundles.size, 1);

  const liar = async request => {
    const honest = await fetch(request);
    if (request.method !== "POST") return honest;
    return new Response((await honest.text()).replace(/("outputs":\[.*?"data":\[)[^,\]]+/, "$10.5"), { status: 200, headers: honest.headers });
  };
  await assert.rejects(post(assayFetch(policy, { fetch: liar })), { name: "ReceiptError", fault: "other-answer" });
});

test("Both command lines say the same of a real node's receipt, with a policy, without one, and damaged", needs, async () => {
  const policyFile = join(data, "policy.json"), file = join(data, "answer.receipt.json"), damaged = join(data, "damaged.receipt.json");
  const response = await post(assayFetch(parsePolicy(new Uint8Array(readFileSync(policyFile)))));
  const { bundle } = verifiedReceipt(response);
  writeFileSync(file, bundle);
  const broken = JSON.parse(Buffer.from(bundle).toString());
  broken.disclosures.output.bytes = broken.disclosures.input.bytes;
  writeFileSync(damaged, JSON.stringify(broken));
  writeFileSync(join(data, "half.receipt.json"), bundle.subarray(0, 1000));
  for (const [name, code] of [[file, 0], [damaged, 10], [join(data, "half.receipt.json"), 30]]) {
    const run = (program, ...args) => spawnSync(program, [...args, "verify", name, "--policy", policyFile, "--json"], { encoding: "utf8" });
    const here = run(process.execPath, cli), there = run(command);
    assert.deepEqual([here.status, there.status], [code, code], here.stderr + there.stderr);
    const essence = ({ stdout }) => { const { verdict, accepted, checks, revocations } = JSON.parse(stdout); return { verdict, accepted, revocations, checks: checks.map(c => [c.axis, c.status, c.reason]) }; };
    assert.deepEqual(essence(here), essence(there));
  }
});

import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parsePolicy, verify, verifyFault } from "../dist/index.js";

/* The conformance kit, docs/spec/vectors: the same folder that the C# verifier is held to. */

const kit = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "spec", "vectors");
const casesOf = part => readdirSync(join(kit, part)).sort().map(name => join(kit, part, name));
const bytesOf = path => new Uint8Array(readFileSync(path));
const policyOf = folder => existsSync(join(folder, "policy.json")) ? parsePolicy(bytesOf(join(folder, "policy.json"))) : null;
const caseOf = folder => JSON.parse(readFileSync(join(folder, "case.json"), "utf8"));

test("Every bundle of the conformance kit is judged as its case says", async () => {
  const folders = casesOf("verify");
  for (const folder of folders) {
    const due = caseOf(folder);
    const report = await verify(bytesOf(join(folder, "bundle.receipt.json")), policyOf(folder), due.finding ?? null,
      due.proof === undefined ? null : async () => ({ holds: due.proof === "holds", detail: "" }));
    assert.deepEqual(
      { verdict: report.verdict, checks: report.checks.map(c => `${c.axis} ${c.status} ${c.reason}`), revocations: report.revocations.map(r => ({ ...r })) },
      { verdict: due.verdict, checks: due.checks, revocations: due.revocations }, `${folder}: ${due.what}`);
  }
  assert.ok(folders.length > 200, `only ${folders.length} cases`);
});

test("Every fault file of the conformance kit is judged as its case says", async () => {
  const folders = casesOf("fault");
  for (const folder of folders) {
    const due = caseOf(folder);
    const report = await verifyFault(bytesOf(join(folder, "fault.json")), policyOf(folder));
    assert.equal(report.verdict, due.result, `${folder}: ${due.what}`);
  }
  assert.ok(folders.length > 30, `only ${folders.length} cases`);
});

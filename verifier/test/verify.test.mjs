import { test } from "node:test";
import assert from "node:assert/strict";
import { bytesOf, issue } from "./support/issuer.mjs";
import { cases, unread } from "./support/cases.mjs";
import { axes, parsePolicy, verify } from "../dist/index.js";

const judge = async (options, finding = null) => {
  const { bundle, policy } = issue(options);
  return verify(bytesOf(bundle), options.policy === null ? null : parsePolicy(bytesOf(policy)), finding);
};

for (const [name, options, axis, status, reason] of cases)
  test(`${name}: ${axis} is ${status}, ${reason}`, async () => {
    const report = await judge(options);
    assert.deepEqual(report.checks.map(c => c.axis), axes);
    const { status: s, reason: r } = report.checks.find(c => c.axis === axis);
    assert.deepEqual([s, r], [status, reason], JSON.stringify(report.checks, null, 1));
    assert.equal(report.accepted, report.verdict === "accepted");
    if (status === "refuted") assert.equal(report.verdict, "rejected");
  });

for (const [name, options, verdict] of unread)
  test(`${name}: ${verdict}`, async () => {
    const report = await judge(options);
    assert.equal(report.verdict, verdict, JSON.stringify(report.checks[0]));
    if (verdict !== "accepted") assert.deepEqual(report.checks.slice(1).map(c => c.reason), Array(11).fill("not-read"));
  });

test("A retirement after the receipt is shown beside the verdict", async () => {
  const report = await judge({ retire: true });
  assert.ok(report.accepted);
  assert.deepEqual(report.revocations.map(r => r.action), ["retire"]);
});

test("A finding about this statement verifies or refutes the execution", async () => {
  const { receipt: { statement } } = await judge({});
  const of = async found => (await judge({}, { statement, found }));
  assert.equal((await of("reproduced")).headline, "AUTHENTIC · execution reproduced");
  const diverged = await of("diverged");
  assert.deepEqual([diverged.headline, diverged.verdict], ["AUTHENTIC · DIVERGED", "rejected"]);
  const foreign = (await judge({}, { statement: "0".repeat(64), found: "reproduced" })).checks[9];
  assert.deepEqual([foreign.status, foreign.reason], ["unverifiable", "other-statement"]);
});

test("A policy that asks for a replay rejects a receipt that was not replayed", async () => {
  assert.equal((await judge({ execution: "reproduced" })).verdict, "rejected");
  const { receipt: { statement } } = await judge({});
  assert.equal((await judge({ execution: "reproduced" }, { statement, found: "reproduced" })).verdict, "accepted");
  assert.equal((await judge({ execution: "reproduced" }, { statement, found: "proved" })).verdict, "rejected");
});

test("Any single bit of a bundle changed is never accepted, but for lines of unknown keys and what is not interpreted", async () => {
  const { bundle, policy } = issue({ completeness: false, witnesses: 0 });
  const bytes = bytesOf(bundle), parsed = parsePolicy(bytesOf(policy));
  for (let at = 0; at < bytes.length; at += 37) {
    const copy = bytes.slice();
    copy[at] ^= 1 << (at % 8);
    const report = await verify(copy, parsed);
    assert.notEqual(report.verdict, "accepted", `byte ${at}`);
  }
});

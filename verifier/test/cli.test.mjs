import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issue } from "./support/issuer.mjs";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
};

function folder(t, files) {
  const at = mkdtempSync(join(tmpdir(), "assay-"));
  t.after(() => rmSync(at, { recursive: true }));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(at, name), typeof value === "string" ? value : JSON.stringify(value));
  return name => join(at, name);
}

test("verify ends in the exit codes of the specification", t => {
  const good = issue(), bad = issue({ compromise: "before" });
  const at = folder(t, { good: good.bundle, bad: bad.bundle, policy: good.policy, broken: "{", other: { mediaType: "text/plain" } });
  assert.equal(run("verify", at("good"), "--policy", at("policy")).status, 0);
  assert.equal(run("verify", at("bad"), "--policy", at("policy")).status, 10);
  assert.equal(run("verify", at("good")).status, 20);
  assert.equal(run("verify", at("other"), "--policy", at("policy")).status, 20);
  assert.equal(run("verify", at("broken"), "--policy", at("policy")).status, 30);
  assert.equal(run("verify", at("good"), at("bad"), at("broken"), "--policy", at("policy")).status, 30);
  assert.equal(run("verify", at("good"), "--policy", at("good")).status, 3);
  assert.equal(run("verify", at("absent")).status, 4);
  assert.equal(run("verify").status, 2);
  assert.equal(run("judge", at("good")).status, 2);
  assert.equal(run("--help").status, 0);
});

test("--json prints the report of the specification and nothing on standard error", t => {
  const { bundle, policy } = issue({ retire: true });
  const at = folder(t, { bundle, policy });
  const { stdout, stderr } = run("verify", at("bundle"), "--policy", at("policy"), "--json");
  const report = JSON.parse(stdout);
  assert.equal(stderr, "");
  assert.deepEqual(Object.keys(report), ["headline", "accepted", "verdict", "policy", "checks", "revocations", "receipt"]);
  assert.deepEqual(Object.keys(report.checks[0]), ["axis", "status", "reason", "detail"]);
  assert.equal(report.revocations[0].action, "retire");
});

test("Text for people shows every axis, and no control characters of the other side", t => {
  const { bundle, policy } = issue();
  const at = folder(t, { bundle, policy, fault: { mediaType: "text/\u001b[31m", kind: "x" } });
  const { stdout } = run("verify", at("bundle"), "--policy", at("policy"));
  assert.match(stdout, /^AUTHENTIC/);
  assert.match(stdout, /\n  \+ completeness verified/);
  const fault = run("fault", at("fault"), "--policy", at("policy"));
  assert.equal(fault.status, 20);
  assert.ok(!fault.stdout.includes("\u001b"));
});

import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyPassport } from "../dist/passports/index.js";
import { parsePolicy } from "../dist/index.js";
import { utf8 } from "./support/data.mjs";
import { Random } from "./support/random.mjs";

/* docs/spec/vectors/passports: passports, whole and tampered, with what a verifier says of them. Many more are compared by SecondPassportTests of the C#. */

const vectors = JSON.parse(readFileSync(new URL("../../docs/spec/vectors/passports/passports.json", import.meta.url), "utf8"));
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** The bytes of a case's passport: the lines of the one it names, with its changes. */
const fileOf = ({ passport, lines }) => utf8(vectors.passports[passport].flatMap((line, i) => {
  const changed = lines[i] === undefined ? line : lines[i];
  return changed === null ? [] : [`${changed}\n`];
}).join(""));
const policyOf = ({ policy }) => policy === null ? null : vectors.policies[policy];
const completeness = report => report.completeness.map(l => `${l.log} ${l.status} ${l.upTo}${l.trusted === false ? " untrusted" : ""}`);

test("The passports of the vectors have the same status, verdict, state and completeness", async () => {
  for (const one of vectors.cases) {
    const policy = policyOf(one), report = await verifyPassport(fileOf(one), policy === null ? null : parsePolicy(utf8(policy)));
    const { status, verdict, what } = one, isWhole = status === "recomputed";
    assert.deepEqual({ status: report.status, verdict: report.verdict, what }, { status, verdict, what });
    if (isWhole) assert.deepEqual([report.recomputed.state, completeness(report)], [one.state, one.completeness], what);
    assert.equal(report.differences.length > 0, status === "differs", what);
  }
});

test("The command line prints the report and ends in its exit code", t => {
  const folder = mkdtempSync(join(tmpdir(), "assay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const one of vectors.cases.filter((c, i) => i < 4 || i % 4 === 0)) {
    const [at, by, policy] = [join(folder, "passport"), join(folder, "policy.json"), policyOf(one)];
    writeFileSync(at, fileOf(one));
    if (policy !== null) writeFileSync(by, policy);
    const ran = spawnSync(process.execPath, [cli, "passport", at, "--json", ...policy === null ? [] : ["--policy", by]], { encoding: "utf8" });
    const said = JSON.parse(ran.stdout);
    assert.equal(ran.status, one.exitCode, one.what);
    assert.deepEqual([said.status, said.verdict, Array.isArray(said.differences), Array.isArray(said.completeness)], [one.status, one.verdict, true, true]);
    assert.ok("recomputed" in said);
    assert.match(spawnSync(process.execPath, [cli, "passport", at], { encoding: "utf8" }).stdout, new RegExp(`^${said.status.toUpperCase()}`));
  }
});

test("Damaged passports are reports and never failures", async () => {
  const random = new Random(5), good = fileOf(vectors.cases[0]), rounds = process.env.ASSAY_FAST === "1" ? 60 : 600;
  for (let round = 0; round < rounds; round++) {
    const bytes = good.slice(0, random.chance(5) ? random.below(good.length) : good.length);
    for (let n = 1 + random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
    const report = await verifyPassport(bytes, null);
    assert.notEqual(report.status, "recomputed");
    assert.ok(report.problem !== null || report.differences.length > 0);
  }
});

import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figuresOf, verifySettlement } from "../dist/settlements/index.js";
import { verifyPassport } from "../dist/passports/index.js";
import { parsePolicy } from "../dist/index.js";
import { utf8 } from "./support/data.mjs";
import { Random } from "./support/random.mjs";

/* docs/spec/vectors/settlements: settlement files, whole and tampered, with what a verifier says of them. Many more are compared by SecondSettlementTests of the C#. */

const vectors = JSON.parse(readFileSync(new URL("../../docs/spec/vectors/settlements/settlements.json", import.meta.url), "utf8"));
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** The bytes of a case's file: the lines of the one it names, with its changes. */
const fileOf = ({ settlement, lines }) => utf8(vectors.settlements[settlement].flatMap((line, i) => {
  const changed = lines[i] === undefined ? line : lines[i];
  return changed === null ? [] : [`${changed}\n`];
}).join(""));
const policyOf = ({ policy }) => policy === null ? null : vectors.policies[policy];
const figures = ({ recomputed: r, completeness: c }) => r === null ? null : [...Object.values(r.window), r.triggered, r.rate, r.payout, r.premiumBack, c.entriesLeftOut, c.stepsWithoutLook];

test("The settlements of the vectors have the same status, verdict and figures", async () => {
  for (const one of vectors.cases) {
    const policy = policyOf(one), report = await verifySettlement(fileOf(one), policy === null ? null : parsePolicy(utf8(policy)));
    const { status, verdict, what, recomputed } = one;
    assert.deepEqual({ status: report.status, verdict: report.verdict, what, recomputed: figures(report) }, { status, verdict, what, recomputed });
    assert.equal(report.differences.length > 0, status === "differs", what);
  }
});

test("Without its first line a settlement is a passport", async () => {
  const one = vectors.cases[0], bytes = fileOf(one);
  assert.equal((await verifyPassport(bytes.slice(bytes.indexOf(10) + 1), parsePolicy(utf8(policyOf(one))))).verdict, "accepted");
});

test("A payout is worked by hand", () => {
  const cover = { threshold: 20_000, width: 100_000, sum: 1_000 }, window = { records: 1_000, epochs: 10, passes: 90, failures: 10, undecided: 0, neither: 0 };
  // 10 % is 8 % of 10 % above 2 %.
  assert.deepEqual(figuresOf(cover, window), { window, triggered: true, rate: 100_000, payout: 800, premiumBack: false });
  // 3 of 100 of 1,000 records may be 2 % of them all.
  assert.equal(figuresOf(cover, { ...window, passes: 97, failures: 3 }).payout, 0);
  assert.equal(figuresOf(cover, { ...window, passes: 0, failures: 100 }).payout, 1_000);
  assert.deepEqual([0, 0].map(n => figuresOf(cover, { ...window, passes: n, failures: 0, neither: 5 }).premiumBack), [true, true]);
});

test("The command line prints the report and ends in its exit code", t => {
  const folder = mkdtempSync(join(tmpdir(), "assay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const one of vectors.cases.filter((c, i) => i < 5 || i % 12 === 0)) {
    const [at, by, policy] = [join(folder, "settlement"), join(folder, "policy.json"), policyOf(one)];
    writeFileSync(at, fileOf(one));
    if (policy !== null) writeFileSync(by, policy);
    const ran = spawnSync(process.execPath, [cli, "settlement", at, "--json", ...policy === null ? [] : ["--policy", by]], { encoding: "utf8" });
    assert.equal(ran.status, one.exitCode, one.what);
    const said = JSON.parse(ran.stdout);
    assert.deepEqual([said.status, said.verdict], [one.status, one.verdict]);
    assert.match(spawnSync(process.execPath, [cli, "settlement", at], { encoding: "utf8" }).stdout, new RegExp(`^${said.status.toUpperCase()}`));
  }
});

test("Damaged settlements are reports and never failures", async () => {
  const random = new Random(9), good = fileOf(vectors.cases[0]), rounds = process.env.ASSAY_FAST === "1" ? 60 : 400, header = good.indexOf(10) + 1;
  for (let round = 0; round < rounds; round++) {
    const bytes = good.slice(0, random.chance(5) ? random.below(good.length) : good.length);
    for (let n = 1 + random.below(3); n > 0; n--) bytes[random.below(round % 3 === 0 ? Math.min(header, bytes.length) : bytes.length)] ^= 1 << random.below(8);
    const report = await verifySettlement(bytes, null);
    assert.ok(report.status !== "recomputed" || bytes.every((b, i) => b === good[i]) || isUnproved(bytes, good), `round ${round}`);
    assert.ok(report.status === "recomputed" || report.problem !== null || report.differences.length > 0);
  }
});

/** Of the first line, the policy's number is what a part of a journal cannot show. */
const isUnproved = (bytes, good) => {
  const line = b => Buffer.from(b.subarray(0, b.indexOf(10))).toString().replace(/"number":\d+/, "");
  return line(bytes) === line(good) && Buffer.from(bytes.subarray(bytes.indexOf(10))).equals(Buffer.from(good.subarray(good.indexOf(10))));
};

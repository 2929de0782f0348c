import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Malformed } from "../dist/errors.js";
import { proofVerifier, readCommitment, verifyProof, verifyProofByTurns } from "../dist/proofs/index.js";
import { quantise } from "../dist/proofs/binding.js";
import { deriveKey } from "../dist/proofs/blake3.js";
import { planOf } from "../dist/proofs/plan.js";
import { ProofRefused } from "../dist/proofs/refusal.js";
import { demandSoundness, overField } from "../dist/proofs/soundness.js";
import { Random } from "./support/random.mjs";

/* docs/spec/vectors/proofs: proofs of small networks, and what is said of them when one thing is different. The C# makes and checks the same files. */

const folder = new URL("../../docs/spec/vectors/proofs/", import.meta.url), cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const hex = text => Uint8Array.from(Buffer.from(text, "hex")), base64 = text => Uint8Array.from(Buffer.from(text, "base64"));
const vectors = readdirSync(folder).filter(f => f.endsWith(".json")).map(name => {
  const v = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
  return {
    name, batch: v.batch, modelId: hex(v.modelId), commitment: base64(v.commitment), proof: base64(v.proof), context: hex(v.context), input: hex(v.input), output: hex(v.output), changes: v.changes,
  };
});
const small = vectors.find(v => v.name === "dense.json");

/** What the verifier says of a vector with other bytes. */
function say({ batch, modelId, commitment, proof, context, input, output }) {
  try {
    const refused = verifyProof(readCommitment(commitment), { modelId, context, batch, input: new Int8Array(input.buffer), output: new Int8Array(output.buffer) }, proof);
    return refused === null ? "holds" : `C${refused.number}`;
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

const flip = (bytes, at, xor) => bytes.map((b, i) => (i === at ? b ^ xor : b));

function changed(v, { of, at, xor }) {
  if (of === "cut") return { ...v, proof: v.proof.slice(0, at) };
  if (of === "append") return { ...v, proof: Uint8Array.of(...v.proof, xor) };
  if (of === "context") return { ...v, context: Uint8Array.of(xor) };
  assert.ok(["proof", "commitment", "input", "output"].includes(of), of);
  return { ...v, [of]: flip(v[of], at, xor) };
}

test("The proofs of the vectors hold", () => {
  assert.ok(vectors.length >= 3);
  for (const v of vectors) assert.equal(say(v), "holds", v.name);
});

test("Changed proofs, commitments and statements are refused by the same check as by the other verifier", () => {
  const found = new Set();
  for (const v of vectors)
    for (const change of v.changes) {
      assert.equal(say(changed(v, change)), change.says, `${v.name} ${JSON.stringify(change)}`);
      found.add(change.says);
    }
  for (const check of ["malformed", "C1", "C3", "C7", "C10", "C15", "C22", "C23", "C24", "C25"]) assert.ok(found.has(check), check);
});

test("No changed byte of a small proof is accepted", () => {
  const step = process.env.ASSAY_FAST === "1" ? 997 : 101;
  for (let i = 0; i < small.proof.length; i += step) assert.notEqual(say({ ...small, proof: flip(small.proof, i, 1 << i % 8) }), "holds", `byte ${i}`);
  for (let i = 0; i < small.proof.length; i += step * 5) assert.equal(say({ ...small, proof: small.proof.slice(0, i) }), "C1", `cut at ${i}`);
});

test("Damaged commitments are malformed or of another model, and never a failure", () => {
  const random = new Random(11), rounds = process.env.ASSAY_FAST === "1" ? 500 : 5000;
  for (const v of vectors)
    for (let round = 0; round < rounds; round++) {
      const bytes = v.commitment.slice(0, random.chance(8) ? random.below(v.commitment.length) : v.commitment.length);
      if (bytes.length === 0) continue;
      for (let n = 1 + random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      if (Buffer.compare(bytes, v.commitment) === 0) continue;
      assert.ok(["malformed", "C1", "C3"].includes(say({ ...v, commitment: bytes })), `${v.name} round ${round}`);
      // And as if it were the model that is published: other checks, or too large, or malformed.
      let id = v.modelId;
      try {
        id = readCommitment(bytes).id;
      } catch {
        continue;
      }
      const proof = v.proof.slice();
      proof.set(id, 40);
      assert.notEqual(say({ ...v, commitment: bytes, modelId: id, proof }), "holds");
    }
});

test("Commitments at the edge of what a reader takes are read, refused and malformed as by the other verifier", () => {
  for (const { name, batch, says, gzip } of JSON.parse(readFileSync(new URL("edges/commitments.json", folder), "utf8"))) {
    const commitment = Uint8Array.from(gunzipSync(base64(gzip)));
    let found;
    try {
      const { id, input, output, model: { parameters: p } } = readCommitment(commitment), count = ({ extents }) => batch * extents.slice(1).reduce((product, n) => product * n, 1);
      const digest = deriveKey("assay.proofs/1 parameters", new Uint8Array(Int32Array.of(p.logColumns, p.logInverseRate, p.queries, p.logRange, 0).buffer));
      const proof = Uint8Array.of(...Buffer.from("ASYP"), 1, 0, 0, 0, ...digest, ...id);
      found = say({ batch, modelId: id, commitment, proof, context: new Uint8Array(), input: new Uint8Array(count(input)), output: new Uint8Array(count(output)) });
    } catch (error) {
      assert.ok(error instanceof Malformed, `${name}: ${error}`);
      found = "malformed";
    }
    assert.equal(found, says, name);
  }
});

test("A page that waits gets the same answer", async () => {
  const commitment = readCommitment(small.commitment), statement = { ...small, input: new Int8Array(small.input.buffer), output: new Int8Array(small.output.buffer) };
  assert.equal(await verifyProofByTurns(commitment, statement, small.proof), null);
  assert.equal((await verifyProofByTurns(commitment, statement, flip(small.proof, small.proof.length - 1, 1))).number, 24);
});

test("The calculator refuses what may be wrong more often than 2^-100", () => {
  const counts = { leaves: 160_304, depth: 18, sumchecks: 500, challenges: 100, rowCoordinates: 14, claims: 30 }, parameters = { logColumns: 12, logInverseRate: 3, queries: 124, logRange: 14 };
  // Σ (3 i + 2) to 17 is 493; θ n of 19 distinct coordinates.
  assert.equal(overField(counts, parameters), BigInt(160_304 + 493 + 500 + 100 + 10 + 24) + (19n << 15n));
  demandSoundness(counts, parameters);
  assert.throws(() => demandSoundness(counts, { ...parameters, queries: 120 }), { number: 2 });
  assert.throws(() => demandSoundness({ ...counts, sumchecks: 2 ** 24 }, parameters), { number: 2 });
  assert.throws(() => demandSoundness({ ...counts, claims: 4097 }, parameters), { number: 2 });
});

test("A float becomes the activation that the profile says", () => {
  const half = Math.fround(0.5);
  assert.deepEqual([NaN, Infinity, -Infinity, 1, 3, -1, -3, 254, 0.99].map(x => quantise(x, half, 3)), [3, 127, -128, 3, 5, 3, 1, 127, 3]);
});

/** docs/spec/tensors.md, of one tensor. */
function encoded(name, type, shape, data) {
  const number = n => {
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64BE(BigInt(n));
    return eight;
  };
  const part = bytes => Buffer.concat([number(bytes.length), bytes]);
  return Uint8Array.from(Buffer.concat([Buffer.from("assay/tensors/v1\n"), number(1), part(Buffer.from(name)), part(Buffer.from(type)), number(shape.length), ...shape.map(number), part(Buffer.from(data))]));
}

const tensors = "application/vnd.assay.tensors.v1";

test("A bundle's proof is held against what the receipt commits to", async () => {
  const evidence = { proof: small.proof, commitment: small.commitment, weights: null }, committed = readCommitment(small.commitment), { extents, name } = committed.input;
  const run = {
    model: Buffer.from(committed.id).toString("hex"), manifest: Buffer.from(committed.manifest).toString("hex"), nonce: null, inputType: tensors, outputType: tensors, inputCommitment: new Uint8Array(32), outputCommitment: new Uint8Array(32),
    input: encoded(name, "int8", [small.batch, ...extents.slice(1)], small.input), output: encoded(committed.output.name, "int8", [small.batch, ...committed.output.extents.slice(1)], small.output),
  };
  const said = async changes => {
    const { holds, detail } = await proofVerifier(evidence, { ...run, ...changes });
    assert.equal(holds, false);
    return /C\d+/.exec(detail)?.[0] ?? detail;
  };
  // The vector's context is another: all is as it should be but the challenges.
  assert.ok(["C7", "C8", "C10"].includes(await said({})));
  assert.equal(await said({ manifest: "09".repeat(32) }), "C3");
  assert.equal(await said({ model: "00".repeat(32) }), "C3");
  assert.equal(await said({ input: encoded("other", "int8", [small.batch, ...extents.slice(1)], small.input) }), "C5");
  assert.equal(await said({ input: run.input.slice(0, -1) }), "C5");
  assert.equal(await said({ input: encoded(name, "int8", [small.batch, 1, ...extents.slice(1)], small.input) }), "C5");
  assert.equal(await said({ inputType: "application/json" }), "C5");
  for (const batch of [0, 2 ** 16 + 1]) assert.equal(await said({ input: encoded(name, "int8", [batch, ...extents.slice(1)], new Uint8Array(batch * extents[1])) }), "C5");
  for (const outputType of ["application/vnd.assay.tokens.v1", "application/vnd.assay.relayed.v1", ""]) assert.equal(await said({ outputType }), "C6");
  assert.equal(await said({ output: encoded(committed.output.name, "int8", [1, ...committed.output.extents.slice(1)], small.output.slice(0, 3)) }), "C6");
});

test("The command line proves, refuses and finds malformed", t => {
  const at = mkdtempSync(join(tmpdir(), "assay-"));
  t.after(() => rmSync(at, { recursive: true }));
  const file = (name, bytes) => {
    writeFileSync(join(at, name), bytes);
    return join(at, name);
  };
  const ask = (v, model = Buffer.from(v.modelId).toString("hex")) => {
    const ran = spawnSync(process.execPath, [cli, "proof", file("proof", v.proof), "--commitment", file("commitment", v.commitment), "--model", model, "--input", file("input", v.input), "--output", file("output", v.output),
      "--context", Buffer.from(v.context).toString("hex"), "--json"], { encoding: "utf8" });
    return [ran.status, JSON.parse(ran.stdout)];
  };
  for (const v of vectors) assert.deepEqual(ask(v), [0, { verdict: "proved", check: null, batch: v.batch, detail: "the committed model gives this output on this input" }]);
  assert.deepEqual(ask({ ...small, output: flip(small.output, 0, 1) }).map(x => x.check ?? x)[0], 10);
  assert.deepEqual([ask(small, "00".repeat(32))[1].check, ask({ ...small, commitment: small.commitment.slice(1) })[0], ask(small, "zz")[0]], [3, 30, 30]);
  assert.equal(spawnSync(process.execPath, [cli, "proof", join(at, "proof")]).status, 2);
});

test("Models that ask for too much are refused before anything is computed", () => {
  const group = { multiplier: 1, shift: 1, zeroPoint: 0, low: -128, high: 127, table: null };
  const refusal = (inputSizes, layers) => {
    try {
      planOf({ inputSizes, inputZeroPoint: 0, layers, parameters: { logColumns: 6, logInverseRate: 3, queries: 124, logRange: 8 } }, 1);
      return null;
    } catch (error) {
      return error instanceof ProofRefused ? error.message : String(error);
    }
  };
  const average = (kernelRows, stride) => ({ kind: "average", input: 0, kernelRows, kernelColumns: 1, stride, dilation: 1, top: 0, left: 0, rows: 1, columns: 1, zeroPoint: 0, groups: [group], groupOf: [0], limbs: false });
  const reshape = (input, sizes) => ({ kind: "reshape", input, sizes }), tooMany = /too many steps/;
  const doubled = Array.from({ length: 20 }, (_, i) => ({ kind: "concat", parts: [i, i], along: 1 }));
  assert.match(refusal([1], doubled), tooMany);
  assert.equal(refusal([1], doubled.slice(0, 12)), null);
  assert.match(refusal([3, 349525], Array.from({ length: 600 }, (_, i) => reshape(i, i % 2 === 0 ? [349525, 3] : [3, 349525]))), tooMany);
  assert.equal(refusal([2 ** 20], Array.from({ length: 1000 }, (_, i) => reshape(i, i % 2 === 0 ? [2 ** 10, 2 ** 10] : [2 ** 20]))), null);
  assert.match(refusal([1, 2 ** 21, 1], [average(1024, 1)]), tooMany);
  assert.match(refusal([1, 2 ** 10, 2 ** 10], Array.from({ length: 100 }, () => average(1, 1024))), tooMany);
  assert.match(refusal([1], [{ kind: "concat", parts: new Array(1025).fill(0), along: 1 }]), /two tensors and more/);
});

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Malformed } from "../dist/errors.js";
import { modelOf, proofVerifierWith, readCommitment, verifyWeights, verifyWeightsByTurns } from "../dist/proofs/index.js";
import { beginning } from "../dist/proofs/header.js";
import { evaluate } from "../dist/proofs/multilinear.js";
import { layersOf } from "../dist/proofs/plan.js";
import { axisOf, pack } from "../dist/proofs/shapes.js";
import { Random } from "./support/random.mjs";
import { paddedAt, partsOf } from "../dist/proofs/weights.js";

/* docs/spec/vectors/proofs/weights: proofs about small models' matrices. The C# makes and checks the same files. */

const tensors = "application/vnd.assay.tensors.v1";
const folder = new URL("../../docs/spec/vectors/proofs/weights/", import.meta.url), json = name => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
const hex = text => Uint8Array.from(Buffer.from(text, "hex")), base64 = text => Uint8Array.from(Buffer.from(text, "base64"));
const vectors = ["dense", "convolutional"].map(name => {
  const v = json(name);
  return { name, commitment: base64(v.commitment), proof: base64(v.proof), changes: v.changes };
});
const joined = (...parts) => Uint8Array.from(Buffer.concat(parts.map(part => Buffer.from(part))));
const flip = (bytes, at, xor) => bytes.map((b, i) => (i === at ? b ^ xor : b));

function say({ commitment, proof }) {
  try {
    const refused = verifyWeights(readCommitment(commitment), proof);
    return refused === null ? "holds" : `C${refused.number}`;
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

/** As if whoever changed the commitment had published it so, and made the file's header for it. */
function published(commitment, proof) {
  try {
    const { id, model } = readCommitment(commitment);
    return joined(Buffer.from("ASYW"), beginning(model.parameters), id, proof.subarray(72));
  } catch (error) {
    if (error instanceof Malformed) return proof;
    throw error;
  }
}

function changed(v, { of, at, xor }) {
  if (of === "cut") return { ...v, proof: v.proof.slice(0, at) };
  if (of === "append") return { ...v, proof: joined(v.proof, [xor]) };
  if (of === "published") {
    const commitment = flip(v.commitment, at, xor);
    return { ...v, commitment, proof: published(commitment, v.proof) };
  }
  assert.ok(["proof", "commitment"].includes(of), of);
  return { ...v, [of]: flip(v[of], at, xor) };
}

test("The proofs about weights hold, and say which model they are about", async () => {
  for (const v of vectors) {
    assert.equal(say(v), "holds", v.name);
    const commitment = readCommitment(v.commitment);
    assert.deepEqual(Buffer.from(modelOf(v.proof)), Buffer.from(commitment.id));
    assert.equal(await verifyWeightsByTurns(commitment, v.proof), null);
    assert.equal((await verifyWeightsByTurns(commitment, flip(v.proof, v.proof.length - 1, 1))).number, 24);
  }
  assert.equal(modelOf(vectors[0].commitment), null);
});

test("Changed ones are refused by the same check as by the other verifier", () => {
  const found = new Set();
  for (const v of vectors)
    for (const change of v.changes) {
      assert.equal(say(changed(v, change)), change.says, `${v.name} ${JSON.stringify(change)}`);
      found.add(change.says);
    }
  for (const check of ["malformed", "C1", "C3", "C7", "C8", "C10", "C12", "C20", "C22", "C23", "C24", "C25"]) assert.ok(found.has(check), check);
});

test("No changed byte is accepted", () => {
  const step = process.env.ASSAY_FAST === "1" ? 997 : 211, [v] = vectors;
  for (let i = 0; i < v.proof.length; i += step) assert.notEqual(say({ ...v, proof: flip(v.proof, i, 1 << i % 8) }), "holds", `byte ${i}`);
});

test("Damaged commitments are refused or malformed, and never a failure", () => {
  const random = new Random(12), rounds = process.env.ASSAY_FAST === "1" ? 300 : 3000;
  for (const file of ["attention", "windows", "every"]) {
    // The proof is another model's: what is looked at is the commitment.
    const commitment = base64(JSON.parse(readFileSync(new URL(`../${file}.json`, folder), "utf8")).commitment), { proof } = vectors[1];
    for (let round = 0; round < rounds; round++) {
      const bytes = commitment.slice();
      for (let n = 1 + random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      assert.notEqual(say({ commitment: bytes, proof: published(bytes, proof) }), "holds", `${file} ${round}`);
    }
  }
});

test("What a bundle carries is judged, and on what the weights rest is said", async () => {
  const v = json("evidence"), run = {
    model: v.model, manifest: v.manifest, nonce: v.nonce, inputType: tensors, outputType: tensors, inputCommitment: hex(v.inputCommitment), outputCommitment: hex(v.outputCommitment), input: base64(v.input), output: base64(v.output),
  };
  const evidence = { proof: base64(v.proof), commitment: base64(v.commitment), weights: null }, weights = base64(v.weights), bad = flip(weights, weights.length - 1, 1);
  const judged = async (changes, given = []) => {
    const { holds, weights: footing } = await proofVerifierWith(given)({ ...evidence, ...changes }, run);
    return holds ? footing : "refused";
  };
  assert.equal(await judged({}), "log-word");
  assert.equal(await judged({ weights }), "proved");
  assert.equal(await judged({}, [weights]), "proved");
  assert.equal(await judged({}, [vectors[0].proof]), "log-word");
  for (const other of [bad, evidence.proof, vectors[0].proof]) assert.equal(await judged({ weights: other }, [weights]), "refused");
  assert.equal(await judged({}, [bad]), "refused");
  assert.equal(await judged({ proof: flip(evidence.proof, 300, 1), weights }), "refused");
});

test("A large model is cut into the same parts", () => {
  const { commitment, parts } = json("parts"), { model } = readCommitment(base64(commitment)), { kinds, shapes } = layersOf(model, 1);
  assert.deepEqual([...partsOf(model, shapes, pack(kinds.flatMap(k => k.weights)))].map(part => part.map(({ bound, number, log, at }) => ({ bound, number, log, at }))), parts);
  const wide = { ...model, layers: model.layers.map(l => ({ ...l, biasBound: 2 ** 27 })) };
  assert.throws(() => [...partsOf(wide, shapes, pack([]))], Malformed);
});

test("Padding is what is beyond the real places", () => {
  for (const [rows, inner, log] of [[5, 9, 7], [5, 9, 3], [5, 9, 5], [1, 1, 0], [8, 16, 4], [3, 1, 2]]) {
    const shape = [axisOf(rows), axisOf(inner)], total = shape[0].log + shape[1].log, point = Array.from({ length: log }, (_, i) => [7 * i + 3, 11, i, 5]);
    for (let number = 0; number < 2 ** (total - log); number++) {
      const table = Array.from({ length: 2 ** log }, (_, i) => {
        const place = number * 2 ** log + i, padded = Math.floor(place / 2 ** shape[1].log) >= rows || place % 2 ** shape[1].log >= inner;
        return [padded ? 1 : 0, 0, 0, 0];
      });
      assert.deepEqual(paddedAt({ shape, log, number, at: 0, bound: null }, point), evaluate(table, point), `${rows} ${inner} ${log} ${number}`);
    }
  }
});

// Powers of tau for snarkjs, made by one party that knows the secret: what a ceremony of many makes, in seconds and only good for measuring.
// Groth (2016) section 3.2; the layout of the file is read by snarkjs itself (sections 1, 2, 4 to 6, 12 to 15 of a prepared file).
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

/** Writes a file for circuits of 2^(power-1) to 2^power constraints, and of no other size. */
export async function writePowers(curve, power, file) {
  const { Fr, G1, G2 } = curve;
  const random = () => Fr.fromRng({ nextU64: () => randomBytes(8).readBigUInt64LE() });
  const [tau, alpha, beta] = [random(), random(), random()];
  const size = 2 ** power, one = lagrange(Fr, tau, power), two = lagrange(Fr, tau, power + 1);
  const [first, second] = [multiples(G1), multiples(G2)];
  const scaled = (values, by) => values.map(v => Fr.mul(v, by));
  const header = Buffer.alloc(44);
  header.writeUInt32LE(32, 0);
  for (let i = 0, q = curve.q; i < 32; i++, q >>= 8n)
    header[4 + i] = Number(q & 255n);
  header.writeUInt32LE(power, 36);
  header.writeUInt32LE(power, 40);
  const sections = [
    [1, 0, header],
    // Only hashed.
    [2, 3 * size * 64 - 1, Buffer.alloc(1)],
    [4, 0, await points(curve, G1, first, [alpha])],
    [5, 0, await points(curve, G1, first, [beta])],
    [6, 0, await points(curve, G2, second, [beta])],
    [12, (2 * size - 1) * 64, await points(curve, G1, first, two), (size - 1) * 64, await points(curve, G1, first, one)],
    [13, (size - 1) * 128, await points(curve, G2, second, one)],
    [14, (size - 1) * 64, await points(curve, G1, first, scaled(one, alpha))],
    [15, (size - 1) * 64, await points(curve, G1, first, scaled(one, beta))],
  ];
  const out = openSync(file, "w");
  const start = Buffer.alloc(12);
  start.write("ptau");
  start.writeUInt32LE(1, 4);
  start.writeUInt32LE(sections.length, 8);
  writeSync(out, start, 0, 12, 0);
  let at = 12;
  for (const [id, offset, bytes, otherOffset, other] of sections) {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(id, 0);
    head.writeBigUInt64LE(BigInt(offset + bytes.length), 4);
    writeSync(out, head, 0, 12, at);
    // What is not written in between reads as zeros, and is not read.
    writeSync(out, bytes, 0, bytes.length, at + 12 + offset);
    if (other)
      writeSync(out, other, 0, other.length, at + 12 + otherOffset);
    at += 12 + offset + bytes.length;
  }
  closeSync(out);
}

// The Lagrange polynomials of the 2^power roots of unity at tau.
function lagrange(Fr, tau, power) {
  const size = 2 ** power, values = [];
  const factor = Fr.div(Fr.sub(Fr.exp(tau, BigInt(size)), Fr.one), Fr.e(BigInt(size)));
  for (let i = 0, root = Fr.one; i < size; i++, root = Fr.mul(root, Fr.w[power]))
    values.push(Fr.div(Fr.mul(factor, root), Fr.sub(tau, root)));
  return values;
}

// d · 2^(8 j) · generator, for every byte d at every place j of a scalar.
function multiples(G) {
  const table = [];
  for (let j = 0, base = G.g; j < 32; j++) {
    const row = [G.zero];
    for (let d = 1; d < 256; d++)
      row.push(G.add(row[d - 1], base));
    table.push(row);
    base = G.add(row[255], base);
  }
  return table;
}

async function points({ Fr }, G, table, scalars) {
  const { F: field } = G, length = field.n8 * 3;
  const all = new Uint8Array(scalars.length * length), little = new Uint8Array(32);
  scalars.forEach((scalar, i) => {
    Fr.toRprLE(little, 0, scalar);
    let sum = G.zero;
    for (let j = 0; j < 32; j++)
      if (little[j])
        sum = G.add(sum, table[j][little[j]]);
    all.set(sum, i * length);
  });
  return G.batchToAffine(all);
}

// circomlib-ml and snarkjs (Groth16 on BN254), compiled by circom2, all WebAssembly: one command a line on standard input, one answer a line on standard output.
//   node circom.mjs FOLDER                                    a folder for the circuit and its keys
//   {"do":"setup","layers":[...]}                             -> {"seconds","constraints","keyBytes"}   circuit (bench/zk/network.mjs), powers of tau, keys
//   {"do":"prove","input":[...]}                              -> {"seconds","bytes","outputs"}          witness and proof; bytes of its eight coordinates
//   {"do":"verify"}                                           -> {"seconds","valid"}                    the proof before
//   {"do":"forged"}                                           -> {"valid"}                              the same for another output
// It times its own work, so what the pipe costs is in no figure.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import * as snarkjs from "snarkjs";
import { circuit } from "./network.mjs";
import { writePowers } from "./powers.mjs";

const folder = path.resolve(process.argv[2]);
const file = name => path.join(folder, name);
const require = createRequire(import.meta.url);
const modules = path.resolve(path.dirname(require.resolve("circom2/package.json")), "..");
const versions = Object.fromEntries(["circomlib-ml", "snarkjs", "circom2"].map(name => [name, JSON.parse(readFileSync(path.join(modules, name, "package.json"), "utf8")).version]));
const field = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const signed = text => { const value = BigInt(text); return Number(value > field / 2n ? value - field : value); };

let key, made;

const commands = {
  async setup({ layers }) {
    writeFileSync(file("network.circom"), circuit(layers));
    const start = performance.now();
    const compiled = spawnSync(process.execPath, [path.join(modules, "circom2/cli.js"), file("network.circom"), "--r1cs", "--wasm", "--O1", "-l", modules, "-o", folder], { encoding: "utf8" });
    if (compiled.status !== 0)
      throw new Error(`circom2: ${(compiled.stderr || compiled.stdout).trim().split("\n").at(-1)}`);
    const { nConstraints, nPubInputs, nOutputs } = await snarkjs.r1cs.info(file("network.r1cs"));
    const curve = await snarkjs.curves.getCurveFromName("bn128");
    await writePowers(curve, Math.ceil(Math.log2(nConstraints + nPubInputs + nOutputs + 1)), file("powers.ptau"));
    await snarkjs.zKey.newZKey(file("network.r1cs"), file("powers.ptau"), file("network.zkey"));
    key = await snarkjs.zKey.exportVerificationKey(file("network.zkey"));
    return { seconds: (performance.now() - start) / 1000, constraints: nConstraints, keyBytes: statSync(file("network.zkey")).size };
  },
  async prove({ input }) {
    const start = performance.now();
    made = await snarkjs.groth16.fullProve({ x: input.map(String) }, file("network_js/network.wasm"), file("network.zkey"));
    const outputs = made.publicSignals.slice(0, key.nPublic - input.length).map(signed);
    return { seconds: (performance.now() - start) / 1000, bytes: 8 * 32, outputs };
  },
  async verify() {
    const start = performance.now();
    const valid = await snarkjs.groth16.verify(key, made.publicSignals, made.proof);
    return { seconds: (performance.now() - start) / 1000, valid };
  },
  async forged() {
    const [first, ...rest] = made.publicSignals;
    return { valid: await snarkjs.groth16.verify(key, [String((BigInt(first) + 1n) % field), ...rest], made.proof) };
  },
};

const answer = value => process.stdout.write(JSON.stringify(value) + "\n");
answer({ version: `${versions["circomlib-ml"]} + ${versions.snarkjs}, ${os.cpus().length} threads` });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const command = JSON.parse(line);
    answer(await commands[command.do](command));
  } catch (e) {
    answer({ error: String(e?.message ?? e) });
  }
}
process.exit(0);

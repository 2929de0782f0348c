// llama.cpp as node-llama-cpp ships it, for Assay.Bench: one command a line on standard input, one answer a line on standard output.
//   node llama.mjs FOLDER      the folder that holds llama-addon.node and its libraries
//   {"do":"load","model":F}                                   -> {"seconds"}     the model, its weights arranged for this machine
//   {"do":"context","threads":T,"length":C,"sequences":S}     -> {"seconds"}     in place of the one before; C positions for each sequence
//   {"do":"prefill","tokens":[...],"sequences":S}             -> {"seconds"}     sequences begin anew with the tokens; the scores after the last
//   {"do":"decode","from":P,"tokens":[...],"sequences":S}     -> {"seconds"}     sequences are cut to P tokens and get the others one at a time
//   {"do":"scores","tokens":[...],"of":[...]}                 -> {"scores"}      some of the scores after the last token
// It times its own work, so what the pipe costs is in no figure. Its low-level module is used, which lets llama.cpp decode and nothing else.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const folder = path.resolve(process.argv[2]);
const llama = createRequire(import.meta.url)(path.join(folder, "llama-addon.node"));
const said = [];
llama.setLogger((level, text) => said.push(text));
llama.setLoggerLogLevel(2);
llama.loadBackends(folder);
await llama.init();
const library = readFileSync("/proc/self/maps", "utf8").match(/libggml-cpu-([a-z0-9_]+)\.so/)?.[1] ?? "none";
const { buildOptions } = JSON.parse(readFileSync(path.join(folder, "_nlcBuildMetadata.json"), "utf8"));
const batchSize = 512; // its default

let model, context;

const commands = {
  async load({ model: file }) {
    await context?.dispose();
    await model?.dispose();
    [context, model] = [undefined, new llama.AddonModel(file, { addonExports: llama, gpuLayers: 0, useMmap: true })];
    if (!await model.init())
      throw new Error(`it does not load ${file}: ${said.splice(0).join("").trim()}`);
  },
  async context({ threads, length, sequences }) {
    await context?.dispose();
    context = new llama.AddonContext(model, { threads, contextSize: length * sequences, sequences, batchSize, flashAttention: "auto" });
    if (!await context.init())
      throw new Error(`it makes no context: ${said.splice(0).join("").trim()}`);
  },
  async prefill({ tokens, sequences }) {
    for (let s = 0; s < sequences; s++)
      context.disposeSequence(s);
    for (let s = 0; s < sequences; s++)
      await append(s, 0, Uint32Array.from(tokens));
  },
  async decode({ from, tokens, sequences }) {
    for (let s = 0; s < sequences; s++)
      context.removeTokenCellsFromSequence(s, from, -1);
    const [token, last] = [new Uint32Array(1), Uint32Array.of(0)];
    return async () => {
      for (let i = 0; i < tokens.length; i++) {
        token[0] = tokens[i];
        context.initBatch(sequences);
        for (let s = 0; s < sequences; s++)
          context.addToBatch(s, from + i, token, last);
        await context.decodeBatch();
      }
    };
  },
  async scores({ tokens, of }) {
    context.disposeSequence(0);
    const row = await append(0, 0, Uint32Array.from(tokens));
    const sampler = new llama.AddonSampler(model);
    sampler.applyConfig({ temperature: 0 });
    const [, , , found] = await context.sampleToken(row, sampler, false, false, [of, false, false, false, 0]);
    sampler.dispose();
    const scores = new Map();
    for (let i = 0; i < found.length; i += 2)
      scores.set(found[i], found[i + 1]);
    return { scores: of.map(id => scores.get(id)) };
  },
};

async function append(sequence, from, tokens) {
  let row = 0;
  for (let i = 0; i < tokens.length; i += batchSize) {
    const part = tokens.subarray(i, i + batchSize);
    context.initBatch(part.length);
    [row] = context.addToBatch(sequence, from + i, part, i + part.length === tokens.length ? Uint32Array.of(part.length - 1) : new Uint32Array(0));
    await context.decodeBatch();
  }
  return row;
}

const answer = value => process.stdout.write(JSON.stringify(value) + "\n");
answer({ library, version: buildOptions.llamaCpp.release });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const command = JSON.parse(line);
    let start = performance.now();
    let result = await commands[command.do](command);
    if (typeof result === "function") {
      start = performance.now();
      result = await result();
    }
    answer({ seconds: (performance.now() - start) / 1000, ...result });
  } catch (e) {
    answer({ error: String(e?.message ?? e) });
  }
}
process.exit(0);

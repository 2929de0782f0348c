import { readFileSync, readdirSync, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { b64, keyOf } from "./signing.mjs";
import { bytesOf, issue } from "./issuer.mjs";
import { cases, unread } from "./cases.mjs";
import * as mutate from "./mutate.mjs";

/* Pairs of a bundle and a policy, by number: most of them wrong somewhere, many of them well signed all the same. */

const seeds = [...cases, ...unread].map(([, options]) => options);
const issued = new Map();
function seedOf(n) {
  if (!issued.has(n)) issued.set(n, issue(seeds[n]));
  return issued.get(n);
}

/** The bundles of the conformance kit that are JSON, and have a policy. */
const kit = fileURLToPath(new URL("../../../docs/spec/vectors/verify/", import.meta.url));
const kept = readdirSync(kit).sort().map(name => `${kit}${name}/`).filter(at => existsSync(`${at}policy.json`)).flatMap(at => attempt(() =>
  [{ bundle: JSON.parse(readFileSync(`${at}bundle.receipt.json`)), policy: JSON.parse(readFileSync(`${at}policy.json`)) }]) ?? []).filter(({ bundle }) => Array.isArray(bundle?.keyHistory));

const parts = ["genesis", "genesisStatement", "model", "modelStatement", "introduce", "introduceStatement", "renew", "renewStatement", "retire", "retireStatement", "compromise", "epoch", "epochStatement", "receipt", "receiptStatement"];
const texts = ["promiseText", "promiseNote", "checkpointText", "checkpointNote", "indexText", "indexNote", "logProof", "tlogPolicy"];
const envelopes = ["genesisEnvelope", "modelEnvelope", "introduceEnvelope", "renewEnvelope", "epochEnvelope", "envelope"];
const payloads = ["genesisPayload", "modelPayload", "introducePayload", "epochPayload", "receiptPayload"];

/** Options drawn at random: what a log, a receipt and a policy can look like. */
function options(random) {
  const tokens = random.chance(2), count = random.below(6), pieces = tokens ? count : 2;
  const span = pieces > 0 ? (from => [from, 1 + random.below(pieces - from)])(random.below(pieces)) : "whole";
  return {
    rootAlgorithms: Array.from({ length: 1 + random.below(3) }, () => random.pick(["ed25519", "ecdsa-p256-sha256"])), threshold: 1, rootThreshold: 1,
    serving: random.pick(["ed25519", "ed25519", "ecdsa-p256-sha256"]), output: tokens ? "tokens" : "tensors", tokens: count, outputBytes: random.pick([0, 1, 100, 65536, 65537, 131072]),
    wire: random.chance(2), nonce: random.chance(2), before: random.below(4), after: random.below(4), notBefore: random.below(8), renew: random.chance(3), retire: random.chance(5), epochBefore: random.chance(6),
    compromise: random.chance(4) ? random.pick(["before", "after"]) : null, witnesses: random.below(4), quorum: random.below(3), completeness: !random.chance(4), indexers: 1 + random.below(2), venue: random.chance(3),
    disclose: { input: !random.chance(4), wireInput: !random.chance(4), output: random.pick(["whole", "whole", span, null]) },
    require: ["integrity", "signature", "log", "key", ...["witnesses", "time", "model", "input", "output", "execution", "completeness"].filter(() => random.chance(3))], execution: random.pick(["any", "any", "any", "reproduced"]),
  };
}

/** One to three well-signed changes of the parts that a log and a receipt are made of. */
function edits(random) {
  const edit = {}, signers = {};
  for (let n = 1 + random.below(3); n > 0; n--)
    switch (random.below(8)) {
      case 0: case 1: case 2: case 3: edit[random.pick(parts)] = part => mutate.tree(random, part); break;
      case 4: edit[random.pick(texts)] = part => mutate.text(random, part); break;
      case 5: edit[random.pick(envelopes)] = part => mutate.tree(random, part); break;
      case 6: edit[random.pick(payloads)] = part => (random.chance(2) ? Buffer.from(mutate.bits(random, part)) : Buffer.from(mutate.spelling(random, part.toString()))); break;
      default: signers[random.pick(["genesis", "model", "introduce", "renew", "epoch"])] = ({ roots, logKey, serving }) => [...new Set([random.pick(roots), random.pick([...roots, logKey, serving, keyOf("foreign")])])]; break;
    }
  return { edit, signers };
}

/** The payload of an envelope or of an entry in a bundle, changed and not signed again. */
function payload(random, bundle) {
  const change = envelope => {
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64"));
    envelope.payload = b64(Buffer.from(JSON.stringify(mutate.tree(random, statement))));
    return envelope;
  };
  const held = random.pick([bundle, ...bundle.keyHistory, bundle.modelEntry, bundle.completeness?.epoch ?? bundle]);
  if (held === bundle) change(bundle.envelope);
  else held.entry = b64(Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(held.entry, "base64"))))));
}

/** The pair number n: { bundle, policy } in bytes, and how it was made. A pair without a policy has null. */
export function pair(random, n) {
  const kind = n < seeds.length ? "seed" : random.pick(["signed", "signed", "signed", "tree", "tree", "payload", "bits", "spelling", "policy", "policy bits", "swap", "options"]);
  if (kind === "signed" || kind === "options") {
    const made = attempt(() => issue({ ...(random.chance(3) ? random.pick(seeds) : options(random)), ...(kind === "signed" ? edits(random) : {}) }));
    return made === null ? pair(random, n) : { kind, ...inBytes(made, random) };
  }
  const at = kind === "seed" ? n : random.below(seeds.length), fromKit = kind !== "seed" && random.chance(3);
  const seed = fromKit ? random.pick(kept) : seedOf(at), donor = fromKit ? random.pick(kept) : seedOf(random.below(seeds.length));
  if (kind === "seed") return { kind, bundle: bytesOf(seed.bundle), policy: seeds[at].policy === null ? null : bytesOf(seed.policy) };
  const made = { bundle: mutate.clone(seed.bundle), policy: mutate.clone(seed.policy) };
  if (kind === "tree") for (let m = 1 + random.below(2); m > 0; m--) mutate.tree(random, made.bundle, donor.bundle);
  if (kind === "payload" && attempt(() => payload(random, made.bundle) ?? true) === null) return pair(random, n);
  if (kind === "policy") mutate.tree(random, made.policy, donor.policy);
  if (kind === "swap") { const name = random.pick(Object.keys(donor.bundle)); made.bundle[name] = mutate.clone(donor.bundle[name]); }
  const bytes = inBytes(made, random);
  if (kind === "bits") bytes.bundle = mutate.bits(random, bytes.bundle);
  if (kind === "policy bits") bytes.policy = bytesOf(mutate.spelling(random, JSON.stringify(made.policy)));
  if (kind === "spelling") bytes.bundle = bytesOf(mutate.spelling(random, JSON.stringify(made.bundle)));
  return { kind, ...bytes };
}

const inBytes = (made, random) => ({ bundle: bytesOf(made.bundle), policy: random.chance(8) ? null : bytesOf(made.policy) });

/** A change may leave nothing that could be issued (a sequence that is no number): then another is drawn. */
function attempt(make) {
  try {
    return make();
  } catch {
    return null;
  }
}


import { b64, cosignature, envelope, keyOf, noteLine, pae, sha, u64, vkey } from "./signing.mjs";
import { consistency, head, inclusion, leafOf } from "./tree.mjs";
import { commit, cutTensors, outputTree, token } from "./output.mjs";

/*
 * A whole small log in memory, and a receipt of it with its bundle and a policy, made from the specification alone.
 * `edit` holds functions by the name of a part: each is given the part before it is signed or hashed and may change it or
 * return another, so that a wrong value is well signed and the deep checks are reached. `signers` says which keys sign a part.
 */

export const origin = "log.example/assay";
const frame = (subject, predicateType, predicate) => ({ _type: "https://in-toto.io/Statement/v1", subject: [subject], predicateType, predicate });

export const defaults = {
  rootAlgorithms: ["ed25519", "ecdsa-p256-sha256", "ed25519"], threshold: 2, rootThreshold: 2, serving: "ed25519",
  output: "tensors", outputBytes: 100, tokens: 5, wire: false, nonce: true, auditable: true, disclose: { input: true, wireInput: true, output: "whole" },
  before: 2, after: 3, notBefore: 4, renew: false, retire: false, compromise: null, witnesses: 2, quorum: 1,
  completeness: true, indexers: 1, indexerThreshold: 1, venue: false, require: ["integrity", "signature", "log", "key", "model", "input", "output"], execution: "any",
};

export function issue(options = {}) {
  const o = { ...defaults, ...options }, edit = o.edit ?? {};
  const edited = (name, part) => edit[name]?.(part) ?? part;
  const roots = o.rootAlgorithms.map((a, i) => keyOf(`root ${i}`, a)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const logKey = keyOf("log"), serving = keyOf("serving", o.serving), other = keyOf("other serving");
  const signers = name => o.signers?.[name]?.({ roots, logKey, serving, other }) ?? (name === "receipt" ? [serving] : name === "epoch" ? [logKey] : roots.slice(0, o.threshold));

  const entries = [], leaves = [], sealed = new Map(), events = new Map();
  const append = entry => { entries.push(entry); leaves.push(leafOf(entry)); return entries.length - 1; };
  const open = (name, subject, type, predicate) => {
    const statement = edited(`${name}Statement`, frame(subject(edited(name, predicate)), type, predicate));
    const body = edited(`${name}Payload`, Buffer.from(JSON.stringify(statement)));
    const index = append(Buffer.from(edited(`${name}Entry`, JSON.stringify(edited(`${name}Envelope`, envelope(body, signers(name)))))));
    return index;
  };
  const keyEvent = (name, key, predicate) => {
    const index = open(name, () => ({ name: "key", digest: { sha256: key.id } }), "urn:assay:key:v1", { origin, ...predicate });
    events.set(key.id, [...(events.get(key.id) ?? []), index]);
    return index;
  };

  // Genesis, the model, the keys.
  const rootSet = g => sha("assay/roots/v1\n", u64(g.threshold), ...g.rootKeys.map(k => sha(Buffer.from(k, "base64")))).toString("hex");
  open("genesis", g => ({ name: g.origin, digest: { sha256: rootSet(g) } }), "urn:assay:genesis:v1", {
    origin, rootKeys: roots.map(k => b64(k.spki)), threshold: o.threshold, logKey: vkey(origin, 1, logKey), maxLease: 1000, promiseSeconds: 10, node: "node-1", createdAt: "2026-01-01T00:00:00Z",
  });
  const files = [{ name: "config.json", sha256: sha("config").toString("hex"), size: 6 }, { name: "weights/model.onnx", sha256: sha("weights").toString("hex"), size: 7 }];
  const manifest = sha(...files.map(f => Buffer.from(f.sha256, "hex"))).toString("hex"), graph = sha("graph").toString("hex");
  const modelIndex = open("model", m => ({ name: `${m.name}@${m.version}`, digest: { sha256: m.manifest } }), "urn:assay:model:v1",
    { origin, name: "digits", version: "1", manifest, format: "onnx", graph, files });
  keyEvent("otherIntroduce", other, introduction(other, manifest));
  const history = [keyEvent("introduce", serving, introduction(serving, manifest))];

  const seal = (key, sequence, env) => {
    const leafIndex = append(edited("sealed", Buffer.concat([
      Buffer.from("assay/sealed/v1\n"), u64(sequence), sha(pae(Buffer.from(env.payload, "base64"))), sha(key.spki),
      Buffer.of(key.algorithm === "ed25519" ? 1 : 2, 0, 64), Buffer.from(env.signatures[0].sig, "base64")])));
    sealed.set(key.id, [...(sealed.get(key.id) ?? []), leafIndex]);
    return leafIndex;
  };
  const plain = (key, n) => seal(key, sealed.get(key.id)?.length ?? 0, envelope({ n }, [key]));
  for (let n = 0; n < o.before; n++) { plain(serving, n); plain(other, n); }
  let epoch = o.completeness && o.epochBefore ? makeEpoch(-1) : null;
  if (o.renew) history.push(keyEvent("renew", serving, { action: "renew", until: entries.length + 500 }));

  // The receipt.
  const salt = name => sha(`salt of ${name}`), input = o.inputBytes ?? Buffer.from("the canonical tensors of an input"), wire = o.wireBytes ?? Buffer.from("{\"inputs\":[]}");
  const pieces = o.pieces ?? (o.output === "tokens" ? Array.from({ length: o.tokens }, (_, i) => token(i, `t${i} \u00e9`, i % 2 ? [i, 7] : [])) : cutTensors(o.outputBuffer ?? Buffer.alloc(o.outputBytes, 7)));
  const outputBytes = Buffer.concat(pieces), tree = outputTree(o.output, edited("pieces", pieces), salt("output"));
  const commitment = (name, type, bytes) => ({ mediaType: type, length: bytes.length, commitment: commit(name, salt(name), bytes) });
  const notBefore = Math.min(o.notBefore, entries.length);
  const predicate = {
    recordId: "00112233445566778899aabbccddeeff", sequence: sealed.get(serving.id)?.length ?? 0, ...(o.nonce ? { clientNonce: o.nonce === true ? "nonce-1" : o.nonce } : {}),
    issuer: { keyId: serving.id, node: "node-1" }, model: { name: "digits", version: "1", manifest, format: "onnx" },
    input: { ...commitment("input", "application/vnd.assay.tensors.v1", input), ...(o.wire ? { wire: commitment("wire-input", "application/json", wire) } : {}) },
    output: o.output === "tokens"
      ? { mediaType: "application/vnd.assay.tokens.v1", length: outputBytes.length, tokens: pieces.length, commitment: tree.commitment }
      : { mediaType: "application/vnd.assay.tensors.v1", length: outputBytes.length, pieceLength: 65536, commitment: tree.commitment },
    parameters: {}, execution: { profile: "assay-f32-v1", engine: { name: "assay", version: "0.1.0", build: "test" }, determinism: "exact", graph },
    requestedAt: "2026-01-02T03:04:05Z", completedAt: "2026-01-02T03:04:05.1234567Z", notBefore: { origin, size: notBefore, root: b64(head(leaves.slice(0, notBefore))) },
    auditable: o.auditable, venue: o.venue ? [{ claim: "region eu-1", source: "operator" }] : [], evidence: [], critical: [],
  };
  const changed = edited("receipt", predicate);
  const statement = edited("receiptStatement", frame({ name: "output", digest: { "assay-hmac-sha256": changed.output?.commitment } }, "urn:assay:inference:v1", changed));
  const env = edited("envelope", envelope(edited("receiptPayload", Buffer.from(JSON.stringify(statement))), signers("receipt")));
  const index = seal(serving, Number(changed.sequence), env);
  for (let n = 0; n < o.after; n++) plain(n % 2 ? other : serving, n);

  // The verifiable index.
  if (o.completeness && !o.epochBefore) epoch = makeEpoch(index);
  if (o.retire) history.push(keyEvent("retire", serving, { action: "retire" }));
  if (o.compromise !== null) history.push(keyEvent("compromise", serving, { action: "compromise", from: o.compromise === "before" ? index : index + 1 }));
  append(Buffer.from("an entry at the end"));

  function makeEpoch(index) {
    const size = entries.length, keys = [...events.keys()].sort(), record = n => Buffer.concat([u64(n), leaves[n]]);
    const heads = keys.map(id => ({ id, events: events.get(id), records: sealed.get(id) ?? [] })).map(k => ({
      ...k, recordsHead: head(k.records.map(n => leafOf(record(n)))), eventsHead: head(k.events.map(n => leafOf(record(n)))),
    }));
    const indexLeaves = heads.map(k => leafOf(Buffer.concat([Buffer.from("assay/index/v1\n"), Buffer.from(k.id, "hex"), u64(k.events.length), k.eventsHead, u64(k.records.length), k.recordsHead])));
    const at = open("epoch", e => ({ name: e.origin, digest: { sha256: Buffer.from(e.index, "base64").toString("hex") } }), "urn:assay:epoch:v1",
      { origin, size, root: b64(head(leaves)), keys: keys.length, index: b64(head(indexLeaves)) });
    const mine = heads.findIndex(k => k.id === serving.id), k = heads[mine];
    const e = { origin, size, root: b64(head(leaves.slice(0, size))), keys: keys.length, index: b64(head(indexLeaves)) };
    return {
      at, size, key: { position: mine, events: k.events.length, count: k.records.length, records: b64(k.recordsHead), path: inclusion(indexLeaves, mine).map(b64) },
      record: inclusion(k.records.map(n => leafOf(record(n))), Math.max(k.records.indexOf(index), 0)).map(b64),
      note: `assay/index/v1\n${e.origin}\n${e.size}\n${e.root}\n${e.keys}\n${e.index}\n`,
    };
  }

  // Promise, checkpoint, bundle.
  const first = Math.max(index - 1, 0), batch = leaves.slice(first, index + 2);
  const promiseText = edited("promiseText", `assay/promise/v1\n${origin}\n${first} ${batch.length}\n${b64(head(batch))}\n1770000000\n`);
  const promise = edited("promiseNote", `${promiseText}\n${noteLine(origin, o.promiseKey ?? logKey, promiseText)}`);
  const text = edited("checkpointText", `${origin}\n${leaves.length}\n${b64(head(leaves))}\n`);
  const witness = n => keyOf(`witness ${n}`), witnessName = n => `witness.example/w${n}`;
  const lines = Array.from({ length: o.witnesses }, (_, n) => cosignature(witnessName(n), witness(n), text, 1769000000 + 10 * n));
  const note = edited("checkpointNote", [`${text}\n`, noteLine(origin, o.checkpointKey ?? logKey, text), ...lines].join(""));
  const proven = n => ({ index: n, entry: b64(entries[n]), path: inclusion(leaves, n).map(b64) });
  const logProof = edited("logProof", ["c2sp.org/tlog-proof@v1", `index ${index}`, ...inclusion(leaves, index).map(b64), "", note].join("\n"));
  const indexText = epoch === null ? "" : edited("indexText", epoch.note);
  const indexerLines = Array.from({ length: Math.max(o.indexers, 1) }, (_, n) => noteLine(`indexer.example/i${n}`, keyOf(`indexer ${n}`), indexText));
  const whole = { salt: b64(salt("output")), bytes: b64(outputBytes) };
  const span = o.disclose.output;
  const bundle = edited("bundle", {
    mediaType: "application/vnd.assay.bundle.v1+json", envelope: env, promise: { note: promise, path: inclusion(batch, index - first).map(b64) }, logProof,
    keyHistory: [0, ...history].map(proven), modelEntry: proven(modelIndex), notBefore: { path: consistency(leaves, notBefore).map(b64) },
    ...(epoch === null ? {} : {
      completeness: {
        epoch: proven(epoch.at), note: edited("indexNote", `${indexText}\n${indexerLines.join("")}`), prefix: consistency(leaves, epoch.size).map(b64),
        key: epoch.key, record: epoch.record,
      },
    }),
    evidence: [],
    disclosures: {
      ...(o.disclose.input ? { input: { salt: b64(salt("input")), bytes: b64(input) } } : {}),
      ...(o.wire && o.disclose.wireInput ? { wireInput: { salt: b64(salt("wire-input")), bytes: b64(wire) } } : {}),
      ...(span === "whole" ? { output: whole } : Array.isArray(span) ? { output: tree.span(...span) } : {}),
    },
  });

  const known = Array.from({ length: o.witnesses }, (_, n) => `witness w${n} ${vkey(witnessName(n), 4, witness(n))}\n`);
  const group = o.witnesses > 0 && o.quorum > 0 ? `group all ${o.quorum} ${known.map((_, n) => `w${n}`).join(" ")}\nquorum all\n` : "quorum none\n";
  const policy = edited("policy", {
    mediaType: "application/vnd.assay.policy.v1+json", name: "test", log: edited("tlogPolicy", `log ${vkey(origin, 1, logKey)}\n${known.join("")}${group}`),
    roots: roots.map(k => b64(k.spki)), rootThreshold: o.rootThreshold,
    indexers: Array.from({ length: o.indexers }, (_, n) => vkey(`indexer.example/i${n}`, 1, keyOf(`indexer ${n}`))), indexerThreshold: o.indexerThreshold,
    require: [...o.require], execution: o.execution, venue: "any",
  });
  return { bundle, policy, index, logKey, checkpoint: note, promise, salts: { input: b64(salt("input")), output: b64(salt("output")) } };
}

const introduction = (key, manifest) => ({
  action: "introduce", key: b64(key.spki), algorithm: key.algorithm, until: 500,
  segment: { service: "inference", model: manifest, profile: "assay-f32-v1", region: "eu-1" },
});

export const bytesOf = value => new Uint8Array(typeof value === "string" || Buffer.isBuffer(value) ? Buffer.from(value) : Buffer.from(JSON.stringify(value)));

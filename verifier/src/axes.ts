import { u64be, utf8 } from "./bytes.js";
import { toBase64 } from "./base64.js";
import { fromHex } from "./hex.js";
import { cosignedAt } from "./checkpoint.js";
import { hasFault, isPrefix, isProved, logKeyOf, sameKey, type Case } from "./judge.js";
import { verifySignature } from "./keys.js";
import { includes, isConsistent, leafHash, treeHead } from "./merkle.js";
import { isSignedBy, lineOf, verifyLine } from "./note.js";
import { isQuorum } from "./tlogpolicy.js";
import { promises } from "./promise.js";
import { judgeInput } from "./disclosure.js";
import { notChecked, refuted, unverifiable, verified, type Judgement } from "./report.js";

/* One function for each axis, its checks in the order of the tables of docs/spec/verification.md section 2. */

export function integrity({ bundle: b }: Case): Judgement {
  if (b.envelope.signatures[0]!.keyId !== b.receipt.issuer.keyId) return refuted("key-id", "the envelope names another key than the statement");
  const { origin } = b.logProof.checkpoint;
  if ([b.promise.origin, b.genesis.event.origin, b.receipt.notBefore.origin].some(o => o !== origin))
    return refuted("origin", "promise, genesis or notBefore names another log than the checkpoint");
  return verified("agrees", "the parts of the bundle speak of one log, one key, one statement");
}

export async function signature(c: Case): Promise<Judgement> {
  if (c.servingKey === null) return unverifiable("no-key", "the bundle has no key by the id that the statement names");
  return await verifySignature(c.servingKey, c.bundle.envelope.pae, c.bundle.envelope.signatures[0]!.bytes)
    ? verified("signed", "the serving key signed exactly these bytes")
    : refuted("bad-signature", "the signature does not verify under the serving key");
}

export async function log(c: Case): Promise<Judgement> {
  const { promise, promisePath, logProof: { checkpoint, path } } = c.bundle, { size, root, origin } = checkpoint;
  if (!c.policy.log.logs.some(l => l.name === origin)) return refuted("unknown-log", "the policy does not know this log");
  const logKey = logKeyOf(c);
  if (logKey === undefined) return refuted("checkpoint-signature", "no log of the policy signed the checkpoint");
  if (!includes(c.index, size, c.leaf, path, root)) return refuted("inclusion", "the entry is not in the checkpoint's tree at its index");
  if (!await isSignedBy(promise.note, logKey)) return refuted("promise-signature", "the log did not sign the promise");
  if (!promises(promise, c.index, c.leaf, promisePath)) return refuted("promise-coverage", "the promise is about other entries");
  return verified("included", `entry ${c.index} of ${size}, under a checkpoint that the log signed`);
}

/** The axis witnesses, and the time at which a quorum had cosigned (Unix seconds), if it is verified. */
export async function witnesses(c: Case): Promise<{ judgement: Judgement; since: bigint | null }> {
  const { quorum, witnesses: known } = c.policy.log;
  if (quorum === null) return { judgement: notChecked("none-asked", "the policy asks for no witnesses"), since: null };
  const cosigned: { id: string; time: bigint }[] = [];
  for (const witness of known) {
    const time = await cosignedAt(c.bundle.logProof.checkpoint.note, witness);
    if (time === false) return { judgement: refuted("cosignature", "a cosignature of a known witness does not verify"), since: null };
    if (time !== null) cosigned.push({ id: witness.key.id, time });
  }
  const count = `${cosigned.length} of ${known.length} witnesses cosigned`;
  const since = cosigned.map(w => w.time).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .find(t => isQuorum(quorum, new Set(cosigned.filter(w => w.time <= t).map(w => w.id))));
  return since === undefined
    ? { judgement: refuted("no-quorum", `${count}: no quorum`), since: null }
    : { judgement: verified("quorum", count), since };
}

export async function key(c: Case): Promise<Judgement> {
  const { genesis, keyEvents, receipt } = c.bundle, g = genesis.event, i = c.index;
  if (BigInt(g.rootKeys.filter(k => c.policy.roots.some(r => r.id === k.id)).length) < c.policy.rootThreshold)
    return refuted("unknown-root", "too few of the policy's root keys are in genesis");
  if (!c.policy.log.logs.some(l => sameKey(l, g.logKey))) return refuted("unknown-log-key", "the policy does not know the log key of genesis");
  if (c.signers.length > 0 && !c.signers.some(s => sameKey(s, g.logKey))) return refuted("other-log-key", "another key than that of genesis signed the checkpoint");
  if (genesis.index !== 0n) return refuted("genesis-index", "genesis does not stand at index 0");
  const fault = refuted("event-proof", "an event is not signed by the roots, or not proved at its index");
  if (await hasFault(c, genesis)) return fault;
  let before = 0n;
  for (const e of keyEvents) {
    if (await hasFault(c, e)) return fault;
    if (e.index <= before) return refuted("event-order", "the events are not in ascending order of index");
    if (e.event.keyId !== receipt.issuer.keyId) return refuted("foreign-event", "an event is about another key");
    if (e.event.origin !== g.origin) return refuted("event-origin", "an event was signed for another log");
    before = e.index;
  }
  if (keyEvents.length === 0 || keyEvents.some((e, n) => (e.event.action === "introduce") !== (n === 0)))
    return refuted("introduction", "the key is not introduced exactly once, by its first event");
  for (const { index: a, event: e } of keyEvents) {
    if (e.action === "retire" && i > a) return refuted("retired", `the key was retired at ${a}`);
    if (e.from !== null && i >= e.from) return refuted("compromised", `the key is not to be trusted from ${e.from} on`);
    if (e.until !== null && (e.until <= a || e.until - a > g.maxLease)) return refuted("lease-length", "a lease is longer than genesis allows, or empty");
  }
  if (!keyEvents.some(({ index: a, event: e }) => e.until !== null && a < i && i < e.until)) return refuted("lease", "no lease of the key covers this index");
  if (receipt.issuer.node !== g.node) return refuted("node-name", "the statement names another node than genesis");
  return verified("leased", "the roots let this key sign at this index");
}

export function time(c: Case, since: bigint | null): Judgement {
  const { size, root } = c.bundle.receipt.notBefore;
  if (size > c.index) return refuted("not-before-after", "notBefore is a later tree than the receipt's entry");
  if (!isPrefix(c, size, root, c.bundle.notBefore)) return refuted("not-before-prefix", "notBefore is not proved to be an earlier state of this log");
  return since !== null
    ? verified("witnessed", `not younger than ${new Date(Number(since < 8640000000000n ? since : 8640000000000n) * 1000).toISOString().replace(".000Z", "Z")}`)
    : unverifiable("claimed", "its times are the node's word; the order in the log is proved");
}

export async function model(c: Case): Promise<Judgement> {
  const { model: entry, genesis, keyEvents, receipt } = c.bundle, e = entry.event;
  if (await hasFault(c, entry)) return refuted("event-proof", "the model event is not signed by the roots, or not proved at its index");
  if (e.origin !== genesis.event.origin) return refuted("event-origin", "the model event was signed for another log");
  if (entry.index >= c.index) return refuted("published-later", "the model was published after the receipt");
  const m = receipt.model;
  if (e.name !== m.name || e.version !== m.version || e.manifest !== m.manifest || e.format !== m.format || e.graph !== receipt.execution.graph)
    return refuted("other-model", "the model event is about another model than the statement");
  const segment = keyEvents.find(k => k.event.segment !== null)?.event.segment;
  if (segment?.model !== m.manifest || segment.profile !== receipt.execution.profile) return refuted("segment", "the key was introduced for another model or profile");
  return verified("published", "these weights were published before the receipt");
}

const rank = (j: Judgement): number => ["refuted", "not-checked", "verified"].indexOf(j.status);

/** The worse of the two parts; the input's where they are equal. */
export function input({ bundle: { receipt, disclosures } }: Case): Judgement {
  const first = judgeInput("input", receipt.input, disclosures.input);
  if (receipt.input.wire === null && disclosures.wireInput === null) return first;
  const second = judgeInput("wire-input", receipt.input.wire, disclosures.wireInput);
  return rank(second) < rank(first) ? second : first;
}

export async function completeness(c: Case): Promise<Judgement> {
  const { completeness: index, genesis: { event: genesis }, keyEvents, receipt } = c.bundle;
  if (index === null) return notChecked("no-index", "the bundle has no verifiable index");
  const { epoch, key: k, note } = index, e = epoch.event, signed = epoch.envelope.signatures, only = signed[0]!;
  if (signed.length !== 1 || only.keyId !== genesis.logKey.key.id || !await verifySignature(genesis.logKey.key, epoch.envelope.pae, only.bytes))
    return refuted("epoch-signature", "the epoch is not signed by the log key");
  if (!isProved(c, epoch)) return refuted("epoch-proof", "the epoch is not proved at its index");
  if (e.origin !== genesis.origin) return refuted("epoch-origin", "the epoch was signed for another log");
  const { size, root } = c.bundle.logProof.checkpoint;
  if (e.size === 0n || e.size > epoch.index || !isConsistent(e.size, e.root, size, root, index.prefix))
    return refuted("epoch-size", "the epoch is not about an earlier state of this log");
  if (c.index >= e.size) return unverifiable("after-epoch", "the epoch is older than the receipt");
  const events = keyEvents.filter(v => v.index < e.size);
  if (BigInt(events.length) !== k.events) return refuted("events-left-out", "the bundle has not as many key events as the index says");
  const eventsHead = treeHead(events.map(v => leafHash(u64be(v.index), v.leaf)));
  const leaf = leafHash(utf8("assay/index/v1\n"), fromHex(receipt.issuer.keyId, 32, "a key id"), u64be(k.events), eventsHead, u64be(k.count), k.records);
  if (!includes(k.position, e.keys, leaf, k.path, e.index)) return refuted("index-key", "the index says something else of this key");
  if (!includes(receipt.sequence, k.count, leafHash(u64be(c.index), c.leaf), index.record, k.records))
    return refuted("record", "the index does not have this receipt at its place");
  if (note.text !== `assay/index/v1\n${e.origin}\n${e.size}\n${toBase64(e.root)}\n${e.keys}\n${toBase64(e.index)}\n`)
    return refuted("index-note", "the index note is about another epoch");
  const { indexers, indexerThreshold } = c.policy;
  let signers = 0n;
  for (const indexer of indexers) {
    const line = lineOf(note, indexer);
    if (line === undefined) continue;
    if (!await verifyLine(note, indexer, line)) return refuted("cosignature", "a line of a known indexer does not verify");
    signers++;
  }
  if (indexers.length === 0) return notChecked("no-indexers", "the policy names no indexers: that nothing was left out is the log's word");
  if (signers < indexerThreshold) return notChecked("not-cosigned", `${signers} of the ${indexerThreshold} indexers that the policy asks for signed the index`);
  return verified("indexed", `number ${receipt.sequence} of ${k.count} records of this key below ${e.size}; none was left out`);
}


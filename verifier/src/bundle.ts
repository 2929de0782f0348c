import { Malformed, Unsupported } from "./errors.js";
import type { Bytes } from "./bytes.js";
import { readEnvelope, readOpenEntry, type Envelope } from "./envelope.js";
import { readEpoch, readGenesis, readKeyEvent, readModelEvent, type EpochEvent, type Genesis, type KeyEvent, type ModelEvent } from "./events.js";
import { array, bytes64, hash, integer, object, only, path, string } from "./fields.js";
import { parseJson, type Json } from "./json.js";
import { leafHash } from "./merkle.js";
import { parseNote, type Note } from "./note.js";
import { parseCheckpoint } from "./checkpoint.js";
import { parseProofFrame, type LogProof } from "./proof.js";
import { readPromise, type LogPromise } from "./promise.js";
import { readReceipt, type Receipt } from "./receipt.js";
import { readEvidence, requireKnown, type ProofEvidence } from "./evidence.js";
import { readDisclosures, type Disclosures } from "./disclosure.js";

export const bundleType = "application/vnd.assay.bundle.v1+json";

/** An open entry with what it says and the proof of its place. */
export interface Logged<T> {
  readonly index: bigint;
  readonly leaf: Bytes;
  readonly path: readonly Bytes[];
  readonly envelope: Envelope;
  readonly event: T;
}

export interface Completeness {
  readonly epoch: Logged<EpochEvent>;
  readonly note: Note;
  readonly prefix: readonly Bytes[];
  readonly key: { readonly position: bigint; readonly events: bigint; readonly count: bigint; readonly records: Bytes; readonly path: readonly Bytes[] };
  readonly record: readonly Bytes[];
}

export interface Bundle {
  readonly envelope: Envelope;
  readonly receipt: Receipt;
  readonly promise: LogPromise;
  readonly promisePath: readonly Bytes[];
  readonly logProof: LogProof;
  readonly genesis: Logged<Genesis>;
  readonly keyEvents: readonly Logged<KeyEvent>[];
  readonly model: Logged<ModelEvent>;
  readonly notBefore: readonly Bytes[];
  readonly completeness: Completeness | null;
  readonly evidence: ProofEvidence | null;
  readonly disclosures: Disclosures;
}

const maxBytes = 64 << 20, maxHistory = 65_537;
const required = ["mediaType", "envelope", "promise", "logProof", "keyHistory", "modelEntry", "notBefore", "evidence", "disclosures"];

/** Reads a bundle in the order of docs/spec/verification.md section 1; the first part that is malformed or unsupported decides. */
export function parseBundle(bytes: Bytes): Bundle {
  // 1. the file
  const b = parseJson(bytes, "the bundle", maxBytes);
  const type = string(object(b, "the bundle").get("mediaType"), "mediaType");
  if (type !== bundleType) throw new Unsupported(`the bundle has the media type "${type.slice(0, 80)}"`);
  const m = only(b, [...required, "completeness"], "the bundle");
  requireKnown(m.get("evidence"));

  // 2. its parts
  const envelope = readEnvelope(m.get("envelope"), "the envelope");
  if (envelope.signatures.length !== 1) throw new Malformed("the envelope has not exactly one signature");
  const promised = only(m.get("promise"), ["note", "path"], "promise");
  const promiseNote = parseNote(string(promised.get("note"), "promise.note"), "promise.note");
  const promisePath = path(promised.get("path"), "promise.path");
  const frame = parseProofFrame(string(m.get("logProof"), "logProof"), "logProof");
  if (frame.extra !== null) throw new Malformed("logProof has an extra line");
  const history = array(m.get("keyHistory"), "keyHistory");
  if (history.length > maxHistory) throw new Malformed(`keyHistory has more than ${maxHistory} entries`);
  const entries = history.map((e, i) => readProven(e, `keyHistory[${i}]`));
  const modelEntry = readProven(m.get("modelEntry"), "modelEntry");
  const notBefore = path(only(m.get("notBefore"), ["path"], "notBefore").get("path"), "notBefore.path");
  const index = m.has("completeness") ? readCompleteness(m.get("completeness")) : null;
  const evidence = readEvidence(m.get("evidence"));
  const disclosures = readDisclosures(m.get("disclosures"));

  // 3. the checkpoint
  const logProof = { ...frame, checkpoint: parseCheckpoint(frame.checkpointText, "the checkpoint") };
  const [first, ...others] = entries;
  if (first === undefined) throw new Malformed("keyHistory is empty");

  // 4., 5. the statement, the promise's text
  const receipt = readReceipt(envelope.payload);
  const promise = readPromise(promiseNote, "promise.note");

  // 6. the events
  const genesis = logged(first, readGenesis, "keyHistory[0]");
  const keyEvents = others.map((e, i) => logged(e, readKeyEvent, `keyHistory[${i + 1}]`));
  const model = logged(modelEntry, readModelEvent, "modelEntry");
  const completeness = index === null ? null : { ...index, epoch: logged(index.epoch, readEpoch, "completeness.epoch") };
  return { envelope, receipt, promise, promisePath, logProof, genesis, keyEvents, model, notBefore, completeness, evidence, disclosures };
}

interface Proven {
  readonly index: bigint;
  readonly entry: Bytes;
  readonly path: readonly Bytes[];
}

function readProven(value: Json | undefined, what: string): Proven {
  const m = only(value, ["index", "entry", "path"], what);
  return { index: integer(m.get("index"), `${what}.index`), entry: bytes64(m.get("entry"), `${what}.entry`), path: path(m.get("path"), `${what}.path`) };
}

function logged<T>(proven: Proven, read: (payload: Bytes) => T, what: string): Logged<T> {
  const envelope = readOpenEntry(proven.entry, `${what}.entry`);
  return { index: proven.index, leaf: leafHash(proven.entry), path: proven.path, envelope, event: read(envelope.payload) };
}

function readCompleteness(value: Json | undefined): Omit<Completeness, "epoch"> & { epoch: Proven } {
  const what = "completeness", m = only(value, ["epoch", "note", "prefix", "key", "record"], what);
  const epoch = readProven(m.get("epoch"), `${what}.epoch`);
  const note = parseNote(string(m.get("note"), `${what}.note`), `${what}.note`);
  const prefix = path(m.get("prefix"), `${what}.prefix`);
  const k = only(m.get("key"), ["position", "events", "count", "records", "path"], `${what}.key`);
  const key = {
    position: integer(k.get("position"), `${what}.key.position`), events: integer(k.get("events"), `${what}.key.events`),
    count: integer(k.get("count"), `${what}.key.count`), records: hash(k.get("records"), `${what}.key.records`), path: path(k.get("path"), `${what}.key.path`),
  };
  return { epoch, note, prefix, key, record: path(m.get("record"), `${what}.record`) };
}

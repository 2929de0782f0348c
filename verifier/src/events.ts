import { Malformed } from "./errors.js";
import { ascending, compareUtf8, concat, u64be, utf8, type Bytes } from "./bytes.js";
import { array, bytes64, digest, hash, integer, label, object, string, time } from "./fields.js";
import { fromHex, toHex } from "./hex.js";
import { parseSpki, type PublicKey } from "./keys.js";
import { sha256 } from "./sha256.js";
import { parseVerifierKey, type VerifierKey } from "./note.js";
import { readStatement, subjectIs, type Statement } from "./statement.js";
import type { Json, JsonObject } from "./json.js";

/* The events of a log: in-toto statements in open entries. */

export interface Genesis {
  readonly origin: string;
  readonly rootKeys: readonly PublicKey[];
  readonly threshold: bigint;
  readonly logKey: VerifierKey;
  readonly maxLease: bigint;
  readonly node: string;
}

export interface Segment {
  readonly service: string;
  readonly model: string;
  readonly profile: string;
  readonly region: string;
}

export interface KeyEvent {
  readonly origin: string;
  readonly action: "introduce" | "renew" | "retire" | "compromise";
  readonly keyId: string;
  /** Of introduce. */
  readonly key: PublicKey | null;
  readonly segment: Segment | null;
  /** Of introduce and renew. */
  readonly until: bigint | null;
  /** Of compromise. */
  readonly from: bigint | null;
}

export interface ModelEvent {
  readonly origin: string;
  readonly name: string;
  readonly version: string;
  readonly manifest: string;
  readonly format: string;
  readonly graph: string;
  /** The id of the model as it was committed for proofs, or null. */
  readonly proofModel: string | null;
}

export interface EpochEvent {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
  readonly keys: bigint;
  readonly index: Bytes;
}

const types = {
  genesis: "urn:assay:genesis:v1", key: "urn:assay:key:v1", model: "urn:assay:model:v1", owner: "urn:assay:owner:v1", epoch: "urn:assay:epoch:v1",
  // Of audits (docs/spec/audits.md): no bundle holds one, so a bundle that does is malformed and not of a later version.
  terms: "urn:assay:audit-terms:v1", seed: "urn:assay:audit-seed:v1", refusal: "urn:assay:audit-refusal:v1", draw: "urn:assay:audit-draw:v1",
  verdicts: "urn:assay:audit-verdicts:v1", canary: "urn:assay:audit-canary:v1", plant: "urn:assay:audit-plant:v1", challenge: "urn:assay:challenge:v1",
  observations: "urn:assay:observations:v1", account: "urn:assay:account-epoch:v1", journal: "urn:assay:journal:v1",
};

/** The predicate types of all events. */
export const knownEventTypes: readonly string[] = Object.values(types);

function readEvent(payload: Bytes, type: string, what: string): Statement {
  const statement = readStatement(payload, knownEventTypes, "sha256", what);
  if (statement.predicateType !== type) throw new Malformed(`${what} is an event of another kind`);
  return statement;
}

export function readGenesis(payload: Bytes): Genesis {
  const what = "the genesis event", statement = readEvent(payload, types.genesis, what), p = statement.predicate;
  const origin = label(p.get("origin"), `origin of ${what}`);
  const rootKeys = array(p.get("rootKeys"), `rootKeys of ${what}`).map(k => parseSpki(bytes64(k, `a root key of ${what}`), `a root key of ${what}`));
  if (rootKeys.length < 1 || rootKeys.length > 16 || !ascending(rootKeys.map(k => k.id)))
    throw new Malformed(`rootKeys of ${what} are not 1 to 16 in ascending order of their key ids`);
  const threshold = integer(p.get("threshold"), `threshold of ${what}`);
  if (threshold < 1n || threshold > BigInt(rootKeys.length)) throw new Malformed(`threshold of ${what} is not from 1 to the number of root keys`);
  const logKey = parseVerifierKey(string(p.get("logKey"), `logKey of ${what}`), [1], `logKey of ${what}`);
  if (logKey.name !== origin) throw new Malformed(`logKey of ${what} has another name than the origin`);
  const maxLease = integer(p.get("maxLease"), `maxLease of ${what}`);
  integer(p.get("promiseSeconds"), `promiseSeconds of ${what}`);
  const node = label(p.get("node"), `node of ${what}`);
  time(p.get("createdAt"), `createdAt of ${what}`);
  subjectIs(statement, origin, toHex(rootSetId({ threshold, rootKeys })), what);
  return { origin, rootKeys, threshold, logKey, maxLease, node };
}

/** SHA-256 over the threshold and the root keys' ids in ascending order. */
export const rootSetId = ({ threshold, rootKeys }: Pick<Genesis, "threshold" | "rootKeys">): Bytes =>
  sha256(utf8("assay/roots/v1\n"), u64be(threshold), concat(...rootKeys.map(k => fromHex(k.id, 32, "a key id"))));

export function readKeyEvent(payload: Bytes): KeyEvent {
  const what = "a key event", statement = readEvent(payload, types.key, what), p = statement.predicate;
  const origin = label(p.get("origin"), `origin of ${what}`), action = string(p.get("action"), `action of ${what}`);
  if (action !== "introduce" && action !== "renew" && action !== "retire" && action !== "compromise")
    throw new Malformed(`${what} has an unknown action`);
  const { digest: keyId } = statement.subject;
  subjectIs(statement, "key", keyId, what);
  const introduces = action === "introduce", key = introduces ? parseSpki(bytes64(p.get("key"), `key of ${what}`), `key of ${what}`) : null;
  if (key !== null && key.id !== keyId) throw new Malformed(`the subject and the predicate of ${what} disagree`);
  if (key !== null && p.get("algorithm") !== key.algorithm) throw new Malformed(`algorithm of ${what} is not that of its key`);
  return {
    origin, action, keyId, key,
    segment: introduces ? readSegment(p.get("segment"), `segment of ${what}`) : null,
    until: introduces || action === "renew" ? integer(p.get("until"), `until of ${what}`) : null,
    from: action === "compromise" ? integer(p.get("from"), `from of ${what}`) : null,
  };
}

function readSegment(value: Json | undefined, what: string): Segment {
  const m = object(value, what);
  return {
    service: label(m.get("service"), `service of ${what}`), model: digest(m.get("model"), `model of ${what}`),
    profile: label(m.get("profile"), `profile of ${what}`), region: label(m.get("region"), `region of ${what}`),
  };
}

export function readModelEvent(payload: Bytes): ModelEvent {
  const what = "the model event", statement = readEvent(payload, types.model, what), p = statement.predicate;
  const event: ModelEvent = {
    origin: label(p.get("origin"), `origin of ${what}`), name: label(p.get("name"), `name of ${what}`),
    version: label(p.get("version"), `version of ${what}`), manifest: digest(p.get("manifest"), `manifest of ${what}`),
    format: label(p.get("format"), `format of ${what}`), graph: digest(p.get("graph"), `graph of ${what}`),
    proofModel: p.has("proofModel") ? digest(p.get("proofModel"), `proofModel of ${what}`) : null,
  };
  const files = array(p.get("files"), `files of ${what}`).map(f => readFile(object(f, `a file of ${what}`), what));
  if (files.length < 1 || files.length > 65_536) throw new Malformed(`files of ${what} are not 1 to 65,536`);
  if (modelDigest(files, what) !== event.manifest) throw new Malformed(`manifest of ${what} is not the digest of its files`);
  subjectIs(statement, `${event.name}@${event.version}`, event.manifest, what);
  return event;
}

interface File { readonly name: string; readonly sha256: string }

function readFile(m: JsonObject, what: string): File {
  const name = label(m.get("name"), `the name of a file of ${what}`);
  if (name.split("/").some(part => part === "" || part === "." || part === "..") || /[\\:]/.test(name))
    throw new Malformed(`the name of a file of ${what} is not a relative path`);
  integer(m.get("size"), `the size of a file of ${what}`);
  return { name, sha256: digest(m.get("sha256"), `the sha256 of a file of ${what}`) };
}

/** OpenSSF Model Signing v1.0: SHA-256 over the files' digests in the order of their names by UTF-8 bytes. */
function modelDigest(files: readonly File[], what: string): string {
  const sorted = [...files].sort((a, b) => compareUtf8(a.name, b.name));
  if (sorted.some((f, i) => i > 0 && sorted[i - 1]!.name === f.name)) throw new Malformed(`${what} names a file twice`);
  return toHex(sha256(...sorted.map(f => fromHex(f.sha256, 32, "a digest"))));
}

/** That the root keys have changed hands. */
export interface OwnerEvent {
  readonly origin: string;
  readonly owner: string;
}

export function readOwner(payload: Bytes): OwnerEvent {
  const what = "the change of owner", statement = readEvent(payload, types.owner, what), p = statement.predicate;
  const event: OwnerEvent = { origin: label(p.get("origin"), `origin of ${what}`), owner: label(p.get("owner"), `owner of ${what}`) }, owner = utf8(event.owner);
  subjectIs(statement, event.origin, toHex(sha256(utf8("assay/owner/v1\n"), u64be(BigInt(owner.length)), owner)), what);
  return event;
}

export function readEpoch(payload: Bytes): EpochEvent {
  const what = "the epoch event", statement = readEvent(payload, types.epoch, what), p = statement.predicate;
  const event: EpochEvent = {
    origin: label(p.get("origin"), `origin of ${what}`), size: integer(p.get("size"), `size of ${what}`), root: hash(p.get("root"), `root of ${what}`),
    keys: integer(p.get("keys"), `keys of ${what}`), index: hash(p.get("index"), `index of ${what}`),
  };
  subjectIs(statement, event.origin, toHex(event.index), what);
  return event;
}

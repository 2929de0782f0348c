import { Malformed, Unsupported } from "../errors.js";
import { compareUtf8, concat, u64be, utf8, type Bytes } from "../bytes.js";
import { array, bytes64, digest, hash, integer, label, object, string } from "../fields.js";
import { fromHex, toHex } from "../hex.js";
import { parseSpki, type PublicKey } from "../keys.js";
import { sha256 } from "../sha256.js";
import { subjectIs, type Statement } from "../statement.js";
import { drawSeed, type RevealedSeed } from "./draw.js";
import { readObservations, type Observations } from "./observations.js";
import type { Json, JsonObject } from "../json.js";

/* docs/spec/audits.md: what auditors and providers write into logs. Digests are lower-case hex; numbers are below 2^53. */

export interface Terms { readonly kind: "terms"; readonly origin: string; readonly epochRecords: number; readonly openingSeconds: number }

export interface Seed {
  readonly kind: "seed";
  readonly origin: string;
  readonly key: string;
  readonly epoch: number;
  readonly auditor: { readonly origin: string; readonly key: PublicKey };
  readonly rate: number;
  readonly commitment: string;
  readonly signature: Bytes;
}

export interface Refusal { readonly kind: "refusal"; readonly origin: string; readonly provider: string; readonly key: string; readonly epoch: number; readonly rate: number; readonly commitment: string }

export interface Draw {
  readonly kind: "draw";
  readonly origin: string;
  readonly provider: string;
  readonly key: string;
  readonly epoch: number;
  readonly first: number;
  readonly records: number;
  readonly size: number;
  readonly root: Bytes;
  readonly own: number;
  readonly rate: number;
  readonly seeds: readonly RevealedSeed[];
  readonly missing: readonly number[];
  readonly drawn: number;
  /** The draw's seed, which its subject is. */
  readonly seed: string;
}

export interface Verdicts {
  readonly kind: "verdicts";
  readonly origin: string;
  readonly lane: "traffic" | "canary";
  /** The index of the draw, or of the canary's commitment, in the same log. */
  readonly of: number;
  readonly first: number;
  readonly letters: string;
  /** In the canary lane the sequences, else empty. */
  readonly records: readonly number[];
  readonly work: string | null;
}

export interface Canary { readonly kind: "canary"; readonly origin: string; readonly provider: string; readonly key: string; readonly requests: number; readonly commitment: string }

export interface Plant {
  readonly kind: "plant";
  readonly origin: string;
  readonly provider: string;
  readonly commitment: string;
  /** The index of the commitment that this opens, or null of a commitment. */
  readonly opens: number | null;
}

export interface Challenge { readonly kind: "challenge"; readonly origin: string; readonly provider: string; readonly key: string; readonly sequence: number; readonly evidence: string; readonly at: number }

export interface AccountStep {
  readonly kind: "account";
  readonly origin: string;
  readonly account: string;
  readonly step: number;
  readonly time: number;
  readonly previous: string;
  readonly logs: readonly { readonly origin: string; readonly size: number; readonly root: Bytes }[];
  readonly state: string;
}

/** The next events of a journal (docs/spec/market.md section 1). */
export interface JournalEntry {
  readonly kind: "journal";
  readonly origin: string;
  readonly journal: string;
  readonly number: number;
  readonly time: number;
  readonly previous: string;
  readonly events: readonly Bytes[];
  readonly state: string;
}

export type AuditEvent = Terms | Seed | Refusal | Draw | Verdicts | Canary | Plant | Challenge | Observations | AccountStep | JournalEntry;

/** Numbers from `least` to `most`. */
export function bounded(value: Json | undefined, least: number, most: number, what: string): number {
  const n = Number(integer(value, what));
  if (n < least || n > most) throw new Malformed(`${what} is not from ${least} to ${most}`);
  return n;
}

const number = (value: Json | undefined, what: string): number => Number(integer(value, what));
const rateOf = (p: JsonObject, what: string): number => bounded(p.get("rate"), 1, 1_000_000, `rate of ${what}`);
const originOf = (p: JsonObject, what: string): string => label(p.get("origin"), `origin of ${what}`);
const providerOf = (p: JsonObject, what: string): string => label(p.get("provider"), `provider of ${what}`);
const keyOf = (p: JsonObject, what: string): string => digest(p.get("key"), `key of ${what}`);

function ascendingNumbers(numbers: readonly number[], what: string): void {
  if (numbers.some((n, i) => i > 0 && numbers[i - 1]! >= n)) throw new Malformed(`${what} are not in ascending order`);
}

function readTerms(statement: Statement): Terms {
  const what = "the audit terms", p = statement.predicate, origin = originOf(p, what);
  const epochRecords = bounded(p.get("epochRecords"), 100, 1_000_000, `epochRecords of ${what}`), openingSeconds = bounded(p.get("openingSeconds"), 60, 604_800, `openingSeconds of ${what}`);
  subjectIs(statement, origin, toHex(sha256(utf8("assay/audit-terms/v1\n"), u64be(BigInt(epochRecords)), u64be(BigInt(openingSeconds)))), what);
  return { kind: "terms", origin, epochRecords, openingSeconds };
}

function readSeed(statement: Statement): Seed {
  const what = "an audit commitment", p = statement.predicate, auditor = object(p.get("auditor"), `auditor of ${what}`);
  const key = parseSpki(bytes64(auditor.get("key"), `the auditor's key of ${what}`), `the auditor's key of ${what}`), signature = bytes64(p.get("signature"), `signature of ${what}`);
  if (key.algorithm !== "ed25519") throw new Malformed(`the auditor's key of ${what} is not an Ed25519 key`);
  if (signature.length !== 64) throw new Malformed(`signature of ${what} has not 64 bytes`);
  const seed: Seed = {
    kind: "seed", origin: originOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
    auditor: { origin: label(auditor.get("origin"), `the auditor's origin of ${what}`), key }, rate: rateOf(p, what),
    commitment: digest(p.get("commitment"), `commitment of ${what}`), signature,
  };
  subjectIs(statement, "audit-seed", seed.commitment, what);
  return seed;
}

function readRefusal(statement: Statement): Refusal {
  const what = "an audit refusal", p = statement.predicate;
  const refusal: Refusal = {
    kind: "refusal", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
    rate: rateOf(p, what), commitment: digest(p.get("commitment"), `commitment of ${what}`),
  };
  subjectIs(statement, refusal.provider, refusal.commitment, what);
  return refusal;
}

function readDraw(statement: Statement): Draw {
  const what = "a draw", p = statement.predicate;
  const seeds = array(p.get("seeds"), `seeds of ${what}`).map(s => {
    const m = object(s, `a seed of ${what}`);
    return { index: number(m.get("index"), `the index of a seed of ${what}`), secret: fromHex(digest(m.get("secret"), `a secret of ${what}`), 32, `a secret of ${what}`) };
  });
  const missing = array(p.get("missing"), `missing of ${what}`).map(m => number(m, `missing of ${what}`));
  ascendingNumbers(seeds.map(s => s.index), `seeds of ${what}`);
  ascendingNumbers(missing, `missing of ${what}`);
  const draw = {
    kind: "draw" as const, origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
    first: number(p.get("first"), `first of ${what}`), records: bounded(p.get("records"), 1, 1_000_000, `records of ${what}`), size: bounded(p.get("size"), 1, Number.MAX_SAFE_INTEGER, `size of ${what}`),
    root: hash(p.get("root"), `root of ${what}`), own: number(p.get("own"), `own of ${what}`), rate: rateOf(p, what), seeds, missing, drawn: number(p.get("drawn"), `drawn of ${what}`),
  };
  if (seeds.length + missing.length > 64 || missing.some(m => seeds.some(s => s.index === m))) throw new Malformed(`seeds and missing of ${what} are more than 64, or one is in both`);
  if ([...seeds.map(s => s.index), ...missing].some(i => i >= draw.size)) throw new Malformed(`size of ${what} is not above every commitment`);
  if (draw.drawn > draw.records) throw new Malformed(`drawn of ${what} is more than its records`);
  if (!seeds.some(s => s.index === draw.own)) throw new Malformed(`own of ${what} is not among its seeds`);
  const seed = toHex(drawSeed(draw.key, draw.epoch, draw.root, seeds));
  subjectIs(statement, draw.provider, seed, what);
  return { ...draw, seed };
}

export const mostLetters = 30_000;

function readVerdicts(statement: Statement): Verdicts {
  const what = "verdicts", p = statement.predicate, origin = originOf(p, what), oracle = string(p.get("oracle"), `oracle of ${what}`), lane = string(p.get("lane"), `lane of ${what}`);
  if (oracle !== "replay") throw new Unsupported(`${what} are of the oracle "${oracle.slice(0, 80)}"`);
  if (lane !== "traffic" && lane !== "canary") throw new Malformed(`lane of ${what} is neither traffic nor canary`);
  const letters = string(p.get("letters"), `letters of ${what}`);
  if (letters.length < 1 || letters.length > mostLetters || !/^[rduwovx]*$/.test(letters)) throw new Malformed(`letters of ${what} are not 1 to 30,000 of r, d, u, w, o, v, x`);
  const first = number(p.get("first"), `first of ${what}`), of = lane === "traffic" ? number(p.get("draw"), `draw of ${what}`) : number(p.get("canary"), `canary of ${what}`);
  const records = lane === "traffic" ? [] : array(p.get("records"), `records of ${what}`).map(r => number(r, `records of ${what}`));
  if (lane === "canary" && records.length !== letters.length) throw new Malformed(`records of ${what} are not one for each letter`);
  ascendingNumbers(records, `records of ${what}`);
  const engine = object(p.get("engine"), `engine of ${what}`);
  for (const name of ["name", "version", "build"]) label(engine.get(name), `the ${name} of the engine of ${what}`);
  const ran = /[rd]/.test(letters), work = p.has("work") ? digest(p.get("work"), `work of ${what}`) : null;
  if (ran !== (work !== null)) throw new Malformed(ran ? `${what} have no work` : `${what} have work without a run`);
  const details = array(p.get("details"), `details of ${what}`).map(d => {
    const m = object(d, `details of ${what}`);
    digest(m.get("evidence"), `the evidence of a detail of ${what}`);
    number(m.get("at"), `at of a detail of ${what}`);
    return number(m.get("position"), `the position of a detail of ${what}`);
  });
  const diverged = [...letters].flatMap((l, i) => l === "d" ? [first + i] : []);
  if (diverged.join() !== details.join()) throw new Malformed(`details of ${what} are not one for each d, in order`);
  subjectIs(statement, "replay", toHex(sha256(utf8(letters))), what);
  return { kind: "verdicts", origin, lane, of, first, letters, records, work };
}

function readCanary(statement: Statement): Canary {
  const what = "a canary's commitment", p = statement.predicate;
  const canary: Canary = {
    kind: "canary", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), requests: bounded(p.get("requests"), 1, 30_000, `requests of ${what}`),
    commitment: digest(p.get("commitment"), `commitment of ${what}`),
  };
  subjectIs(statement, canary.provider, canary.commitment, what);
  return canary;
}

function readPlant(statement: Statement): Plant {
  const what = "a plant", p = statement.predicate, origin = originOf(p, what), provider = providerOf(p, what), action = string(p.get("action"), `action of ${what}`);
  if (action !== "commit" && action !== "open") throw new Malformed(`${what} has an unknown action`);
  const commitment = action === "commit" ? digest(p.get("commitment"), `commitment of ${what}`) : toHex(plantCommitment(p, provider, what));
  subjectIs(statement, provider, commitment, what);
  return { kind: "plant", origin, provider, commitment, opens: action === "open" ? number(p.get("commit"), `commit of ${what}`) : null };
}

function plantCommitment(p: JsonObject, provider: string, what: string): Bytes {
  const records = array(p.get("records"), `records of ${what}`).map(r => {
    const m = object(r, `a record of ${what}`);
    return { sequence: number(m.get("sequence"), `the sequence of a record of ${what}`), evidence: digest(m.get("evidence"), `the evidence of a record of ${what}`) };
  });
  if (records.length < 1 || records.length > 400) throw new Malformed(`records of ${what} are not 1 to 400`);
  ascendingNumbers(records.map(r => r.sequence), `records of ${what}`);
  const named = utf8(provider), bytes = (hex: string) => fromHex(hex, 32, `a digest of ${what}`);
  return sha256(utf8("assay/audit-plant/v1\n"), bytes(digest(p.get("salt"), `salt of ${what}`)), u64be(BigInt(named.length)), named, bytes(keyOf(p, what)), u64be(BigInt(records.length)),
    concat(...records.flatMap(r => [u64be(BigInt(r.sequence)), bytes(r.evidence)])));
}

function readChallenge(statement: Statement): Challenge {
  const what = "a challenge", p = statement.predicate;
  const challenge: Challenge = {
    kind: "challenge", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), sequence: number(p.get("sequence"), `sequence of ${what}`),
    evidence: digest(p.get("evidence"), `evidence of ${what}`), at: number(p.get("at"), `at of ${what}`),
  };
  subjectIs(statement, challenge.provider, challenge.evidence, what);
  return challenge;
}

function readAccountStep(statement: Statement): AccountStep {
  const what = "an account's step", p = statement.predicate;
  const logs = array(p.get("logs"), `logs of ${what}`).map(l => {
    const m = object(l, `a log of ${what}`);
    return { origin: label(m.get("origin"), `the origin of a log of ${what}`), size: number(m.get("size"), `the size of a log of ${what}`), root: hash(m.get("root"), `the root of a log of ${what}`) };
  });
  if (logs.length < 1 || logs.length > 65) throw new Malformed(`logs of ${what} are not 1 to 65`);
  if (logs.some((l, i) => i > 0 && (l.origin === logs[0]!.origin || (i > 1 && compareUtf8(logs[i - 1]!.origin, l.origin) >= 0))))
    throw new Malformed(`logs of ${what} are not the provider's and then others in ascending order of origin`);
  const step: AccountStep = {
    kind: "account", origin: originOf(p, what), account: digest(p.get("account"), `account of ${what}`), step: number(p.get("step"), `step of ${what}`), time: number(p.get("time"), `time of ${what}`),
    previous: digest(p.get("previous"), `previous of ${what}`), logs, state: digest(p.get("state"), `state of ${what}`),
  };
  subjectIs(statement, "account", step.state, what);
  return step;
}

function readJournal(statement: Statement): JournalEntry {
  const what = "a journal's entry", p = statement.predicate, journal = label(p.get("journal"), `journal of ${what}`);
  const events = array(p.get("events"), `events of ${what}`).map(e => bytes64(e, `an event of ${what}`));
  if (journal.length > 64) throw new Malformed(`journal of ${what} has more than 64 characters`);
  if (events.length < 1 || events.length > 256 || events.some(e => e.length === 0) || events.reduce((sum, e) => sum + e.length, 0) > 32_768)
    throw new Malformed(`events of ${what} are not 1 to 256, none empty, together at most 32,768 bytes`);
  const entry: JournalEntry = {
    kind: "journal", origin: originOf(p, what), journal, number: number(p.get("number"), `number of ${what}`), time: number(p.get("time"), `time of ${what}`),
    previous: digest(p.get("previous"), `previous of ${what}`), events, state: digest(p.get("state"), `state of ${what}`),
  };
  subjectIs(statement, journal, entry.state, what);
  return entry;
}

/** By predicate type. */
const readers: Readonly<Record<string, (statement: Statement) => AuditEvent>> = {
  "urn:assay:audit-terms:v1": readTerms, "urn:assay:audit-seed:v1": readSeed, "urn:assay:audit-refusal:v1": readRefusal, "urn:assay:audit-draw:v1": readDraw,
  "urn:assay:audit-verdicts:v1": readVerdicts, "urn:assay:audit-canary:v1": readCanary, "urn:assay:audit-plant:v1": readPlant, "urn:assay:challenge:v1": readChallenge,
  "urn:assay:observations:v1": readObservations, "urn:assay:account-epoch:v1": readAccountStep, "urn:assay:journal:v1": readJournal,
};

/** An audit event, or null where the statement is of another kind. */
export const readAuditEvent = (statement: Statement): AuditEvent | null => readers[statement.predicateType]?.(statement) ?? null;

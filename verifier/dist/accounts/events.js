import { Malformed, Unsupported } from "../errors.js";
import { compareUtf8, concat, u64be, utf8 } from "../bytes.js";
import { array, bytes64, digest, hash, integer, label, object, string } from "../fields.js";
import { fromHex, toHex } from "../hex.js";
import { parseSpki } from "../keys.js";
import { sha256 } from "../sha256.js";
import { subjectIs } from "../statement.js";
import { drawSeed } from "./draw.js";
import { readObservations } from "./observations.js";
/** Numbers from `least` to `most`. */
export function bounded(value, least, most, what) {
    const n = Number(integer(value, what));
    if (n < least || n > most)
        throw new Malformed(`${what} is not from ${least} to ${most}`);
    return n;
}
const number = (value, what) => Number(integer(value, what));
const rateOf = (p, what) => bounded(p.get("rate"), 1, 1_000_000, `rate of ${what}`);
const originOf = (p, what) => label(p.get("origin"), `origin of ${what}`);
const providerOf = (p, what) => label(p.get("provider"), `provider of ${what}`);
const keyOf = (p, what) => digest(p.get("key"), `key of ${what}`);
function ascendingNumbers(numbers, what) {
    if (numbers.some((n, i) => i > 0 && numbers[i - 1] >= n))
        throw new Malformed(`${what} are not in ascending order`);
}
function readTerms(statement) {
    const what = "the audit terms", p = statement.predicate, origin = originOf(p, what);
    const epochRecords = bounded(p.get("epochRecords"), 100, 1_000_000, `epochRecords of ${what}`), openingSeconds = bounded(p.get("openingSeconds"), 60, 604_800, `openingSeconds of ${what}`);
    subjectIs(statement, origin, toHex(sha256(utf8("assay/audit-terms/v1\n"), u64be(BigInt(epochRecords)), u64be(BigInt(openingSeconds)))), what);
    return { kind: "terms", origin, epochRecords, openingSeconds };
}
function readSeed(statement) {
    const what = "an audit commitment", p = statement.predicate, auditor = object(p.get("auditor"), `auditor of ${what}`);
    const key = parseSpki(bytes64(auditor.get("key"), `the auditor's key of ${what}`), `the auditor's key of ${what}`), signature = bytes64(p.get("signature"), `signature of ${what}`);
    if (key.algorithm !== "ed25519")
        throw new Malformed(`the auditor's key of ${what} is not an Ed25519 key`);
    if (signature.length !== 64)
        throw new Malformed(`signature of ${what} has not 64 bytes`);
    const seed = {
        kind: "seed", origin: originOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
        auditor: { origin: label(auditor.get("origin"), `the auditor's origin of ${what}`), key }, rate: rateOf(p, what),
        commitment: digest(p.get("commitment"), `commitment of ${what}`), signature,
    };
    subjectIs(statement, "audit-seed", seed.commitment, what);
    return seed;
}
function readRefusal(statement) {
    const what = "an audit refusal", p = statement.predicate;
    const refusal = {
        kind: "refusal", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
        rate: rateOf(p, what), commitment: digest(p.get("commitment"), `commitment of ${what}`),
    };
    subjectIs(statement, refusal.provider, refusal.commitment, what);
    return refusal;
}
function readDraw(statement) {
    const what = "a draw", p = statement.predicate;
    const seeds = array(p.get("seeds"), `seeds of ${what}`).map(s => {
        const m = object(s, `a seed of ${what}`);
        return { index: number(m.get("index"), `the index of a seed of ${what}`), secret: fromHex(digest(m.get("secret"), `a secret of ${what}`), 32, `a secret of ${what}`) };
    });
    const missing = array(p.get("missing"), `missing of ${what}`).map(m => number(m, `missing of ${what}`));
    ascendingNumbers(seeds.map(s => s.index), `seeds of ${what}`);
    ascendingNumbers(missing, `missing of ${what}`);
    const draw = {
        kind: "draw", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), epoch: number(p.get("epoch"), `epoch of ${what}`),
        first: number(p.get("first"), `first of ${what}`), records: bounded(p.get("records"), 1, 1_000_000, `records of ${what}`), size: bounded(p.get("size"), 1, Number.MAX_SAFE_INTEGER, `size of ${what}`),
        root: hash(p.get("root"), `root of ${what}`), own: number(p.get("own"), `own of ${what}`), rate: rateOf(p, what), seeds, missing, drawn: number(p.get("drawn"), `drawn of ${what}`),
    };
    if (seeds.length + missing.length > 64 || missing.some(m => seeds.some(s => s.index === m)))
        throw new Malformed(`seeds and missing of ${what} are more than 64, or one is in both`);
    if ([...seeds.map(s => s.index), ...missing].some(i => i >= draw.size))
        throw new Malformed(`size of ${what} is not above every commitment`);
    if (draw.drawn > draw.records)
        throw new Malformed(`drawn of ${what} is more than its records`);
    if (!seeds.some(s => s.index === draw.own))
        throw new Malformed(`own of ${what} is not among its seeds`);
    const seed = toHex(drawSeed(draw.key, draw.epoch, draw.root, seeds));
    subjectIs(statement, draw.provider, seed, what);
    return { ...draw, seed };
}
export const mostLetters = 30_000;
function readVerdicts(statement) {
    const what = "verdicts", p = statement.predicate, origin = originOf(p, what), oracle = string(p.get("oracle"), `oracle of ${what}`), lane = string(p.get("lane"), `lane of ${what}`);
    if (oracle !== "replay")
        throw new Unsupported(`${what} are of the oracle "${oracle.slice(0, 80)}"`);
    if (lane !== "traffic" && lane !== "canary")
        throw new Malformed(`lane of ${what} is neither traffic nor canary`);
    const letters = string(p.get("letters"), `letters of ${what}`);
    if (letters.length < 1 || letters.length > mostLetters || !/^[rduwovx]*$/.test(letters))
        throw new Malformed(`letters of ${what} are not 1 to 30,000 of r, d, u, w, o, v, x`);
    const first = number(p.get("first"), `first of ${what}`), of = lane === "traffic" ? number(p.get("draw"), `draw of ${what}`) : number(p.get("canary"), `canary of ${what}`);
    const records = lane === "traffic" ? [] : array(p.get("records"), `records of ${what}`).map(r => number(r, `records of ${what}`));
    if (lane === "canary" && records.length !== letters.length)
        throw new Malformed(`records of ${what} are not one for each letter`);
    ascendingNumbers(records, `records of ${what}`);
    const engine = object(p.get("engine"), `engine of ${what}`);
    for (const name of ["name", "version", "build"])
        label(engine.get(name), `the ${name} of the engine of ${what}`);
    const ran = /[rd]/.test(letters), work = p.has("work") ? digest(p.get("work"), `work of ${what}`) : null;
    if (ran !== (work !== null))
        throw new Malformed(ran ? `${what} have no work` : `${what} have work without a run`);
    const details = array(p.get("details"), `details of ${what}`).map(d => {
        const m = object(d, `details of ${what}`);
        digest(m.get("evidence"), `the evidence of a detail of ${what}`);
        number(m.get("at"), `at of a detail of ${what}`);
        return number(m.get("position"), `the position of a detail of ${what}`);
    });
    const diverged = [...letters].flatMap((l, i) => l === "d" ? [first + i] : []);
    if (diverged.join() !== details.join())
        throw new Malformed(`details of ${what} are not one for each d, in order`);
    subjectIs(statement, "replay", toHex(sha256(utf8(letters))), what);
    return { kind: "verdicts", origin, lane, of, first, letters, records, work };
}
function readCanary(statement) {
    const what = "a canary's commitment", p = statement.predicate;
    const canary = {
        kind: "canary", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), requests: bounded(p.get("requests"), 1, 30_000, `requests of ${what}`),
        commitment: digest(p.get("commitment"), `commitment of ${what}`),
    };
    subjectIs(statement, canary.provider, canary.commitment, what);
    return canary;
}
function readPlant(statement) {
    const what = "a plant", p = statement.predicate, origin = originOf(p, what), provider = providerOf(p, what), action = string(p.get("action"), `action of ${what}`);
    if (action !== "commit" && action !== "open")
        throw new Malformed(`${what} has an unknown action`);
    const commitment = action === "commit" ? digest(p.get("commitment"), `commitment of ${what}`) : toHex(plantCommitment(p, provider, what));
    subjectIs(statement, provider, commitment, what);
    return { kind: "plant", origin, provider, commitment, opens: action === "open" ? number(p.get("commit"), `commit of ${what}`) : null };
}
function plantCommitment(p, provider, what) {
    const records = array(p.get("records"), `records of ${what}`).map(r => {
        const m = object(r, `a record of ${what}`);
        return { sequence: number(m.get("sequence"), `the sequence of a record of ${what}`), evidence: digest(m.get("evidence"), `the evidence of a record of ${what}`) };
    });
    if (records.length < 1 || records.length > 400)
        throw new Malformed(`records of ${what} are not 1 to 400`);
    ascendingNumbers(records.map(r => r.sequence), `records of ${what}`);
    const named = utf8(provider), bytes = (hex) => fromHex(hex, 32, `a digest of ${what}`);
    return sha256(utf8("assay/audit-plant/v1\n"), bytes(digest(p.get("salt"), `salt of ${what}`)), u64be(BigInt(named.length)), named, bytes(keyOf(p, what)), u64be(BigInt(records.length)), concat(...records.flatMap(r => [u64be(BigInt(r.sequence)), bytes(r.evidence)])));
}
function readChallenge(statement) {
    const what = "a challenge", p = statement.predicate;
    const challenge = {
        kind: "challenge", origin: originOf(p, what), provider: providerOf(p, what), key: keyOf(p, what), sequence: number(p.get("sequence"), `sequence of ${what}`),
        evidence: digest(p.get("evidence"), `evidence of ${what}`), at: number(p.get("at"), `at of ${what}`),
    };
    subjectIs(statement, challenge.provider, challenge.evidence, what);
    return challenge;
}
function readAccountStep(statement) {
    const what = "an account's step", p = statement.predicate;
    const logs = array(p.get("logs"), `logs of ${what}`).map(l => {
        const m = object(l, `a log of ${what}`);
        return { origin: label(m.get("origin"), `the origin of a log of ${what}`), size: number(m.get("size"), `the size of a log of ${what}`), root: hash(m.get("root"), `the root of a log of ${what}`) };
    });
    if (logs.length < 1 || logs.length > 65)
        throw new Malformed(`logs of ${what} are not 1 to 65`);
    if (logs.some((l, i) => i > 0 && (l.origin === logs[0].origin || (i > 1 && compareUtf8(logs[i - 1].origin, l.origin) >= 0))))
        throw new Malformed(`logs of ${what} are not the provider's and then others in ascending order of origin`);
    const step = {
        kind: "account", origin: originOf(p, what), account: digest(p.get("account"), `account of ${what}`), step: number(p.get("step"), `step of ${what}`), time: number(p.get("time"), `time of ${what}`),
        previous: digest(p.get("previous"), `previous of ${what}`), logs, state: digest(p.get("state"), `state of ${what}`),
    };
    subjectIs(statement, "account", step.state, what);
    return step;
}
function readJournal(statement) {
    const what = "a journal's entry", p = statement.predicate, journal = label(p.get("journal"), `journal of ${what}`);
    const events = array(p.get("events"), `events of ${what}`).map(e => bytes64(e, `an event of ${what}`));
    if (journal.length > 64)
        throw new Malformed(`journal of ${what} has more than 64 characters`);
    if (events.length < 1 || events.length > 256 || events.some(e => e.length === 0) || events.reduce((sum, e) => sum + e.length, 0) > 32_768)
        throw new Malformed(`events of ${what} are not 1 to 256, none empty, together at most 32,768 bytes`);
    const entry = {
        kind: "journal", origin: originOf(p, what), journal, number: number(p.get("number"), `number of ${what}`), time: number(p.get("time"), `time of ${what}`),
        previous: digest(p.get("previous"), `previous of ${what}`), events, state: digest(p.get("state"), `state of ${what}`),
    };
    subjectIs(statement, journal, entry.state, what);
    return entry;
}
/** By predicate type. */
const readers = {
    "urn:assay:audit-terms:v1": readTerms, "urn:assay:audit-seed:v1": readSeed, "urn:assay:audit-refusal:v1": readRefusal, "urn:assay:audit-draw:v1": readDraw,
    "urn:assay:audit-verdicts:v1": readVerdicts, "urn:assay:audit-canary:v1": readCanary, "urn:assay:audit-plant:v1": readPlant, "urn:assay:challenge:v1": readChallenge,
    "urn:assay:observations:v1": readObservations, "urn:assay:account-epoch:v1": readAccountStep, "urn:assay:journal:v1": readJournal,
};
/** An audit event, or null where the statement is of another kind. */
export const readAuditEvent = (statement) => readers[statement.predicateType]?.(statement) ?? null;

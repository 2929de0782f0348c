import { Malformed } from "../errors.js";
import { array, boolean, digest, integer, label, only, string } from "../fields.js";
import { JsonObject, parseJson } from "../json.js";
import { windowNames } from "./read.js";
export const mostSegments = 32, mostAuditors = 64;
const mostText = 16_384, mostInstruction = 4_096, signature = 64, whole = 1_000_000, defaultGrace = 2;
const bounded = (value, least, most, what) => {
    const n = Number(integer(value, what));
    if (n < least || n > most)
        throw new Malformed(`${what} is not from ${least} to ${most}`);
    return n;
};
const count = (value, what) => bounded(value, 0, Number.MAX_SAFE_INTEGER, what);
/** u8(n), n bytes of signature, text. That the participant signed is not asked: its key need not be shown. */
export function readMarketEvent(bytes) {
    const n = bytes[0];
    if ((n !== 0 && n !== signature) || bytes.length <= 1 + n)
        throw new Malformed("the event is not a signature's length, a signature and a text");
    const m = parseJson(bytes.subarray(1 + n), "the event", n === 0 ? mostText : mostInstruction);
    if (!(m instanceof JsonObject))
        throw new Malformed("the event is not an object");
    const name = string(m.get("do"), "do of the event"), isInstruction = n === signature;
    if (isInstruction !== m.has("by"))
        throw new Malformed(isInstruction ? `${name.slice(0, 40)} is signed by nobody that it names` : `${name.slice(0, 40)} is an instruction that nobody has signed`);
    switch (name) {
        case "look": return readLook(m);
        case "cover": return readCover(m);
        case "terms": return { do: "terms", grace: m.has("grace") ? bounded(m.get("grace"), 0, 1_000_000, "grace of the terms") : defaultGrace };
        case "tick":
            only(m, ["do"], "a tick");
            return { do: "tick" };
        default: return { do: "another" };
    }
}
function readCover(m) {
    only(m, ["do", "by", "nonce", "account", "segment", "threshold", "width", "records", "sum", "until", "most"], "a cover");
    for (const name of ["by", "nonce"])
        count(m.get(name), `${name} of a cover`);
    bounded(m.get("most"), 1, Number.MAX_SAFE_INTEGER, "most of a cover");
    return {
        do: "cover", account: digest(m.get("account"), "account of a cover"), segment: count(m.get("segment"), "segment of a cover"),
        threshold: bounded(m.get("threshold"), 0, whole - 1, "threshold of a cover"), width: bounded(m.get("width"), 1, whole, "width of a cover"),
        records: bounded(m.get("records"), 1, Number.MAX_SAFE_INTEGER, "records of a cover"), sum: bounded(m.get("sum"), 1, Number.MAX_SAFE_INTEGER, "sum of a cover"),
        until: count(m.get("until"), "until of a cover"),
    };
}
function readLook(m) {
    only(m, ["do", "account", "step", "segments", "auditors"], "a look");
    const segments = array(m.get("segments"), "segments of a look"), auditors = array(m.get("auditors"), "auditors of a look");
    if (segments.length > mostSegments || auditors.length > mostAuditors)
        throw new Malformed(`a look has more than ${mostSegments} segments or ${mostAuditors} auditors`);
    return {
        do: "look", account: digest(m.get("account"), "account of a look"), step: count(m.get("step"), "step of a look"),
        segments: segments.map(readSegment),
        auditors: auditors.map(a => {
            const each = only(a, ["origin", "logKey", "commitments", "contradicted"], "an auditor of a look");
            return {
                origin: label(each.get("origin"), "origin of an auditor of a look"), logKey: digest(each.get("logKey"), "logKey of an auditor of a look"),
                commitments: count(each.get("commitments"), "commitments of an auditor of a look"), contradicted: count(each.get("contradicted"), "contradicted of an auditor of a look"),
            };
        }),
    };
}
function readSegment(value) {
    const m = only(value, [...windowNames, "waiting", "alarmed", "expected", "hazard", "memoryPasses", "memoryFailures"], "a segment of a look");
    const at = (name, most = Number.MAX_SAFE_INTEGER) => bounded(m.get(name), 0, most, `${name} of a segment of a look`);
    const counts = Object.fromEntries(windowNames.map(n => [n, at(n)]));
    if (counts.epochs > counts.records || counts.passes + counts.failures + counts.undecided + counts.neither > counts.records)
        throw new Malformed("a segment of a look has more epochs or verdicts than records");
    return {
        ...counts, waiting: at("waiting", 2 ** 40), alarmed: boolean(m.get("alarmed"), "alarmed of a segment of a look"), expected: at("expected", whole), hazard: at("hazard", whole),
        memoryPasses: at("memoryPasses"), memoryFailures: at("memoryFailures"),
    };
}

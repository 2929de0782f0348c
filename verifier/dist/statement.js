import { Malformed, Unsupported } from "./errors.js";
import { array, digest, label, object, only, string } from "./fields.js";
import { parseJson } from "./json.js";
const maxBytes = 1 << 20;
/** Reads a statement whose predicate type is one of those known (another is unsupported) and whose subject has a digest of this algorithm. */
export function readStatement(payload, known, algorithm, what) {
    const members = object(parseJson(payload, what, maxBytes), what);
    const predicateType = string(members.get("predicateType"), `the predicateType of ${what}`);
    if (!known.includes(predicateType))
        throw new Unsupported(`${what} has the predicate type "${predicateType.slice(0, 80)}"`);
    if (members.get("_type") !== "https://in-toto.io/Statement/v1")
        throw new Malformed(`${what} is not an in-toto Statement v1`);
    const predicate = object(members.get("predicate"), `the predicate of ${what}`);
    return { subject: readSubject(members.get("subject"), algorithm, what), predicateType, predicate };
}
function readSubject(value, algorithm, what) {
    const subjects = array(value, `the subject of ${what}`);
    if (subjects.length !== 1)
        throw new Malformed(`${what} has not exactly one subject`);
    const subject = object(subjects[0], `the subject of ${what}`);
    const digests = only(subject.get("digest"), [algorithm], `the digest of the subject of ${what}`);
    return { name: label(subject.get("name"), `the name of the subject of ${what}`), digest: digest(digests.get(algorithm), `the digest of the subject of ${what}`) };
}
/** The subject must say what the predicate says. */
export function subjectIs({ subject }, name, hex, what) {
    if (subject.name !== name || subject.digest !== hex)
        throw new Malformed(`the subject and the predicate of ${what} disagree`);
}

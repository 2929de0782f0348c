import { Malformed } from "./errors.js";
import { array, bytes64, integer, label, only, string } from "./fields.js";
import { parseJson } from "./json.js";
import { parseSpki } from "./keys.js";
import { parseVerifierKey } from "./note.js";
import { parseTlogPolicy } from "./tlogpolicy.js";
import { axes } from "./report.js";
export const policyType = "application/vnd.assay.policy.v1+json";
const maxBytes = 4 << 20, maxKeys = 1024;
const members = ["mediaType", "name", "log", "roots", "rootThreshold", "indexers", "indexerThreshold", "require", "execution", "venue"];
export function parsePolicy(bytes) {
    const p = only(parseJson(bytes, "the policy", maxBytes), members, "the policy");
    if (p.get("mediaType") !== policyType)
        throw new Malformed(`mediaType of the policy is not ${policyType}`);
    const name = label(p.get("name"), "name of the policy");
    const log = parseTlogPolicy(string(p.get("log"), "log of the policy"), "log of the policy");
    if (log.logs.length === 0)
        throw new Malformed("log of the policy names no log");
    const roots = array(p.get("roots"), "roots of the policy").map(r => parseSpki(bytes64(r, "a root key of the policy"), "a root key of the policy"));
    several(roots.map(r => r.id), 1, "roots");
    const rootThreshold = integer(p.get("rootThreshold"), "rootThreshold of the policy");
    if (rootThreshold < 1n || rootThreshold > BigInt(roots.length))
        throw new Malformed("rootThreshold of the policy is not from 1 to the number of its roots");
    const indexers = array(p.get("indexers"), "indexers of the policy").map(i => parseVerifierKey(string(i, "an indexer of the policy"), [1], "an indexer of the policy"));
    several(indexers.map(i => i.key.id), 0, "indexers");
    const indexerThreshold = integer(p.get("indexerThreshold"), "indexerThreshold of the policy");
    if (indexerThreshold > BigInt(indexers.length) || (indexerThreshold === 0n) !== (indexers.length === 0))
        throw new Malformed("indexerThreshold of the policy is not from 1 to the number of its indexers");
    const require = array(p.get("require"), "require of the policy").map(r => string(r, "require of the policy"));
    const asked = axes.filter(a => require.includes(a));
    if (asked.length !== require.length)
        throw new Malformed("require of the policy names an unknown axis, or one twice");
    if (!["integrity", "signature", "log", "key"].every(a => require.includes(a)))
        throw new Malformed("require of the policy does not name integrity, signature, log and key");
    const execution = string(p.get("execution"), "execution of the policy");
    if (execution !== "any" && execution !== "reproduced" && execution !== "proved")
        throw new Malformed("execution of the policy is not any, reproduced or proved");
    if (p.get("venue") !== "any")
        throw new Malformed("venue of the policy is not any");
    return { name, log, roots, rootThreshold, indexers, indexerThreshold, require: asked, execution };
}
function several(ids, least, what) {
    if (ids.length < least || ids.length > maxKeys || new Set(ids).size !== ids.length)
        throw new Malformed(`${what} of the policy are not ${least} to ${maxKeys} keys, none twice`);
}

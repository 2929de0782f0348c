import { Malformed } from "./errors.js";
import { utf8 } from "./bytes.js";
import { parseVerifierKey } from "./note.js";
const maxBytes = 1 << 20, maxEach = 1024;
export function parseTlogPolicy(text, what) {
    if (utf8(text).length > maxBytes)
        throw new Malformed(`${what} is larger than 1 MiB`);
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
        throw new Malformed(`${what} has a control character`);
    const logs = [], witnesses = [];
    const named = new Map(), members = new Set();
    let quorum, groups = 0;
    if (!text.endsWith("\n"))
        throw new Malformed(`${what} does not end with a newline`);
    text.split("\n").forEach((line, at) => {
        const bad = (why) => new Malformed(`line ${at + 1} of ${what}: ${why}`);
        const [word, ...items] = line.split(/[ \t]+/).filter(i => i !== "");
        if (word === undefined || word.startsWith("#"))
            return;
        const key = (vkey, type, known) => {
            const parsed = parseVerifierKey(vkey ?? "", [type], `line ${at + 1} of ${what}`);
            if (known.some(k => k.key.id === parsed.key.id))
                throw bad("a key that an earlier line has");
            if (known.push(parsed) > maxEach)
                throw bad(`more than ${maxEach} of a kind`);
            return parsed;
        };
        const define = (name, value) => {
            if (name === undefined || name === "none" || named.has(name))
                throw bad("a name that is not new");
            named.set(name, value);
        };
        const defined = (name) => {
            const value = named.get(name);
            if (value === undefined)
                throw bad("a name that no earlier line defines");
            return value;
        };
        switch (word) {
            case "log":
                if (items.length < 1 || items.length > 2)
                    throw bad("not: log VKEY [URL]");
                key(items[0], 1, logs);
                return;
            case "witness":
                if (items.length < 2 || items.length > 3)
                    throw bad("not: witness NAME VKEY [URL]");
                define(items[0], { witness: key(items[1], 4, witnesses) });
                return;
            case "group": {
                const [name, count, ...listed] = items;
                if (count === undefined || listed.length === 0)
                    throw bad("not: group NAME all|any|K MEMBER...");
                if (++groups > maxEach)
                    throw bad(`more than ${maxEach} groups`);
                const threshold = count === "all" ? listed.length : count === "any" ? 1 : /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0;
                if (threshold < 1 || threshold > listed.length)
                    throw bad("a threshold that is not from 1 to the number of members");
                const all = listed.map(m => {
                    const value = defined(m);
                    if (members.has(m))
                        throw bad("a member of a group is listed again");
                    members.add(m);
                    return value;
                });
                define(name, { threshold, members: all });
                return;
            }
            case "quorum":
                if (items.length !== 1 || quorum !== undefined)
                    throw bad("not exactly one line: quorum NAME");
                quorum = items[0] === "none" ? null : defined(items[0]);
                return;
            default:
                throw bad("an unknown word");
        }
    });
    if (quorum === undefined)
        throw new Malformed(`${what} has no quorum line`);
    return { logs, witnesses, quorum };
}
/** Whether the witnesses (by key id) are a quorum; none asked is always one. */
export function isQuorum(quorum, cosigned) {
    if (quorum === null)
        return true;
    if ("witness" in quorum)
        return cosigned.has(quorum.witness.key.id);
    return quorum.members.filter(m => isQuorum(m, cosigned)).length >= quorum.threshold;
}

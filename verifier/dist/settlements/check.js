import { Malformed, Unsupported } from "../errors.js";
import { readAuditEvent } from "../accounts/events.js";
import { accountId } from "../accounts/fold.js";
import { knownEventTypes } from "../events.js";
import { fromHex, toHex } from "../hex.js";
import { peek } from "../passports/shownlog.js";
import { verifyParsed } from "../passports/verify.js";
import { readStatement } from "../statement.js";
import { readMarketEvent } from "./events.js";
import { differing, LookMaker } from "./looks.js";
import { parseSettlement, windowNames } from "./read.js";
import { compare, replay } from "./replay.js";
const mostDifferences = 100;
/** Recomputes a settlement from its file (docs/spec/market.md, section 11): all but what only a fold of the journal shows. */
export async function verifySettlement(bytes, policy) {
    const unread = (status, problem) => ({ status, verdict: status, problem, trustedBy: policy?.name ?? null, recomputed: null, differences: [], completeness: null, passport: null });
    let file;
    try {
        file = parseSettlement(bytes);
    }
    catch (error) {
        if (error instanceof Unsupported)
            return unread("unsupported", error.message);
        if (error instanceof Malformed)
            return unread("malformed", error.message);
        throw error;
    }
    const id = toHex(accountId(fromHex(file.passport.account.roots, 32, "account.roots"), file.passport.account.service));
    const journal = readJournal(file), looks = looksIn(journal.steps, id), trace = new Trace(new Set(looks.map(l => l.look.step)));
    const passport = await verifyParsed(file.passport, policy, trace);
    if (passport.status === "unsupported")
        return unread("unsupported", passport.problem);
    const differences = [...passport.differences];
    const found = passport.recomputed === null ? null : recompute(file, id, journal, looks, trace, differences);
    if (found !== null)
        differences.push(...figureDifferences(file.says, found.figures));
    const status = differences.length === 0 ? "recomputed" : "differs";
    return {
        status, verdict: status === "differs" ? "rejected" : passport.verdict === "accepted" ? "unfolded" : passport.verdict, problem: null, trustedBy: policy?.name ?? null,
        policy: file.number, market: file.passport.folder, account: id, opened: file.opened, settled: file.settled, payout: file.says.payout,
        recomputed: found?.figures ?? null, differences: differences.slice(0, mostDifferences), completeness: found === null ? null : completenessOf(file, journal, looks, found), passport,
    };
}
/** The looks that the steps give which the journal has looks at. */
class Trace {
    wanted;
    looks = new Map();
    maker = new LookMaker();
    constructor(wanted) {
        this.wanted = wanted;
    }
    settled(account, place) {
        this.maker.settled(account, place);
    }
    stepped(account, step) {
        if (this.wanted.has(step.step))
            this.looks.set(step.step, this.maker.of(account));
    }
}
const named = ({ entry, event }) => `journal[${entry},${event}]`;
/** What the folder's log shows of the journal, up to the event that settled. */
function readJournal({ passport, journal, settled }) {
    const entries = [], steps = [];
    for (const item of passport.logs[0].items) {
        const entry = journalEntry(item);
        if (entry?.journal === journal)
            entries.push(entry);
    }
    for (const { number, time, events } of entries)
        for (const [i, bytes] of events.entries()) {
            const place = { entry: number, event: i };
            if (compare(place, settled) > 0)
                break;
            try {
                steps.push({ place, time, event: readMarketEvent(bytes) });
            }
            catch (error) {
                if (!(error instanceof Malformed))
                    throw error;
                return { entries, steps, problem: { where: named(place), detail: error.message } };
            }
        }
    return { entries, steps, problem: null };
}
function journalEntry(item) {
    const read = peek(item);
    if (read === null || read.sealed !== null)
        return null;
    try {
        const event = readAuditEvent(readStatement(read.envelope.payload, knownEventTypes, "sha256", "an entry"));
        return event?.kind === "journal" ? event : null;
    }
    catch (error) {
        // What cannot be read is a difference where the log is read.
        if (error instanceof Malformed || error instanceof Unsupported)
            return null;
        throw error;
    }
}
const looksIn = (steps, account) => steps.flatMap(({ place, event }) => event.do === "look" && event.account === account ? [{ place, look: event }] : []);
function recompute(file, id, journal, looks, trace, differences) {
    const differs = (where, detail) => {
        differences.push({ where, detail });
        return null;
    };
    if (journal.problem !== null)
        return differs(journal.problem.where, journal.problem.detail);
    let wrong = false;
    for (const [i, { place, look }] of looks.entries()) {
        const due = trace.looks.get(look.step), found = due === undefined ? `a look at step ${look.step}, which the passport does not have` : differing(look, due);
        const back = i > 0 && look.step <= looks[i - 1].look.step ? `a look at step ${look.step} after one at step ${looks[i - 1].look.step}` : null;
        for (const detail of [found, back])
            if (detail !== null) {
                differs(`${named(place)}.look`, detail);
                wrong = true;
            }
    }
    if (wrong || differences.length > 0)
        return null;
    const sold = journal.steps.find(s => compare(s.place, file.opened) === 0)?.event;
    if (sold?.do !== "cover")
        return differs("opened", "there no cover is shown");
    const cover = sold;
    if (cover.account !== id)
        return differs("opened", "the cover there is of another account");
    const found = replay(cover, file.opened, journal.steps);
    if (found === null)
        return differs("opened", "before it neither terms nor a look at the account and this segment are shown");
    if (found.settled === null)
        return differs("settled", "nothing up to it settles the cover");
    return compare(found.settled, file.settled) === 0 ? found : differs("settled", `${named(found.settled)} settles the cover`);
}
function figureDifferences(said, due) {
    const flat = (f) => [...windowNames.map((n) => [`window.${n}`, f.window[n]]), ["triggered", f.triggered], ["rate", f.rate], ["payout", f.payout], ["premiumBack", f.premiumBack]];
    const right = new Map(flat(due));
    return flat(said).flatMap(([where, value]) => value === right.get(where) ? [] : [{ where, detail: `says ${value}, and ${right.get(where)} is what its entries give` }]);
}
function completenessOf({ settled }, { entries }, looks, { bought, ended }) {
    const shown = entries.filter(e => e.number <= settled.entry), entriesLeftOut = settled.entry + 1 - shown.length;
    const looked = new Set(looks.map(l => l.look.step).filter(s => s >= bought.step && s <= ended.step));
    return { journal: entriesLeftOut === 0 ? "whole" : "part", folded: false, entriesLeftOut, stepsWithoutLook: ended.step - bought.step + 1 - looked.size };
}

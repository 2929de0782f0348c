import { rateWithoutReplacement } from "../statistics/index.js";
import { windowNames } from "./read.js";
export const compare = (a, b) => a.entry - b.entry || a.event - b.event;
const zero = Object.fromEntries(windowNames.map(n => [n, 0]));
/** Null where no terms or no look at the account with this segment come before the purchase. */
export function replay(cover, opened, steps) {
    let grace = null, newest = null, bought = null, attached = null, attachAt = 0, settled = null;
    for (const { place, time, event } of steps) {
        if (compare(place, opened) === 0) {
            const seen = newest?.segments[cover.segment];
            if (seen === undefined || grace === null)
                return null;
            bought = newest;
            attachAt = seen.epochs + seen.waiting + grace;
            continue;
        }
        if (bought === null) {
            if (event.do === "terms")
                grace = event.grace;
            if (event.do === "look" && event.account === cover.account)
                newest = event;
            continue;
        }
        if (event.do === "look" && event.account === cover.account) {
            newest = event;
            const seen = event.segments[cover.segment];
            if (attached === null && seen !== undefined && seen.epochs >= attachAt)
                attached = event;
            if (time >= cover.until || (attached !== null && windowOf(attached, event, cover.segment).records >= cover.records))
                settled = place;
        }
        else if (event.do === "tick" && time >= cover.until)
            settled = place;
        if (settled !== null)
            break;
    }
    if (bought === null || newest === null)
        return null;
    return { bought, ended: newest, attached, settled, figures: figuresOf(cover, attached === null ? zero : windowOf(attached, newest, cover.segment)) };
}
function windowOf(from, to, segment) {
    const [a, b] = [from.segments[segment], to.segments[segment]];
    return a === undefined || b === undefined ? zero : Object.fromEntries(windowNames.map(n => [n, b[n] - a[n]]));
}
const million = 1000000n;
/** What a cover pays, as a function of its window's counts. */
export function figuresOf({ threshold, width, sum }, window) {
    const [records, passes, failures, undecided, neither] = [window.records, window.passes, window.failures, window.undecided, window.neither].map(BigInt);
    const judged = passes + failures, rate = judged === 0n ? 0n : failures * million / judged;
    const triggered = records > 0n && rateWithoutReplacement(records, { passes: passes + neither + undecided, failures })[0] > BigInt(threshold);
    const above = rate - BigInt(threshold), [w, all] = [BigInt(width), BigInt(sum)];
    const payout = triggered && above > 0n ? all * (above < w ? above : w) / w : 0n;
    return { window, triggered, rate: Number(rate), payout: Number(payout), premiumBack: judged === 0n };
}

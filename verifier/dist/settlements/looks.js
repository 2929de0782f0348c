import { toHex } from "../hex.js";
import { close, expected, hazard, noForecast, remembered } from "../statistics/index.js";
import { mostAuditors, mostSegments } from "./events.js";
/* docs/spec/market.md, section 3: what a step of an account says that a market uses. */
/** Makes the looks of an account's steps, as they are folded. */
export class LookMaker {
    segments = [];
    /** An epoch was settled: the last of the segment's. */
    settled(account, place) {
        while (this.segments.length <= place)
            this.segments.push({ forecast: noForecast, alarms: 0 });
        const known = this.segments[place], { last, change } = account.segments[place];
        known.forecast = close(known.forecast, BigInt(account.time), last.at(-1).letters.tally, change.alarms > known.alarms);
        known.alarms = change.alarms;
    }
    /** The look at the account after its newest step. */
    of(account) {
        const segments = account.segments.slice(0, mostSegments).map((s, place) => {
            const keys = account.keys.filter(k => k.segment === place), forecast = this.segments[place]?.forecast ?? noForecast, memory = remembered(forecast);
            const waiting = keys.reduce((sum, k) => sum + 1 + (k.known.length > 0 ? k.known.at(-1).below - k.settled : 0), 0);
            return {
                records: s.records, epochs: s.epochs, passes: s.traffic.passes, failures: s.traffic.failures, undecided: s.traffic.of("x"), neither: s.traffic.of("o") + s.traffic.of("v"),
                waiting, alarmed: s.alarmed, expected: Number(expected(forecast)), hazard: Number(hazard(forecast)), memoryPasses: Number(memory.passes), memoryFailures: Number(memory.failures),
            };
        });
        const auditors = account.auditors.map(a => a.tally).filter(t => !t.selfSampled).slice(0, mostAuditors)
            .map(({ origin, logKey, commitments, contradicted }) => ({ origin, logKey, commitments, contradicted }));
        return { do: "look", account: toHex(account.id), step: account.steps - 1, segments, auditors };
    }
}
/** The first figure in which two looks differ, with both values; null where there is none. */
export function differing(said, due, where = "") {
    if (typeof said !== "object" || said === null || typeof due !== "object" || due === null)
        return said === due ? null : `${where} says ${JSON.stringify(said)?.slice(0, 80)}, and ${JSON.stringify(due)?.slice(0, 80)} is what the step gives`;
    for (const name of new Set([...Object.keys(said), ...Object.keys(due)])) {
        const found = differing(said[name], due[name], `${where}${where === "" ? "" : "."}${name}`);
        if (found !== null)
            return found;
    }
    return null;
}

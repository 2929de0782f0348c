import { proven, rateWithoutReplacement, whole } from "../statistics/index.js";
import { Letters } from "./letters.js";
const provenBy = (counts) => ({ ...counts, bound: proven(counts) });
export function figuresOf(segment) {
    const recent = new Letters();
    for (const { letters } of segment.last)
        letters.counts.forEach((n, i) => recent.counts[i] += n);
    return {
        proven: provenBy(segment.traffic.tally), recent: provenBy(recent.tally), epoch: epochFigures(segment), canary: provenBy(segment.canaries.tally),
        alarmed: segment.alarmed, faults: segment.faults,
    };
}
function epochFigures({ last }) {
    const epoch = last.at(-1);
    if (epoch === undefined)
        return null;
    const { records, letters } = epoch, drawn = letters.counts.reduce((a, b) => a + b, 0), undecided = letters.of("x"), failures = letters.failures;
    const ends = (failing) => rateWithoutReplacement(BigInt(records), { passes: BigInt(drawn - failing), failures: BigInt(failing) });
    return { records, drawn, lower: ends(failures)[0], upper: ends(failures + undecided)[1] };
}
/** Seconds for which a certificate of these figures is valid from the step's time. */
export const validFor = 2_592_000;
/** The bound to choose by: the larger of both proven bounds; null where the segment is not to be chosen. */
export const chosenBy = (figures, stepTime, now) => {
    if (figures.alarmed || now >= stepTime + validFor)
        return null;
    const bound = figures.proven.bound > figures.recent.bound ? figures.proven.bound : figures.recent.bound;
    return bound === whole ? null : bound;
};

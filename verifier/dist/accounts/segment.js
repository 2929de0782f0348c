import { alarms, baseline, ratiosAbove, step } from "../statistics/index.js";
import { countsAs, Letters } from "./letters.js";
/* docs/spec/accounts-fold.md, sections 3 and 4: what an account holds of a segment. */
export const keptEpochs = 32, keptFaults = 256, baselineVerdicts = 1_000;
export class SegmentAccount {
    segment;
    owner;
    records = 0;
    epochs = 0;
    epochsWithoutDraw = 0;
    disputed = 0;
    faults = 0;
    traffic = new Letters();
    canaries = new Letters();
    /** Oldest first. */
    last = [];
    namedFaults = [];
    change = new Change();
    constructor(segment, owner) {
        this.segment = segment;
        this.owner = owner;
    }
    get alarmed() {
        return this.change.alarms > 0 && this.epochs - this.change.alarmEpochs - 1 < keptEpochs;
    }
    /** A record that a challenge shows to diverge. */
    fault(key, sequence) {
        if (this.namedFaults.some(f => f.key === key && f.sequence === sequence))
            return;
        this.faults++;
        if (this.namedFaults.length < keptFaults)
            this.namedFaults.push({ key, sequence });
    }
    /** Settles an epoch with its records' verdicts in ascending order of sequence. */
    settle(records, withDraw, verdicts, disputed) {
        const letters = new Letters();
        for (const letter of verdicts) {
            letters.add(letter);
            this.traffic.add(letter);
            const counted = countsAs(letter);
            if (counted !== null)
                this.change.verdict(counted === "failure", this.epochs);
        }
        this.records += records;
        this.epochs++;
        if (!withDraw)
            this.epochsWithoutDraw++;
        this.disputed += disputed;
        this.last.push({ records, letters });
        if (this.last.length > keptEpochs)
            this.last.shift();
    }
}
/** The change detector of a segment: of its first verdicts the baseline, then a state. */
export class Change {
    passes = 0;
    failures = 0;
    /** In millionths; 0 for none. */
    rate = 0n;
    verdicts = 0;
    alarms = 0;
    alarmVerdict = 0;
    alarmEpochs = 0;
    state = [];
    ratios = [];
    /** @param epochs how many epochs were settled before this verdict's. */
    verdict(failed, epochs) {
        this.verdicts++;
        if (this.verdicts <= baselineVerdicts) {
            if (failed)
                this.failures++;
            else
                this.passes++;
            if (this.verdicts === baselineVerdicts)
                this.fit();
            return;
        }
        if (this.rate === 0n)
            return;
        this.state = step(this.state, this.ratios, this.rate, failed);
        if (!alarms(this.state))
            return;
        this.alarms++;
        this.alarmVerdict = this.verdicts;
        this.alarmEpochs = epochs;
        this.state = this.ratios.map(() => 0n);
    }
    fit() {
        this.rate = baseline({ passes: BigInt(this.passes), failures: BigInt(this.failures) }) ?? 0n;
        this.ratios = this.rate === 0n ? [] : ratiosAbove(this.rate);
        this.state = this.ratios.map(() => 0n);
    }
}

/* Verdicts are letters (docs/spec/audits.md, section 4); in this order the one before outweighs the one after. */
export const letterOrder = "drvowux";
/** How often each letter came, in that order. */
export class Letters {
    counts = [0, 0, 0, 0, 0, 0, 0];
    add(letter) {
        this.counts[letterOrder.indexOf(letter)]++;
    }
    of(letter) {
        return this.counts[letterOrder.indexOf(letter)];
    }
    get passes() {
        return this.of("r");
    }
    get failures() {
        return this.of("d") + this.of("w") + this.of("u");
    }
    /** As the statistics take them. */
    get tally() {
        return { passes: BigInt(this.passes), failures: BigInt(this.failures) };
    }
}
/** What a letter counts as. */
export const countsAs = (letter) => letter === "r" ? "pass" : "dwu".includes(letter) ? "failure" : null;

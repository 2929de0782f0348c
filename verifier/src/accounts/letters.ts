import type { Counts } from "../statistics/index.js";

/* Verdicts are letters (docs/spec/audits.md, section 4); in this order the one before outweighs the one after. */

export const letterOrder = "drvowux";

/** How often each letter came, in that order. */
export class Letters {
  readonly counts = [0, 0, 0, 0, 0, 0, 0];

  add(letter: string): void {
    this.counts[letterOrder.indexOf(letter)]!++;
  }

  of(letter: string): number {
    return this.counts[letterOrder.indexOf(letter)]!;
  }

  get passes(): number {
    return this.of("r");
  }

  get failures(): number {
    return this.of("d") + this.of("w") + this.of("u");
  }

  /** As the statistics take them. */
  get tally(): Counts {
    return { passes: BigInt(this.passes), failures: BigInt(this.failures) };
  }
}

/** What a letter counts as. */
export const countsAs = (letter: string): "pass" | "failure" | null => letter === "r" ? "pass" : "dwu".includes(letter) ? "failure" : null;

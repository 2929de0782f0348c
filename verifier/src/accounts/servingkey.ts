import type { Segment } from "../events.js";
import type { PublicKey } from "../keys.js";
import type { Bytes } from "../bytes.js";

/* docs/spec/audits.md, section 1: a serving key in a log, what it may sign, and the epochs of its records. */

/** An epoch that has ended. `size` is that of the tree whose head is the epoch's root. */
export interface Epoch {
  readonly number: number;
  readonly first: number;
  readonly records: number;
  readonly size: number;
}

export const recordsWithoutTerms = 1_000;

export class ServingKey {
  readonly epochs: Epoch[] = [];
  /** Of its key events and of its sealed entries: the place in the log and the leaf hash. */
  readonly events: { readonly index: number; readonly leaf: Bytes }[] = [];
  readonly sealed: { readonly index: number; readonly leaf: Bytes }[] = [];
  /** Records so far: one more than the highest sequence that was seen. */
  records = 0;
  /** Entries of the log that were not shown when this key's last record was. */
  private hidden: number;
  /** Whether an event of the key, or another key of its segment, came since its last record. */
  private turned = false;
  private begun = 0;
  private leaseEnd = 0;
  private endOfTrust = Infinity;

  constructor(readonly key: PublicKey, readonly segment: Segment, readonly epochRecords: number,
    /** How often the root keys had changed hands before it was introduced. */ readonly owner: number,
    hidden: number) {
    this.hidden = hidden;
  }

  /** Whether it was retired or compromised. */
  get isRevoked(): boolean {
    return this.endOfTrust < Infinity;
  }

  /** Whether it may sign the entry at an index, as the events below that index say that were given so far. */
  maySign(index: number): boolean {
    return index < this.leaseEnd && index < this.endOfTrust;
  }

  /**
   * Why no more records than it had can have been left out up to now, so that it has `count`; null where they can (docs/spec/passports.md, section 3).
   * `hidden` is how many entries of the log were not shown so far.
   */
  whyNot(count: number, hidden: number): string | null {
    if (count < this.records) return `it has ${this.records} records`;
    if (count === this.records) return null;
    if (count - this.records > hidden - this.hidden) return `${this.records} is its next record`;
    if (this.turned) return "its next record must be shown: it had an event, or another key of its segment was introduced";
    return this.isFull(count) ? "a record that ends its epoch must be shown" : null;
  }

  private isFull(count: number): boolean {
    return count - this.begun >= this.epochRecords;
  }

  turn(): void {
    this.turned = true;
  }

  lease(until: number): void {
    this.leaseEnd = Math.max(this.leaseEnd, until);
  }

  /** A retirement at an index, or a compromise with its `from`: nothing is signed from there on. */
  distrust(index: number, from: number): void {
    this.endOfTrust = Math.min(this.endOfTrust, Math.max(index, from));
    if (from <= index) this.end(index);
  }

  /** The record with a sequence, which `whyNot` lets come. */
  seal(sequence: number, index: number, leaf: Bytes, hidden: number): void {
    this.sealed.push({ index, leaf });
    this.records = sequence + 1;
    this.hidden = hidden;
    this.turned = false;
    if (this.isFull(this.records)) this.end(index + 1);
  }

  /** The log has grown to a size: the epoch ends at the first index that it may not sign. */
  grown(size: number): void {
    const end = Math.min(this.leaseEnd, this.endOfTrust);
    if (end <= size) this.end(end);
  }

  /** Ends the current epoch, if it has records, with the tree of a size. */
  end(size: number): void {
    if (this.records === this.begun) return;
    this.epochs.push({ number: this.epochs.length, first: this.begun, records: this.records - this.begun, size });
    this.begun = this.records;
  }
}

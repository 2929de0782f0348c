import type { Segment } from "../events.js";
import type { PublicKey } from "../keys.js";
import type { Bytes } from "../bytes.js";
/** An epoch that has ended. `size` is that of the tree whose head is the epoch's root. */
export interface Epoch {
    readonly number: number;
    readonly first: number;
    readonly records: number;
    readonly size: number;
}
export declare const recordsWithoutTerms = 1000;
export declare class ServingKey {
    readonly key: PublicKey;
    readonly segment: Segment;
    readonly epochRecords: number;
    /** How often the root keys had changed hands before it was introduced. */ readonly owner: number;
    readonly epochs: Epoch[];
    /** Of its key events and of its sealed entries: the place in the log and the leaf hash. */
    readonly events: {
        readonly index: number;
        readonly leaf: Bytes;
    }[];
    readonly sealed: {
        readonly index: number;
        readonly leaf: Bytes;
    }[];
    /** Records so far: one more than the highest sequence that was seen. */
    records: number;
    /** Entries of the log that were not shown when this key's last record was. */
    private hidden;
    /** Whether an event of the key, or another key of its segment, came since its last record. */
    private turned;
    private begun;
    private leaseEnd;
    private endOfTrust;
    constructor(key: PublicKey, segment: Segment, epochRecords: number, 
    /** How often the root keys had changed hands before it was introduced. */ owner: number, hidden: number);
    /** Whether it was retired or compromised. */
    get isRevoked(): boolean;
    /** Whether it may sign the entry at an index, as the events below that index say that were given so far. */
    maySign(index: number): boolean;
    /**
     * Why no more records than it had can have been left out up to now, so that it has `count`; null where they can (docs/spec/passports.md, section 3).
     * `hidden` is how many entries of the log were not shown so far.
     */
    whyNot(count: number, hidden: number): string | null;
    private isFull;
    turn(): void;
    lease(until: number): void;
    /** A retirement at an index, or a compromise with its `from`: nothing is signed from there on. */
    distrust(index: number, from: number): void;
    /** The record with a sequence, which `whyNot` lets come. */
    seal(sequence: number, index: number, leaf: Bytes, hidden: number): void;
    /** The log has grown to a size: the epoch ends at the first index that it may not sign. */
    grown(size: number): void;
    /** Ends the current epoch, if it has records, with the tree of a size. */
    end(size: number): void;
}

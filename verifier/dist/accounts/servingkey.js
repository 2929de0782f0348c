export const recordsWithoutTerms = 1_000;
export class ServingKey {
    key;
    segment;
    epochRecords;
    owner;
    epochs = [];
    /** Of its key events and of its sealed entries: the place in the log and the leaf hash. */
    events = [];
    sealed = [];
    /** Records so far: one more than the highest sequence that was seen. */
    records = 0;
    /** Entries of the log that were not shown when this key's last record was. */
    hidden;
    /** Whether an event of the key, or another key of its segment, came since its last record. */
    turned = false;
    begun = 0;
    leaseEnd = 0;
    endOfTrust = Infinity;
    constructor(key, segment, epochRecords, 
    /** How often the root keys had changed hands before it was introduced. */ owner, hidden) {
        this.key = key;
        this.segment = segment;
        this.epochRecords = epochRecords;
        this.owner = owner;
        this.hidden = hidden;
    }
    /** Whether it was retired or compromised. */
    get isRevoked() {
        return this.endOfTrust < Infinity;
    }
    /** Whether it may sign the entry at an index, as the events below that index say that were given so far. */
    maySign(index) {
        return index < this.leaseEnd && index < this.endOfTrust;
    }
    /**
     * Why no more records than it had can have been left out up to now, so that it has `count`; null where they can (docs/spec/passports.md, section 3).
     * `hidden` is how many entries of the log were not shown so far.
     */
    whyNot(count, hidden) {
        if (count < this.records)
            return `it has ${this.records} records`;
        if (count === this.records)
            return null;
        if (count - this.records > hidden - this.hidden)
            return `${this.records} is its next record`;
        if (this.turned)
            return "its next record must be shown: it had an event, or another key of its segment was introduced";
        return this.isFull(count) ? "a record that ends its epoch must be shown" : null;
    }
    isFull(count) {
        return count - this.begun >= this.epochRecords;
    }
    turn() {
        this.turned = true;
    }
    lease(until) {
        this.leaseEnd = Math.max(this.leaseEnd, until);
    }
    /** A retirement at an index, or a compromise with its `from`: nothing is signed from there on. */
    distrust(index, from) {
        this.endOfTrust = Math.min(this.endOfTrust, Math.max(index, from));
        if (from <= index)
            this.end(index);
    }
    /** The record with a sequence, which `whyNot` lets come. */
    seal(sequence, index, leaf, hidden) {
        this.sealed.push({ index, leaf });
        this.records = sequence + 1;
        this.hidden = hidden;
        this.turned = false;
        if (this.isFull(this.records))
            this.end(index + 1);
    }
    /** The log has grown to a size: the epoch ends at the first index that it may not sign. */
    grown(size) {
        const end = Math.min(this.leaseEnd, this.endOfTrust);
        if (end <= size)
            this.end(end);
    }
    /** Ends the current epoch, if it has records, with the tree of a size. */
    end(size) {
        if (this.records === this.begun)
            return;
        this.epochs.push({ number: this.epochs.length, first: this.begun, records: this.records - this.begun, size });
        this.begun = this.records;
    }
}

import { Malformed, Refused, Unsupported } from "../errors.js";
import { equal } from "../bytes.js";
import { readEntry } from "../accounts/entry.js";
import { Log } from "../accounts/log.js";
/** The entry of an item, or null where it has none, or bytes that are none. */
export function peek(item) {
    if (item.entry === null)
        return null;
    try {
        return readEntry(item.entry, "an entry");
    }
    catch (error) {
        if (error instanceof Malformed || error instanceof Unsupported)
            return null;
        throw error;
    }
}
/** A log of a passport as it is read, item after item. What does not hold ends the reading. */
export class ShownLog {
    part;
    where;
    log = new Log();
    /** What did not hold. */
    problem = null;
    /** The size above which entries are left out, from the first on that is. */
    wholeUpTo = Infinity;
    next = 0;
    constructor(part, where) {
        this.part = part;
        this.where = where;
    }
    /** Reads up to a size; whether the log is cut there. */
    async advance(size) {
        while (this.problem === null && this.log.size < size && this.next < this.part.items.length)
            await this.item();
        return this.problem === null && this.log.size === size;
    }
    /** Reads all that is left. */
    async finish() {
        while (this.problem === null && this.next < this.part.items.length)
            await this.item();
        if (this.problem !== null)
            return;
        const { note } = this.part;
        if (BigInt(this.log.size) !== note.size || !equal(this.log.rootAt(this.log.size), note.root))
            this.problem = { where: `${this.where}.note`, detail: "the items do not give its size and root" };
    }
    async item() {
        const item = this.part.items[this.next];
        try {
            if (item.entry !== null)
                await this.log.append(item.entry);
            else {
                this.log.skip(item.height, item.head);
                this.wholeUpTo = Math.min(this.wholeUpTo, this.log.size - 2 ** item.height);
            }
        }
        catch (error) {
            if (!(error instanceof Malformed || error instanceof Refused || error instanceof Unsupported))
                throw error;
            this.problem = { where: `${this.where}.items[${this.next}]`, detail: error.message, unsupported: error instanceof Unsupported };
            return;
        }
        this.next++;
    }
}

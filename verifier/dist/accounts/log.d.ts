import { type Bytes } from "../bytes.js";
import { type Genesis } from "../events.js";
import { AuditBook } from "./auditbook.js";
import { ServingKey } from "./servingkey.js";
/** A log as its entries make it: it takes one after another, and refuses what may not stand at its place. */
export declare class Log {
    /** In the order of their introduction. */
    readonly keys: Map<string, ServingKey>;
    readonly audits: AuditBook;
    private readonly tree;
    private made;
    private epochRecords;
    private owners;
    private hidden;
    get size(): number;
    get genesis(): Genesis;
    /** How many of its entries were not shown. */
    get leftOut(): number;
    /** The tree head at a size that the log had on the way, or null. */
    rootAt(size: number): Bytes | null;
    /** Passes over 2^height entries of which only the head of their subtree is shown. */
    skip(height: number, head: Bytes): void;
    /** Takes the next entry, or throws and is as before. */
    append(bytes: Bytes): Promise<void>;
    private sealedAt;
    private openAt;
    private keyEvent;
    private here;
    private signedByRoots;
    private signedByLog;
}

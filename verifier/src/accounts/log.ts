import { Malformed, Refused } from "../errors.js";
import { equal, type Bytes } from "../bytes.js";
import type { Envelope } from "../envelope.js";
import { knownEventTypes, readEpoch, readGenesis, readKeyEvent, readModelEvent, readOwner, type Genesis, type KeyEvent } from "../events.js";
import { verifySignature, type PublicKey } from "../keys.js";
import { leafHash } from "../merkle.js";
import { readStatement } from "../statement.js";
import { AuditBook } from "./auditbook.js";
import { readEntry, type SealedEntry } from "./entry.js";
import { readAuditEvent } from "./events.js";
import { isIndexOf } from "./keyindex.js";
import { recordsWithoutTerms, ServingKey } from "./servingkey.js";
import { Tree } from "./tree.js";

const mostEntries = 2 ** 53 - 1;

/** A log as its entries make it: it takes one after another, and refuses what may not stand at its place. */
export class Log {
  /** In the order of their introduction. */
  readonly keys = new Map<string, ServingKey>();
  readonly audits = new AuditBook(this);
  private readonly tree = new Tree();
  private made: Genesis | null = null;
  private epochRecords = recordsWithoutTerms;
  private owners = 0;
  private hidden = 0;

  get size(): number {
    return this.tree.size;
  }

  get genesis(): Genesis {
    if (this.made === null) throw new Refused("the log is empty");
    return this.made;
  }

  /** How many of its entries were not shown. */
  get leftOut(): number {
    return this.hidden;
  }

  /** The tree head at a size that the log had on the way, or null. */
  rootAt(size: number): Bytes | null {
    return this.tree.head(size);
  }

  /** Passes over 2^height entries of which only the head of their subtree is shown. */
  skip(height: number, head: Bytes): void {
    if (this.made === null) throw new Refused("entry 0 is not shown");
    if (this.size % 2 ** height !== 0 || this.size + 2 ** height > mostEntries) throw new Refused(`no subtree of 2^${height} entries stands at ${this.size}`);
    this.tree.add(height, head);
    this.hidden += 2 ** height;
    for (const key of this.keys.values()) key.grown(this.size);
  }

  /** Takes the next entry, or throws and is as before. */
  async append(bytes: Bytes): Promise<void> {
    const index = this.size, what = `entry ${index}`;
    if (index >= mostEntries) throw new Refused(`a log of ${index} entries is more than this program reads`);
    const entry = readEntry(bytes, what), leaf = leafHash(bytes);
    if (entry.sealed !== null) this.sealedAt(index, entry.sealed, leaf, what);
    else await this.openAt(index, entry.envelope, leaf, what);
    this.tree.append(leaf);
    for (const key of this.keys.values()) key.grown(this.size);
  }

  private sealedAt(index: number, { keyId, algorithm, sequence }: SealedEntry, leaf: Bytes, what: string): void {
    const key = this.keys.get(keyId);
    if (key === undefined) throw new Refused(`${what} is of a key that was not introduced`);
    if (key.key.algorithm !== algorithm) throw new Refused(`${what} names another algorithm than its key's`);
    if (sequence >= BigInt(mostEntries)) throw new Refused(`${what} has a sequence that no log reaches`);
    const why = key.whyNot(Number(sequence), this.hidden);
    if (why !== null) throw new Refused(`${what} has the sequence ${sequence}: ${why}`);
    if (!key.maySign(index)) throw new Refused(`${what} is of a key that may not sign there`);
    key.seal(Number(sequence), index, leaf, this.hidden);
  }

  private async openAt(index: number, envelope: Envelope, leaf: Bytes, what: string): Promise<void> {
    const statement = readStatement(envelope.payload, knownEventTypes, "sha256", what), kind = /^urn:assay:(.*):v1$/.exec(statement.predicateType)![1];
    if ((kind === "genesis") !== (index === 0)) throw new Refused(index === 0 ? "entry 0 is no genesis" : `${what} is a second genesis`);
    switch (kind) {
      case "genesis": {
        const genesis = readGenesis(envelope.payload);
        await this.signedByRoots(genesis, envelope, what);
        this.made = genesis;
        return;
      }
      case "key": {
        const event = readKeyEvent(envelope.payload);
        await this.signedByRoots(this.here(event.origin, what), envelope, what);
        this.keyEvent(index, event, leaf, what);
        return;
      }
      case "model":
        await this.signedByRoots(this.here(readModelEvent(envelope.payload).origin, what), envelope, what);
        return;
      case "owner":
        await this.signedByRoots(this.here(readOwner(envelope.payload).origin, what), envelope, what);
        if ([...this.keys.values()].some(k => !k.isRevoked)) throw new Refused(`${what} is a change of owner while a key is neither retired nor compromised`);
        this.owners++;
        return;
      case "epoch": {
        const event = readEpoch(envelope.payload);
        await this.signedByLog(this.here(event.origin, what), envelope, what);
        const root = this.rootAt(Number(event.size));
        // Of a log of which a part is shown, what the index says of records cannot be told.
        if (event.size === 0n || event.size > BigInt(index) || (root !== null && !equal(event.root, root))) throw new Refused(`${what} is an epoch of another tree`);
        if (this.hidden === 0 && !isIndexOf(event, this.keys)) throw new Refused(`${what} is an epoch whose index is not that of the log`);
        return;
      }
      default: {
        const event = readAuditEvent(statement);
        if (event === null) throw new Malformed(`${what} is an event of an unknown kind`);
        const genesis = this.here(event.origin, what);
        await (event.kind === "terms" ? this.signedByRoots(genesis, envelope, what) : this.signedByLog(genesis, envelope, what));
        await this.audits.add(index, event, what);
        if (event.kind === "terms") this.epochRecords = event.epochRecords;
      }
    }
  }

  private keyEvent(index: number, event: KeyEvent, leaf: Bytes, what: string): void {
    const until = event.until === null ? null : Number(event.until);
    if (until !== null && (until <= index || until - index > Number(this.genesis.maxLease))) throw new Refused(`${what} is a lease that is over at once, or longer than the log allows`);
    let key = this.keys.get(event.keyId);
    if ((event.action === "introduce") !== (key === undefined)) throw new Refused(key === undefined ? `${what} is of a key that was not introduced` : `${what} introduces a key a second time`);
    if (key === undefined) {
      const { service, model, profile, region } = event.segment!;
      for (const other of this.keys.values()) {
        const s = other.segment;
        if (s.service === service && s.model === model && s.profile === profile && s.region === region) {
          other.end(index);
          other.turn();
        }
      }
      this.keys.set(event.keyId, key = new ServingKey(event.key!, event.segment!, this.epochRecords, this.owners, this.hidden));
    } else key.turn();
    key.events.push({ index, leaf });
    if (until !== null) key.lease(until);
    else key.distrust(index, event.action === "retire" ? index : Number(event.from));
  }

  private here(origin: string, what: string): Genesis {
    if (origin !== this.genesis.origin) throw new Refused(`${what} is an event of another log`);
    return this.genesis;
  }

  private async signedByRoots({ rootKeys, threshold }: Genesis, envelope: Envelope, what: string): Promise<void> {
    if (BigInt(envelope.signatures.length) < threshold) throw new Refused(`${what} has fewer signatures than the threshold`);
    for (const s of envelope.signatures) await signed(rootKeys.find(k => k.id === s.keyId), envelope.pae, s.bytes, what);
  }

  private async signedByLog({ logKey }: Genesis, envelope: Envelope, what: string): Promise<void> {
    const [s, ...more] = envelope.signatures;
    if (more.length > 0) throw new Refused(`${what} has more signatures than the log key's`);
    await signed(logKey.key.id === s!.keyId ? logKey.key : undefined, envelope.pae, s!.bytes, what);
  }
}

async function signed(key: PublicKey | undefined, message: Bytes, signature: Bytes, what: string): Promise<void> {
  if (key === undefined) throw new Refused(`${what} is signed by a key that may not`);
  if (!await verifySignature(key, message, signature)) throw new Refused(`${what} has a signature that does not verify`);
}

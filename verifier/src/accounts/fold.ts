import { Malformed } from "../errors.js";
import { compareUtf8, concat, u64be, utf8, type Bytes } from "../bytes.js";
import { sha256 } from "../sha256.js";
import { rootSetId } from "../events.js";
import type { LoggedDraw, Reading } from "./auditbook.js";
import { AuditorTally } from "./auditor.js";
import type { Log } from "./log.js";
import { SegmentAccount } from "./segment.js";
import type { Epoch, ServingKey } from "./servingkey.js";
import { settle } from "./settle.js";

/* docs/spec/accounts-fold.md, sections 1 to 3: an account grows by steps. */

/** Seconds after which an epoch is settled, whoever is not done. */
export const patience = 1_209_600;
const replay = "replay";

export interface KeyProgress {
  readonly id: string;
  readonly key: ServingKey;
  readonly segment: number;
  settled: number;
  /** Epochs that have ended and are not settled: those below a number are known since a time. */
  readonly known: { readonly below: number; readonly since: number }[];
}

interface FollowedAuditor {
  readonly log: Log;
  readonly tally: AuditorTally;
  /** How many of its log's readings were folded. */
  read: number;
  /** Draws from epochs that are not settled, by key and epoch. */
  readonly draws: Map<string, LoggedDraw>;
}

const isSegmentOf = ({ segment: s, owner }: SegmentAccount, { segment: k, owner: under }: ServingKey): boolean =>
  s.model === k.model && s.profile === k.profile && s.region === k.region && owner === under;
const named = (name: string): Bytes => concat(u64be(BigInt(utf8(name).length)), utf8(name));

/** An account's id, for the oracle replay and no task. */
export const accountId = (rootSet: Bytes, service: string): Bytes =>
  sha256(utf8("assay/account/v1\n"), rootSet, named(service), named(replay), new Uint8Array(32));

/** The account of one service of the provider whose log this is. */
export class Account {
  readonly id: Bytes;
  steps = 0;
  time = 0;
  readonly segments: SegmentAccount[] = [];
  readonly keys: KeyProgress[] = [];
  /** In the order in which they were first read. */
  readonly auditors: FollowedAuditor[] = [];
  /** As the last step read them: the provider's, then auditors' in ascending order of origin. */
  logs: { readonly origin: string; readonly size: number; readonly root: Bytes }[] = [];

  constructor(private readonly provider: Log, readonly service: string) {
    this.id = accountId(rootSetId(provider.genesis), service);
  }

  /** One step: all that the logs hold now is read. Told of each epoch right after it was settled is its segment's place. */
  step(time: number, auditors: readonly Log[], settled: (place: number) => void = () => {}): void {
    if (time < this.time) throw new Malformed("a step's time is before the last one's");
    const logs = [...auditors].sort((a, b) => compareUtf8(a.genesis.origin, b.genesis.origin));
    this.readSizes(logs);
    const order = logs.map(log => this.follow(log));
    this.steps++;
    this.time = time;
    this.learn();
    for (const auditor of order) this.read(auditor);
    for (const key of this.keys)
      while (key.settled < key.key.epochs.length && this.isDue(key, order)) {
        this.settleOldest(key, order);
        settled(key.segment);
      }
  }

  private readSizes(auditors: readonly Log[]): void {
    const read = [this.provider, ...auditors].map(log => ({ origin: log.genesis.origin, size: log.size, root: log.rootAt(log.size)! }));
    if (auditors.some((log, i) => i > 0 && auditors[i - 1]!.genesis.origin === log.genesis.origin)) throw new Malformed("two auditors have one origin");
    if (this.auditors.some(a => !auditors.includes(a.log))) throw new Malformed("a step reads an auditor no longer");
    this.logs = read;
  }

  private follow(log: Log): FollowedAuditor {
    const known = this.auditors.find(a => a.log === log);
    if (known !== undefined) return known;
    const { origin, logKey, rootKeys } = log.genesis, provider = this.provider.genesis;
    const theirs = [provider.logKey.key.id, ...provider.rootKeys.map(k => k.id)];
    const auditor = { log, tally: new AuditorTally(origin, logKey.key.id, [logKey.key.id, ...rootKeys.map(k => k.id)].some(k => theirs.includes(k))), read: 0, draws: new Map<string, LoggedDraw>() };
    this.auditors.push(auditor);
    return auditor;
  }

  /** New keys and segments, and epochs that have ended and are not known yet. */
  private learn(): void {
    const known = new Set(this.keys.map(k => k.id));
    for (const [id, key] of this.provider.keys) {
      if (key.segment.service !== this.service || known.has(id)) continue;
      let segment = this.segments.findIndex(s => isSegmentOf(s, key));
      if (segment < 0) segment = this.segments.push(new SegmentAccount(key.segment, key.owner)) - 1;
      this.keys.push({ id, key, segment, settled: 0, known: [] });
    }
    for (const { key, known: runs, settled } of this.keys)
      if (key.epochs.length > (runs.at(-1)?.below ?? settled)) runs.push({ below: key.epochs.length, since: this.time });
  }

  private read(auditor: FollowedAuditor): void {
    const { log, tally } = auditor, readings = log.audits.readings;
    for (; auditor.read < readings.length; auditor.read++) this.readOne(auditor, tally, readings[auditor.read]!);
  }

  private keyOf(provider: string, id: string): KeyProgress | undefined {
    return provider === this.provider.genesis.origin ? this.keys.find(k => k.id === id) : undefined;
  }

  private readOne(auditor: FollowedAuditor, tally: AuditorTally, reading: Reading): void {
    if ("draw" in reading) {
      const { event, draw } = reading;
      // Of a key that the provider's log does not have yet too: what stands there is judged when its epoch is settled.
      if (event.provider === this.provider.genesis.origin && event.epoch >= (this.keyOf(event.provider, event.key)?.settled ?? 0)) auditor.draws.set(`${event.key} ${event.epoch}`, draw);
    } else if ("of" in reading) {
      const { event, of } = reading;
      if ("canary" in of) this.readCanary(tally, of.canary.provider, of.canary.key, event.letters, event.records);
      else {
        const { event: draw } = of.draw, key = this.keyOf(draw.provider, draw.key);
        if (key !== undefined && draw.epoch < key.settled) tally.late += event.letters.length;
      }
    } else {
      const { event } = reading, key = this.keyOf(event.provider, event.key);
      if (key === undefined) return;
      if (event.kind === "refusal") tally.refusals++;
      else if (!tally.selfSampled && event.sequence < key.key.records) this.segments[key.segment]!.fault(key.id, event.sequence);
    }
  }

  private readCanary(tally: AuditorTally, provider: string, id: string, letters: string, records: readonly number[]): void {
    const key = this.keyOf(provider, id);
    if (key === undefined) return;
    records.forEach((sequence, i) => {
      const letter = sequence < key.key.records ? letters[i]! : "x";
      tally.canaries.add(letter);
      if (!tally.selfSampled) this.segments[key.segment]!.canaries.add(letter);
    });
  }

  private oldest({ key, settled, known }: KeyProgress): { epoch: Epoch; since: number } {
    return { epoch: key.epochs[settled]!, since: known[0]!.since };
  }

  private isDue(key: KeyProgress, auditors: readonly FollowedAuditor[]): boolean {
    const { epoch, since } = this.oldest(key);
    if (this.time >= since + patience) return true;
    const commitments = this.provider.audits.seedsOf(key.id, epoch.number);
    return auditors.every(({ tally, draws }) => {
      if (!commitments.some(c => c.event.auditor.origin === tally.origin && c.event.auditor.key.id === tally.logKey)) return true;
      const draw = draws.get(`${key.id} ${epoch.number}`);
      return draw !== undefined && draw.letters.length === draw.event.drawn;
    });
  }

  private settleOldest(key: KeyProgress, auditors: readonly FollowedAuditor[]): void {
    const { epoch } = this.oldest(key), name = `${key.id} ${epoch.number}`;
    const readers = auditors.map(({ tally, draws }) => ({ tally, draw: draws.get(name) ?? null }));
    settle(this.segments[key.segment]!, epoch, this.provider.audits.seedsOf(key.id, epoch.number), this.provider, readers);
    for (const { draws } of auditors) draws.delete(name);
    key.settled++;
    if (key.known[0]!.below === key.settled) key.known.shift();
  }
}

import { Malformed } from "../errors.js";
import { compareUtf8, concat, u64be, utf8 } from "../bytes.js";
import { sha256 } from "../sha256.js";
import { rootSetId } from "../events.js";
import { AuditorTally } from "./auditor.js";
import { SegmentAccount } from "./segment.js";
import { settle } from "./settle.js";
/* docs/spec/accounts-fold.md, sections 1 to 3: an account grows by steps. */
/** Seconds after which an epoch is settled, whoever is not done. */
export const patience = 1_209_600;
const replay = "replay";
const isSegmentOf = ({ segment: s, owner }, { segment: k, owner: under }) => s.model === k.model && s.profile === k.profile && s.region === k.region && owner === under;
const named = (name) => concat(u64be(BigInt(utf8(name).length)), utf8(name));
/** An account's id, for the oracle replay and no task. */
export const accountId = (rootSet, service) => sha256(utf8("assay/account/v1\n"), rootSet, named(service), named(replay), new Uint8Array(32));
/** The account of one service of the provider whose log this is. */
export class Account {
    provider;
    service;
    id;
    steps = 0;
    time = 0;
    segments = [];
    keys = [];
    /** In the order in which they were first read. */
    auditors = [];
    /** As the last step read them: the provider's, then auditors' in ascending order of origin. */
    logs = [];
    constructor(provider, service) {
        this.provider = provider;
        this.service = service;
        this.id = accountId(rootSetId(provider.genesis), service);
    }
    /** One step: all that the logs hold now is read. Told of each epoch right after it was settled is its segment's place. */
    step(time, auditors, settled = () => { }) {
        if (time < this.time)
            throw new Malformed("a step's time is before the last one's");
        const logs = [...auditors].sort((a, b) => compareUtf8(a.genesis.origin, b.genesis.origin));
        this.readSizes(logs);
        const order = logs.map(log => this.follow(log));
        this.steps++;
        this.time = time;
        this.learn();
        for (const auditor of order)
            this.read(auditor);
        for (const key of this.keys)
            while (key.settled < key.key.epochs.length && this.isDue(key, order)) {
                this.settleOldest(key, order);
                settled(key.segment);
            }
    }
    readSizes(auditors) {
        const read = [this.provider, ...auditors].map(log => ({ origin: log.genesis.origin, size: log.size, root: log.rootAt(log.size) }));
        if (auditors.some((log, i) => i > 0 && auditors[i - 1].genesis.origin === log.genesis.origin))
            throw new Malformed("two auditors have one origin");
        if (this.auditors.some(a => !auditors.includes(a.log)))
            throw new Malformed("a step reads an auditor no longer");
        this.logs = read;
    }
    follow(log) {
        const known = this.auditors.find(a => a.log === log);
        if (known !== undefined)
            return known;
        const { origin, logKey, rootKeys } = log.genesis, provider = this.provider.genesis;
        const theirs = [provider.logKey.key.id, ...provider.rootKeys.map(k => k.id)];
        const auditor = { log, tally: new AuditorTally(origin, logKey.key.id, [logKey.key.id, ...rootKeys.map(k => k.id)].some(k => theirs.includes(k))), read: 0, draws: new Map() };
        this.auditors.push(auditor);
        return auditor;
    }
    /** New keys and segments, and epochs that have ended and are not known yet. */
    learn() {
        const known = new Set(this.keys.map(k => k.id));
        for (const [id, key] of this.provider.keys) {
            if (key.segment.service !== this.service || known.has(id))
                continue;
            let segment = this.segments.findIndex(s => isSegmentOf(s, key));
            if (segment < 0)
                segment = this.segments.push(new SegmentAccount(key.segment, key.owner)) - 1;
            this.keys.push({ id, key, segment, settled: 0, known: [] });
        }
        for (const { key, known: runs, settled } of this.keys)
            if (key.epochs.length > (runs.at(-1)?.below ?? settled))
                runs.push({ below: key.epochs.length, since: this.time });
    }
    read(auditor) {
        const { log, tally } = auditor, readings = log.audits.readings;
        for (; auditor.read < readings.length; auditor.read++)
            this.readOne(auditor, tally, readings[auditor.read]);
    }
    keyOf(provider, id) {
        return provider === this.provider.genesis.origin ? this.keys.find(k => k.id === id) : undefined;
    }
    readOne(auditor, tally, reading) {
        if ("draw" in reading) {
            const { event, draw } = reading;
            // Of a key that the provider's log does not have yet too: what stands there is judged when its epoch is settled.
            if (event.provider === this.provider.genesis.origin && event.epoch >= (this.keyOf(event.provider, event.key)?.settled ?? 0))
                auditor.draws.set(`${event.key} ${event.epoch}`, draw);
        }
        else if ("of" in reading) {
            const { event, of } = reading;
            if ("canary" in of)
                this.readCanary(tally, of.canary.provider, of.canary.key, event.letters, event.records);
            else {
                const { event: draw } = of.draw, key = this.keyOf(draw.provider, draw.key);
                if (key !== undefined && draw.epoch < key.settled)
                    tally.late += event.letters.length;
            }
        }
        else {
            const { event } = reading, key = this.keyOf(event.provider, event.key);
            if (key === undefined)
                return;
            if (event.kind === "refusal")
                tally.refusals++;
            else if (!tally.selfSampled && event.sequence < key.key.records)
                this.segments[key.segment].fault(key.id, event.sequence);
        }
    }
    readCanary(tally, provider, id, letters, records) {
        const key = this.keyOf(provider, id);
        if (key === undefined)
            return;
        records.forEach((sequence, i) => {
            const letter = sequence < key.key.records ? letters[i] : "x";
            tally.canaries.add(letter);
            if (!tally.selfSampled)
                this.segments[key.segment].canaries.add(letter);
        });
    }
    oldest({ key, settled, known }) {
        return { epoch: key.epochs[settled], since: known[0].since };
    }
    isDue(key, auditors) {
        const { epoch, since } = this.oldest(key);
        if (this.time >= since + patience)
            return true;
        const commitments = this.provider.audits.seedsOf(key.id, epoch.number);
        return auditors.every(({ tally, draws }) => {
            if (!commitments.some(c => c.event.auditor.origin === tally.origin && c.event.auditor.key.id === tally.logKey))
                return true;
            const draw = draws.get(`${key.id} ${epoch.number}`);
            return draw !== undefined && draw.letters.length === draw.event.drawn;
        });
    }
    settleOldest(key, auditors) {
        const { epoch } = this.oldest(key), name = `${key.id} ${epoch.number}`;
        const readers = auditors.map(({ tally, draws }) => ({ tally, draw: draws.get(name) ?? null }));
        settle(this.segments[key.segment], epoch, this.provider.audits.seedsOf(key.id, epoch.number), this.provider, readers);
        for (const { draws } of auditors)
            draws.delete(name);
        key.settled++;
        if (key.known[0].below === key.settled)
            key.known.shift();
    }
}

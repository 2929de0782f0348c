import { Refused } from "../errors.js";
import { verifySignature } from "../keys.js";
import { promised } from "./draw.js";
const mostSeeds = 64;
/** The audit entries of one log, and the rules by which it refuses them (docs/spec/audits.md). */
export class AuditBook {
    log;
    readings = [];
    seeds = new Map();
    draws = new Map();
    lastDrawn = new Map();
    canaries = new Map();
    lastCanary = new Map();
    plants = new Map();
    opened = new Set();
    accounts = new Map();
    journals = new Map();
    constructor(log) {
        this.log = log;
    }
    /** The commitments of a key's epoch, in the order of the log. */
    seedsOf(key, epoch) {
        return this.seeds.get(`${key} ${epoch}`) ?? [];
    }
    /** Takes an event that is signed as it must be, or refuses it and is as before. */
    async add(index, event, what) {
        switch (event.kind) {
            case "seed": return this.addSeed(index, event, what);
            case "draw": return this.addDraw(index, event, what);
            case "verdicts": return this.addVerdicts(index, event, what);
            case "canary":
                this.canaries.set(index, { event, judged: 0 });
                return;
            case "plant": return this.addPlant(index, event, what);
            case "account": return this.addAccount(event, what);
            case "journal": return this.addJournal(event, what);
            case "refusal":
            case "challenge":
                this.readings.push({ index, event });
        }
    }
    async addSeed(index, event, what) {
        const key = this.log.keys.get(event.key), others = this.seedsOf(event.key, event.epoch), { auditor } = event;
        if (key === undefined)
            throw new Refused(`${what} is a commitment for a key that was not introduced`);
        if (event.epoch < key.epochs.length)
            throw new Refused(`${what} is a commitment for an epoch that has ended`);
        if (others.some(o => o.event.auditor.origin === auditor.origin || o.event.auditor.key.id === auditor.key.id))
            throw new Refused(`${what} is a second commitment of one auditor`);
        if (others.length >= mostSeeds)
            throw new Refused(`${what} is one commitment too many`);
        if (!await verifySignature(auditor.key, promised(event.origin, event.key, event.epoch, auditor, event.rate, event.commitment), event.signature))
            throw new Refused(`${what} is a commitment that its auditor did not sign`);
        this.seeds.set(`${event.key} ${event.epoch}`, [...others, { index, event }]);
    }
    addDraw(index, event, what) {
        const of = `${event.key} ${event.provider}`;
        if (event.epoch <= (this.lastDrawn.get(of) ?? -1))
            throw new Refused(`${what} is a draw from an epoch that is not later than the last`);
        this.lastDrawn.set(of, event.epoch);
        const draw = { index, event, letters: "" };
        this.draws.set(index, draw);
        this.readings.push({ index, event, draw });
    }
    addVerdicts(index, event, what) {
        if (event.lane === "traffic") {
            const draw = this.draws.get(event.of);
            if (draw === undefined)
                throw new Refused(`${what} is of a draw that this log does not have`);
            inOrder(event, draw.letters.length, draw.event.drawn, what);
            draw.letters += event.letters;
            this.readings.push({ index, event, of: { draw } });
        }
        else {
            const canary = this.canaries.get(event.of);
            if (canary === undefined)
                throw new Refused(`${what} is of a canary that this log does not have`);
            inOrder(event, canary.judged, canary.event.requests, what);
            const of = `${canary.event.key} ${canary.event.provider}`;
            if (event.records[0] <= (this.lastCanary.get(of) ?? -1))
                throw new Refused(`${what} judges records that are not above those before`);
            this.lastCanary.set(of, event.records.at(-1));
            canary.judged += event.letters.length;
            this.readings.push({ index, event, of: { canary: canary.event } });
        }
    }
    addPlant(index, event, what) {
        if (event.opens === null) {
            this.plants.set(index, event);
            return;
        }
        const plant = this.plants.get(event.opens);
        if (plant === undefined || plant.commitment !== event.commitment)
            throw new Refused(`${what} opens what was not committed to`);
        if (this.opened.has(event.opens))
            throw new Refused(`${what} opens a plant a second time`);
        this.opened.add(event.opens);
    }
    addAccount(event, what) {
        const last = this.accounts.get(event.account);
        if (event.step !== (last === undefined ? 0 : last.step + 1))
            throw new Refused(`${what} is not the next step of its account`);
        if (last !== undefined && (event.previous !== last.state || event.time < last.time || last.logs.some(l => (event.logs.find(e => e.origin === l.origin)?.size ?? -1) < l.size)))
            throw new Refused(`${what} is a step that does not follow on the last one of its account`);
        this.accounts.set(event.account, event);
    }
    addJournal(event, what) {
        const last = this.journals.get(event.journal), next = last === undefined ? 0 : last.number + 1, missing = event.number - next;
        if (missing < 0 || missing > this.log.leftOut)
            throw new Refused(`${what} is not the next of its journal`);
        if (event.time < (last?.time ?? 0) || (missing === 0 && event.previous !== (last?.state ?? "0".repeat(64))))
            throw new Refused(`${what} does not follow on the last of its journal`);
        this.journals.set(event.journal, event);
    }
}
/** Verdicts begin where those before them on the same draw or canary ended, and do not go beyond it. */
function inOrder({ first, letters }, judged, most, what) {
    if (first !== judged)
        throw new Refused(`${what} does not begin where the verdicts before it ended`);
    if (first + letters.length > most)
        throw new Refused(`${what} has more verdicts than there are records`);
}

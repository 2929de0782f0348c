import { Refused } from "../errors.js";
import { verifySignature } from "../keys.js";
import { promised } from "./draw.js";
import type { AccountStep, AuditEvent, Canary, Challenge, Draw, JournalEntry, Plant, Refusal, Seed, Verdicts } from "./events.js";
import type { Log } from "./log.js";

const mostSeeds = 64;

/** A draw in its auditor's log, and the letters that follow it, as far as it is judged. */
export interface LoggedDraw {
  readonly index: number;
  readonly event: Draw;
  letters: string;
}

/** What a fold reads of an auditor's log, in the order of the log. */
export type Reading =
  | { readonly index: number; readonly event: Refusal | Challenge }
  | { readonly index: number; readonly event: Draw; readonly draw: LoggedDraw }
  | { readonly index: number; readonly event: Verdicts; readonly of: { readonly draw: LoggedDraw } | { readonly canary: Canary } };

/** The audit entries of one log, and the rules by which it refuses them (docs/spec/audits.md). */
export class AuditBook {
  readonly readings: Reading[] = [];
  private readonly seeds = new Map<string, { readonly index: number; readonly event: Seed }[]>();
  private readonly draws = new Map<number, LoggedDraw>();
  private readonly lastDrawn = new Map<string, number>();
  private readonly canaries = new Map<number, { readonly event: Canary; judged: number }>();
  private readonly lastCanary = new Map<string, number>();
  private readonly plants = new Map<number, Plant>();
  private readonly opened = new Set<number>();
  private readonly accounts = new Map<string, AccountStep>();
  private readonly journals = new Map<string, JournalEntry>();

  constructor(private readonly log: Log) {}

  /** The commitments of a key's epoch, in the order of the log. */
  seedsOf(key: string, epoch: number): readonly { readonly index: number; readonly event: Seed }[] {
    return this.seeds.get(`${key} ${epoch}`) ?? [];
  }

  /** Takes an event that is signed as it must be, or refuses it and is as before. */
  async add(index: number, event: AuditEvent, what: string): Promise<void> {
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

  private async addSeed(index: number, event: Seed, what: string): Promise<void> {
    const key = this.log.keys.get(event.key), others = this.seedsOf(event.key, event.epoch), { auditor } = event;
    if (key === undefined) throw new Refused(`${what} is a commitment for a key that was not introduced`);
    if (event.epoch < key.epochs.length) throw new Refused(`${what} is a commitment for an epoch that has ended`);
    if (others.some(o => o.event.auditor.origin === auditor.origin || o.event.auditor.key.id === auditor.key.id)) throw new Refused(`${what} is a second commitment of one auditor`);
    if (others.length >= mostSeeds) throw new Refused(`${what} is one commitment too many`);
    if (!await verifySignature(auditor.key, promised(event.origin, event.key, event.epoch, auditor, event.rate, event.commitment), event.signature))
      throw new Refused(`${what} is a commitment that its auditor did not sign`);
    this.seeds.set(`${event.key} ${event.epoch}`, [...others, { index, event }]);
  }

  private addDraw(index: number, event: Draw, what: string): void {
    const of = `${event.key} ${event.provider}`;
    if (event.epoch <= (this.lastDrawn.get(of) ?? -1)) throw new Refused(`${what} is a draw from an epoch that is not later than the last`);
    this.lastDrawn.set(of, event.epoch);
    const draw = { index, event, letters: "" };
    this.draws.set(index, draw);
    this.readings.push({ index, event, draw });
  }

  private addVerdicts(index: number, event: Verdicts, what: string): void {
    if (event.lane === "traffic") {
      const draw = this.draws.get(event.of);
      if (draw === undefined) throw new Refused(`${what} is of a draw that this log does not have`);
      inOrder(event, draw.letters.length, draw.event.drawn, what);
      draw.letters += event.letters;
      this.readings.push({ index, event, of: { draw } });
    } else {
      const canary = this.canaries.get(event.of);
      if (canary === undefined) throw new Refused(`${what} is of a canary that this log does not have`);
      inOrder(event, canary.judged, canary.event.requests, what);
      const of = `${canary.event.key} ${canary.event.provider}`;
      if (event.records[0]! <= (this.lastCanary.get(of) ?? -1)) throw new Refused(`${what} judges records that are not above those before`);
      this.lastCanary.set(of, event.records.at(-1)!);
      canary.judged += event.letters.length;
      this.readings.push({ index, event, of: { canary: canary.event } });
    }
  }

  private addPlant(index: number, event: Plant, what: string): void {
    if (event.opens === null) {
      this.plants.set(index, event);
      return;
    }
    const plant = this.plants.get(event.opens);
    if (plant === undefined || plant.commitment !== event.commitment) throw new Refused(`${what} opens what was not committed to`);
    if (this.opened.has(event.opens)) throw new Refused(`${what} opens a plant a second time`);
    this.opened.add(event.opens);
  }

  private addAccount(event: AccountStep, what: string): void {
    const last = this.accounts.get(event.account);
    if (event.step !== (last === undefined ? 0 : last.step + 1)) throw new Refused(`${what} is not the next step of its account`);
    if (last !== undefined && (event.previous !== last.state || event.time < last.time || last.logs.some(l => (event.logs.find(e => e.origin === l.origin)?.size ?? -1) < l.size)))
      throw new Refused(`${what} is a step that does not follow on the last one of its account`);
    this.accounts.set(event.account, event);
  }

  private addJournal(event: JournalEntry, what: string): void {
    const last = this.journals.get(event.journal), next = last === undefined ? 0 : last.number + 1, missing = event.number - next;
    if (missing < 0 || missing > this.log.leftOut) throw new Refused(`${what} is not the next of its journal`);
    if (event.time < (last?.time ?? 0) || (missing === 0 && event.previous !== (last?.state ?? "0".repeat(64))))
      throw new Refused(`${what} does not follow on the last of its journal`);
    this.journals.set(event.journal, event);
  }
}

/** Verdicts begin where those before them on the same draw or canary ended, and do not go beyond it. */
function inOrder({ first, letters }: Verdicts, judged: number, most: number, what: string): void {
  if (first !== judged) throw new Refused(`${what} does not begin where the verdicts before it ended`);
  if (first + letters.length > most) throw new Refused(`${what} has more verdicts than there are records`);
}

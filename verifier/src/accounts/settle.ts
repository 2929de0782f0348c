import { Refused } from "../errors.js";
import { equal } from "../bytes.js";
import { fromHex } from "../hex.js";
import type { LoggedDraw } from "./auditbook.js";
import type { AuditorTally } from "./auditor.js";
import { commitmentOf, drawnInOrder } from "./draw.js";
import type { Seed } from "./events.js";
import { letterOrder } from "./letters.js";
import type { Log } from "./log.js";
import type { SegmentAccount } from "./segment.js";
import type { Epoch } from "./servingkey.js";

/* docs/spec/accounts-fold.md, section 3: which draws count, and what becomes of an epoch. */

type Commitment = { readonly index: number; readonly event: Seed };

/** The order of a draw if it counts, else null. */
export function orderIfCounts({ event: d }: LoggedDraw, epoch: Epoch, commitments: readonly Commitment[], provider: Log, auditor: AuditorTally): number[] | null {
  const root = provider.rootAt(epoch.size);
  if (root === null) throw new Refused(`the log has no tree head at ${epoch.size}, where an epoch of the key ${d.key} ended`);
  if (d.first !== epoch.first || d.records !== epoch.records || d.size !== epoch.size || !equal(d.root, root)) return null;
  const named = [...d.seeds.map(s => s.index), ...d.missing].sort((a, b) => a - b);
  if (named.join() !== commitments.map(c => c.index).join()) return null;
  for (const { index, secret } of d.seeds) {
    const { event } = commitments.find(c => c.index === index)!;
    if (commitmentOf(d.key, d.epoch, event.auditor.key.id, secret) !== event.commitment) return null;
  }
  const own = commitments.find(c => c.index === d.own)?.event;
  if (own === undefined || own.auditor.origin !== auditor.origin || own.auditor.key.id !== auditor.logKey || own.rate !== d.rate) return null;
  const order = drawnInOrder(fromHex(d.seed, 32, "a draw's seed"), d.first, d.records, d.rate);
  return order.length === d.drawn ? order : null;
}

/** An auditor that is read, and its draw from the epoch, if it logged one. */
export interface Reader {
  readonly tally: AuditorTally;
  readonly draw: LoggedDraw | null;
}

/** Settles an epoch of a key into its segment and the tallies of the auditors. */
export function settle(segment: SegmentAccount, epoch: Epoch, commitments: readonly Commitment[], provider: Log, readers: readonly Reader[]): void {
  // Of each record the letters that counting draws have for it, each with its auditor.
  const given = new Map<number, { readonly letter: string; readonly tally: AuditorTally }[]>();
  let withDraw = false;
  for (const { tally, draw } of readers) {
    tally.commitments += commitments.filter(c => c.event.auditor.origin === tally.origin && c.event.auditor.key.id === tally.logKey).length;
    if (draw === null) continue;
    const order = orderIfCounts(draw, epoch, commitments, provider, tally);
    if (order === null) {
      tally.drawsNotCounted++;
      continue;
    }
    tally.draws++;
    tally.missing += draw.event.missing.length;
    tally.unjudged += order.length - draw.letters.length;
    for (const letter of draw.letters) tally.traffic.add(letter);
    if (tally.selfSampled) continue;
    withDraw = true;
    [...draw.letters].forEach((letter, i) => {
      const sequence = order[i]!, letters = given.get(sequence);
      if (letters === undefined) given.set(sequence, [{ letter, tally }]);
      else letters.push({ letter, tally });
    });
  }
  let disputed = 0;
  const verdicts = [...given].sort(([a], [b]) => a - b).map(([, letters]) => {
    const verdict = [...letterOrder].find(l => letters.some(g => g.letter === l))!;
    if (verdict === "r" && letters.some(g => g.letter === "u" || g.letter === "w")) disputed++;
    if (verdict === "d") for (const { letter, tally } of letters) if (letter === "r") tally.contradicted++;
    return verdict;
  });
  segment.settle(epoch.records, withDraw, verdicts, disputed);
}

import { concat, u64be, utf8, type Bytes } from "../bytes.js";
import { fromHex, toHex } from "../hex.js";
import { sha256 } from "../sha256.js";
import type { Account } from "./fold.js";
import type { Letters } from "./letters.js";
import type { SegmentAccount } from "./segment.js";

/* docs/spec/accounts-fold.md, section 6: a state as bytes. */

const number = (value: number | bigint): Bytes => u64be(BigInt(value));
const wide = (value: bigint): Bytes => concat(number(value >> 64n), number(value & ((1n << 64n) - 1n)));
const named = (name: string): Bytes => concat(number(utf8(name).length), utf8(name));
const id = (hex: string): Bytes => fromHex(hex, 32, "an id");
const list = <T>(items: readonly T[], of: (item: T) => Bytes): Bytes => concat(number(items.length), ...items.map(of));
const letters = (l: Letters): Bytes => concat(...l.counts.map(number));

const segment = (s: SegmentAccount): Bytes => concat(
  id(s.segment.model), named(s.segment.profile), named(s.segment.region), number(s.owner), number(s.records), number(s.epochs), number(s.epochsWithoutDraw), number(s.disputed), number(s.faults),
  letters(s.traffic), letters(s.canaries), list(s.last, e => concat(number(e.records), letters(e.letters))), list(s.namedFaults, f => concat(id(f.key), number(f.sequence))),
  ...[s.change.passes, s.change.failures, s.change.rate, s.change.verdicts, s.change.alarms, s.change.alarmVerdict, s.change.alarmEpochs].map(number), list(s.change.state, wide));

export const stateBytes = (a: Account): Bytes => concat(
  a.id, number(a.steps), number(a.time), list(a.logs, l => concat(named(l.origin), number(l.size), l.root)), list(a.segments, segment),
  list(a.auditors, ({ tally: t }) => concat(named(t.origin), id(t.logKey),
    ...[t.selfSampled ? 1 : 0, t.commitments, t.draws, t.drawsNotCounted, t.missing, t.unjudged, t.late, t.refusals, t.contradicted].map(number), letters(t.traffic), letters(t.canaries))),
  list(a.keys, k => concat(id(k.id), number(k.segment), number(k.settled), list(k.known, r => concat(number(r.below), number(r.since))))));

/** The digest that an `account-epoch` names, in hex. */
export const stateDigest = (state: Bytes): string => toHex(sha256(utf8("assay/account-state/v1\n"), state));

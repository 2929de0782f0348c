import { concat, u64be, utf8 } from "../bytes.js";
import { fromHex, toHex } from "../hex.js";
import { sha256 } from "../sha256.js";
/* docs/spec/accounts-fold.md, section 6: a state as bytes. */
const number = (value) => u64be(BigInt(value));
const wide = (value) => concat(number(value >> 64n), number(value & ((1n << 64n) - 1n)));
const named = (name) => concat(number(utf8(name).length), utf8(name));
const id = (hex) => fromHex(hex, 32, "an id");
const list = (items, of) => concat(number(items.length), ...items.map(of));
const letters = (l) => concat(...l.counts.map(number));
const segment = (s) => concat(id(s.segment.model), named(s.segment.profile), named(s.segment.region), number(s.owner), number(s.records), number(s.epochs), number(s.epochsWithoutDraw), number(s.disputed), number(s.faults), letters(s.traffic), letters(s.canaries), list(s.last, e => concat(number(e.records), letters(e.letters))), list(s.namedFaults, f => concat(id(f.key), number(f.sequence))), ...[s.change.passes, s.change.failures, s.change.rate, s.change.verdicts, s.change.alarms, s.change.alarmVerdict, s.change.alarmEpochs].map(number), list(s.change.state, wide));
export const stateBytes = (a) => concat(a.id, number(a.steps), number(a.time), list(a.logs, l => concat(named(l.origin), number(l.size), l.root)), list(a.segments, segment), list(a.auditors, ({ tally: t }) => concat(named(t.origin), id(t.logKey), ...[t.selfSampled ? 1 : 0, t.commitments, t.draws, t.drawsNotCounted, t.missing, t.unjudged, t.late, t.refusals, t.contradicted].map(number), letters(t.traffic), letters(t.canaries))), list(a.keys, k => concat(id(k.id), number(k.segment), number(k.settled), list(k.known, r => concat(number(r.below), number(r.since))))));
/** The digest that an `account-epoch` names, in hex. */
export const stateDigest = (state) => toHex(sha256(utf8("assay/account-state/v1\n"), state));

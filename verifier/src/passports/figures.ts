import { figuresOf, type Proven } from "../accounts/figures.js";
import type { Account } from "../accounts/fold.js";
import type { SegmentAccount } from "../accounts/segment.js";
import type { SaidProven, SaidSegment } from "./read.js";
import type { Difference } from "./report.js";

const proven = ({ passes, failures, bound }: Proven): SaidProven => ({ passes: Number(passes), failures: Number(failures), ...(bound < 1_000_000n ? { bound: Number(bound) } : {}) });

/** What a passport must say of a segment. */
export function published(segment: SegmentAccount): SaidSegment {
  const f = figuresOf(segment), { model, profile, region } = segment.segment;
  return {
    model, profile, region, owner: segment.owner, records: segment.records, epochs: segment.epochs, epochsWithoutDraw: segment.epochsWithoutDraw, disputed: segment.disputed,
    life: proven(f.proven), trailing: proven(f.recent), ...(f.epoch === null ? {} : { epoch: { lower: Number(f.epoch.lower), upper: Number(f.epoch.upper) } }),
    canary: proven(f.canary), alarmed: f.alarmed, faults: f.faults,
  };
}

/** Digit by digit. */
export function segmentDifferences(said: readonly SaidSegment[], account: Account): Difference[] {
  const due = account.segments.map(published);
  if (said.length !== due.length) return [{ where: "segments", detail: `there are ${said.length}, and the account has ${due.length}` }];
  return said.flatMap((s, i) => differing(s, due[i]!, `segments[${i}]`));
}

function differing(said: object, due: object, where: string): Difference[] {
  const [a, b] = [new Map(Object.entries(said)), new Map(Object.entries(due))] as [Map<string, unknown>, Map<string, unknown>];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap(name => {
    const [x, y] = [a.get(name), b.get(name)], at = `${where}.${name}`;
    if (typeof x === "object" && typeof y === "object") return differing(x!, y!, at);
    return x === y ? [] : [{ where: at, detail: `says ${shown(x)}, and ${shown(y)} is what its entries give` }];
  });
}

const shown = (value: unknown): string => value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);

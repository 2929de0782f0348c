import { add4, lift, mul4, sub4, zero, type Felt4 } from "../field.js";
import { eqAll } from "../multilinear.js";
import { split, type Shape } from "../shapes.js";
import { listed } from "../tables.js";
import type { Row } from "./layer.js";

/* What softmax and normalisation have in common: windows along the last axis, and remainders of divisions (docs/spec/proofs-attention.md). */

export const mostEntries = 1024;
const base = 2 ** 11;

/** A number of the field with limbs of 11 bits. */
export const joined = (low: Felt4, high: Felt4): Felt4 => add4(low, mul4(lift(base), high));

export const limbTable = listed(base, i => [i, 0]);

export const inTable = (tag: number, value: Felt4): Row => [lift(tag), value, zero, zero];

/** c: which entries a window has, at a point; of a causal one up to its row's number. */
export function countsAt(shape: Shape, causal: boolean, point: readonly Felt4[]): Felt4 {
  const axes = split(shape, point), entries = eqAll(axes.at(-1)!), sums: Felt4[] = [];
  for (const entry of entries.slice(0, shape.at(-1)!.size)) sums.push(add4(sums.at(-1) ?? zero, entry));
  if (!causal) return sums.at(-1)!;
  return eqAll(axes.at(-2)!).reduce((sum, row, i) => add4(sum, mul4(row, sums[Math.min(i, sums.length - 1)]!)), zero);
}

/** A remainder ρ in [0, 2 D): its columns, and the lookups of ρ and of 2 D - 1 - ρ. */
export interface Remainder {
  readonly columns: number;
  /** Of its columns' values. */
  value(columns: readonly Felt4[]): Felt4;
  /** Of what is claimed beside the lookups: without the third limb. */
  readonly said: number;
  lookups(columns: readonly Felt4[], twice: Felt4, limbs: number): readonly Row[];
  readonly lookupCount: number;
}

const less = (twice: Felt4, value: Felt4): Felt4 => sub4(sub4(twice, lift(1)), value);

export const remainderOf = (wide: boolean): Remainder => wide
  ? {
    columns: 3, said: 2, lookupCount: 4, value: ([low, high]) => joined(low!, high!),
    lookups: ([low, high, rest], twice, limbs) => [low!, high!, rest!, sub4(less(twice, joined(low!, high!)), mul4(lift(base), rest!))].map(x => inTable(limbs, x)),
  }
  : { columns: 1, said: 1, lookupCount: 2, value: ([rest]) => rest!, lookups: ([rest], twice) => [rest!, less(twice, rest!)].map(x => inTable(0, x)) };

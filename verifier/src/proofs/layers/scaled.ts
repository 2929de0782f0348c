import { add4, equal4, lift, mul4, sub4, zero, type Felt4 } from "../field.js";
import type { Grouped, ScaleGroup } from "../model.js";
import { eq, eqAll, weigh } from "../multilinear.js";
import { demand } from "../refusal.js";
import type { Relations } from "../relations.js";
import { logSize, split, type Shape } from "../shapes.js";
import { groupTable, type TableSize } from "../tables.js";
import type { Known, Row, Section } from "./layer.js";

/* Layers whose accumulators become activations by scale groups (sections 3, 5 and 6). */

const isWithin = (n: number, low: number, high: number): boolean => Number.isInteger(n) && n >= low && n <= high;
export const isInt8 = (n: number): boolean => isWithin(n, -128, 127);

/** R(z): how far an activation may be from its zero point. */
export const reach = (zeroPoint: number): number => Math.max(127 - zeroPoint, 128 + zeroPoint);

export const demandFigures = (holds: boolean, what: string): void => demand(holds, "scaleGroups", what);

/** Requantisation of a layer's accumulators. */
export interface Scaling {
  readonly tables: readonly TableSize[];
  /** C4. */
  check(): void;
  /** The first column is y's. @param tag of its first table */
  section(tag: number): Section;
  /** acc at the point of the lookups; of limbs, after what is to be shown of them. */
  accumulator(relations: Relations, known: Known): Felt4;
}

/** C4. @param places real places of the axes that choose the group */
function demandGroups({ groups, groupOf, limbs }: Grouped, places: number, bound: number, logRange: number): void {
  demandFigures(bound <= 2 ** 30 - 2 ** 24, "accumulators of a layer could wrap the field");
  demandFigures(groups.length >= 1 && groups.length <= 4096, "a layer has no scale group, or more than 4096");
  for (const g of groups) {
    demandFigures(isWithin(g.multiplier, 1, 2 ** 15 - 1) && isWithin(g.shift, 1, 46), "a scale is out of range");
    demandFigures(isInt8(g.zeroPoint) && isInt8(g.low) && isInt8(g.high) && g.low <= g.high, "a clamp is out of range");
    demandFigures(g.table === null || (g.table.length === 256 && g.table.every(isInt8)), "a table is not 256 activations");
    demandFigures(!limbs || g.shift >= 16, "a shift is too small for limbs");
  }
  demandFigures(!limbs || (logRange === 15 && bound < 2 ** 29), "limbs want a range of 15 bits and accumulators below 2^29");
  demandFigures((groupOf.length === places || groupOf.length === 1) && groupOf.every(g => isWithin(g, 0, groups.length - 1)), "a place has no scale group");
}

const inRange = (value: Felt4): Row => [zero, value, zero, zero];

/** @param axes of the output: the first that chooses the group, and the one after the last */
export function scalingOf(layer: Grouped, shape: Shape, axes: readonly [number, number], bound: number, logRange: number): Scaling {
  const chosen = shape.slice(...axes), { groups, groupOf, limbs } = layer;
  const check = () => demandGroups(layer, chosen.reduce((product, a) => product * a.size, 1), bound, logRange);

  /** A number of each group, extended over the axes that choose it; a padded place has the last real one's. */
  const extended = (point: readonly Felt4[], of: (group: number) => number): Felt4 => {
    if (groupOf.length === 1) return lift(of(groupOf[0]!));
    let numbers = [0];
    for (const { size, log } of chosen) numbers = numbers.flatMap(before => Array.from({ length: 2 ** log }, (_, i) => before * size + Math.min(i, size - 1)));
    return weigh(eqAll(split(shape, point).slice(...axes).flat()), numbers.map(n => of(groupOf[n]!)));
  };

  if (!limbs)
    return {
      check, tables: groups.map(g => groupTable(g, bound, logRange)),
      section: tag => ({
        log: logSize(shape), committed: [true, true, true, false],
        lookups: [([, v]) => inRange(v!), ([, , w]) => inRange(w!), ([y, v, w, acc], point) => [extended(point, g => tag + g), y!, sub4(acc!, v!), add4(acc!, w!)]],
      }),
      accumulator: (_, { values }) => values[3]!,
    };

  // Which groups differ in m alone: each has the number of its table.
  const numbers = new Map<string, number>(), shared: ScaleGroup[] = [], tableOf = groups.map(g => {
    const name = JSON.stringify([g.shift, g.zeroPoint, g.low, g.high, g.table]), number = numbers.get(name) ?? shared.length;
    if (number === shared.length) shared.push({ ...g, multiplier: 1, shift: g.shift - 15 });
    numbers.set(name, number);
    return number;
  });
  return {
    check, tables: shared.map(g => groupTable(g, bound, logRange)),
    section: tag => ({
      log: logSize(shape), committed: new Array<boolean>(8).fill(true),
      lookups: [
        ([, a0]) => inRange(a0!), ([, , , e]) => inRange(e!), ([, , , , f]) => inRange(f!), ([, , , , , , v]) => inRange(v!), ([, , , , , , , w]) => inRange(w!),
        ([, , a1]) => inRange(add4(a1!, lift(2 ** 14))),
        ([y, , , , , t, v, w], point) => [extended(point, g => tag + tableOf[g]!), y!, sub4(t!, v!), add4(t!, w!)],
      ],
    }),
    accumulator: (r, { values: [, low, high] }) => {
      const zeta = r.challenge(), tau = r.challenges(logSize(shape)), { point, claim } = r.sumcheck(zero, tau.length, 3);
      const [a0, a1, e, f, t] = r.evaluations(5) as [Felt4, Felt4, Felt4, Felt4, Felt4];
      const scaled = mul4(extended(point, g => groups[g]!.multiplier), add4(a0, mul4(zeta, a1)));
      const rest = add4(sub4(scaled, add4(mul4(lift(2 ** 15), e), f)), mul4(zeta, sub4(e, t)));
      demand(equal4(claim, mul4(eq(tau, point), rest)), "zerocheck", "limbs are not those of accumulator times multiplier");
      // m is of degree one in each coordinate of the lookups' point.
      r.challengeCount += tau.length;
      [a0, a1, e, f, t].forEach((value, i) => r.column(1 + i, point, value));
      return add4(mul4(lift(2 ** 15), high!), low!);
    },
  };
}

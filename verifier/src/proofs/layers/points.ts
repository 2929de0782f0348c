import { add4, lift, mul4, product4, sub4, zero, type Felt4 } from "../field.js";
import type { Line, Pool, TableLayer } from "../model.js";
import { eq, eqAll } from "../multilinear.js";
import type { Relations } from "../relations.js";
import { axisOf, demandShape, imageOf, logSize, split, type Axis, type Shape } from "../shapes.js";
import { functionTable } from "../tables.js";
import type { Computed, Known, Section } from "./layer.js";
import { demandFigures, isInt8 } from "./scaled.js";
import { tapsAt } from "./taps.js";

/* Layers that choose or map single values: tables, pools of two by two, pools along a line. */

export function table(layer: TableLayer, input: Shape): Computed {
  return {
    check: () => demandFigures(layer.table.length === 256 && layer.table.every(isInt8), "a table is not 256 activations"),
    view: false, shape: input, weights: [], tables: [functionTable(layer.table)],
    sections: tag => [{ log: logSize(input), committed: [true, false], lookups: [([y, x]) => [lift(tag), y!, x!, zero]] }],
    relate: (r, [known]) => r.tensor(layer.input, known!.point, known!.values[1]!),
  };
}

/** y, and the values of which it is the largest: each difference in the range. */
const differences = (shape: Shape, count: number): Section => ({
  log: logSize(shape), committed: [true, ...new Array<boolean>(count).fill(false)],
  lookups: Array.from({ length: count }, (_, i) => ([y, ...x]) => [zero, sub4(y!, x[i]!), zero, zero]),
});

/** That y is one of the values: their merged claim at the lookups' point, and again where the zerocheck ends. */
function largest(r: Relations, shape: Shape, { point, values: [, ...values] }: Known, merge: (point: readonly Felt4[], values: readonly Felt4[]) => void): void {
  merge(point, values);
  const tau = r.challenges(logSize(shape)), { point: z, claim } = r.sumcheck(zero, tau.length, 1 + values.length), [y, ...others] = r.evaluations(1 + values.length);
  r.demand(claim, mul4(eq(tau, z), product4(others.map(x => sub4(y!, x)))), "pool", "the output of a pool is none of its inputs");
  r.column(0, z, y!);
  merge(z, others);
}

export function pool(layer: Pool, input: Shape): Computed {
  const { batch, channel, row, column } = imageOf(input), halved = ({ size, log }: Axis): Axis => ({ size: Math.floor(size / 2), log: log - 1 });
  demandShape(row.size >= 2 && column.size >= 2, "a pool of two by two wants two rows and two columns");
  const shape = [batch, channel, halved(row), halved(column)];
  return {
    view: false, shape, weights: [], tables: [], check: () => {}, sections: () => [differences(shape, 4)],
    relate: (r, [known]) => largest(r, shape, known!, (point, values) => {
      const low = r.challenges(2) as [Felt4, Felt4], [b, c, rows, columns] = split(shape, point) as [Felt4[], Felt4[], Felt4[], Felt4[]], weights = eqAll(low);
      r.tensor(layer.input, [...b, ...c, ...rows, low[0], ...columns, low[1]], values.reduce((sum, x, i) => add4(sum, mul4(weights[i]!, x)), zero));
    }),
  };
}

export function line(layer: Line, input: Shape): Computed {
  const { along, kernel, stride, before, size } = layer;
  demandShape((along === 2 || along === 3) && kernel >= 1 && stride >= 1 && before >= 0 && before < kernel && size >= 1, "a pool along a line with a size below one, or padded by all of its window");
  imageOf(input);
  const shape = input.map((axis, i) => (i === along ? axisOf(size) : axis)), axis = input[along]!, walk = { step: stride, spread: 1, before, taps: kernel, outputs: size };
  return {
    view: false, shape, weights: [], tables: [], sections: () => [differences(shape, kernel)],
    check: () => demandFigures(kernel <= 4, "a pool along a line of more than four"),
    relate: (r, [known]) => largest(r, shape, known!, (point, values) => {
      const weights = eqAll(r.challenges(2)), axes = split(shape, point), outside = lift(-128);
      const merged = values.reduce((sum, x, i) => add4(sum, mul4(weights[i]!, sub4(x, outside))), zero);
      r.gather(layer.input, merged, { before: axes.slice(0, along).flat(), log: axis.log, behind: axes.slice(along + 1).flat() }, outside,
        z => tapsAt(walk, axis, axes[along]!, z).reduce((sum, d, i) => add4(sum, mul4(weights[i]!, d)), zero), "gather");
    }),
  };
}

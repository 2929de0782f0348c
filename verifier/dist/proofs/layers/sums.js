import { add4, lift, mul4, sub4, zero } from "../field.js";
import { axisOf, demandShape, imageOf, sameShape, split } from "../shapes.js";
import { demandFigures, isInt8, reach, scalingOf } from "./scaled.js";
import { across, down, tapsAt } from "./taps.js";
/* Layers whose accumulators are sums without weights (section 6, C14). */
export function average(layer, input, logRange) {
    demandShape([layer.kernelRows, layer.kernelColumns, layer.stride, layer.rows, layer.columns].every(n => n >= 1) && layer.top >= 0 && layer.left >= 0, "a pool with a size below one");
    const { batch, channel, row, column } = imageOf(input), shape = [batch, channel, axisOf(layer.rows), axisOf(layer.columns)];
    const scaling = scalingOf(layer, shape, [2, 4], layer.kernelRows * layer.kernelColumns * reach(layer.zeroPoint), logRange);
    const check = () => {
        demandFigures(isInt8(layer.zeroPoint), "a zero point is out of range");
        scaling.check();
    };
    return {
        view: false, shape, check, weights: [], tables: scaling.tables, sections: tag => [scaling.section(tag)],
        relate: (r, [known]) => {
            const acc = scaling.accumulator(r, known), [before, channels, rows, columns] = split(shape, known.point);
            r.gather(layer.input, acc, { before: [...before, ...channels], log: row.log + column.log, behind: [] }, lift(layer.zeroPoint), z => {
                const [h, v] = split([row, column], z), total = (all) => all.reduce(add4, zero);
                return mul4(total(tapsAt(down(layer), row, rows, h)), total(tapsAt(across(layer), column, columns, v)));
            }, "sum");
        },
    };
}
export function sum(layer, a, b, logRange) {
    demandShape(sameShape(a, b), "a sum wants two tensors of one shape, padded alike");
    const { multiplierA, multiplierB, zeroPointA, zeroPointB, group } = layer, isMultiplier = (m) => m >= 1 && m <= 2 ** 21;
    const scaling = scalingOf({ groups: [group], groupOf: [0], limbs: false }, a, [0, 0], multiplierA * reach(zeroPointA) + multiplierB * reach(zeroPointB), logRange);
    const check = () => {
        demandFigures(isMultiplier(multiplierA) && isMultiplier(multiplierB) && isInt8(zeroPointA) && isInt8(zeroPointB) && group.multiplier === 1, "a sum's figures are out of range");
        scaling.check();
    };
    return {
        view: false, shape: a, check, weights: [], tables: scaling.tables, sections: tag => [scaling.section(tag)],
        relate: (r, [known]) => {
            const acc = scaling.accumulator(r, known), [left, right] = r.evaluations(2);
            const scaled = (m, value, zeroPoint) => mul4(lift(m), sub4(value, lift(zeroPoint)));
            r.demand(acc, add4(scaled(multiplierA, left, zeroPointA), scaled(multiplierB, right, zeroPointB)), "sum", "a sum is not that of its two tensors");
            r.tensor(layer.a, known.point, left);
            r.tensor(layer.b, known.point, right);
        },
    };
}

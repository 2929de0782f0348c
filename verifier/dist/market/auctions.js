import { u64be, utf8 } from "../bytes.js";
import { fromHex, toHex } from "../hex.js";
import { sha256 } from "../sha256.js";
const highest = 65535n;
/** What is sent first.
 * @param kind of the asset by its number: 1 a share of the pool, 3 of a cover, 5 of a bond */
export const commitment = (participant, kind, number, auction, order) => toHex(sha256(utf8("assay/market-order/v1\n"), ...[participant, kind, number, auction, order.side === "buy" ? 0n : 1n, order.price, order.lots].map(u64be), fromHex(order.salt, 32, "a salt")));
export const seedOf = (salts) => toHex(sha256(utf8("assay/market-seed/v1\n"), ...[...salts].sort().map(s => fromHex(s, 32, "a salt"))));
const tie = (seed, order) => toHex(sha256(utf8("assay/market-tie/v1\n"), fromHex(seed, 32, "a seed"), fromHex(order.commitment, 32, "a commitment")));
const least = (a, b) => (a < b ? a : b);
const apart = (a, b) => (a < b ? b - a : a - b);
function stretches(orders) {
    // Less is wanted just above a buy's limit; more is offered at a sale's.
    const starts = [...new Set([1n, ...orders.map(o => (o.side === "buy" ? o.price + 1n : o.price))])].filter(p => p <= highest).sort((a, b) => (a < b ? -1 : 1));
    const lots = (which) => orders.filter(which).reduce((sum, o) => sum + o.lots, 0n);
    return starts.map((from, i) => ({
        from,
        to: i + 1 < starts.length ? starts[i + 1] - 1n : highest,
        wanted: lots(o => o.side === "buy" && o.price >= from),
        offered: lots(o => o.side === "sell" && o.price <= from),
    }));
}
function best(orders) {
    let left = stretches(orders);
    const most = left.reduce((m, s) => (least(s.wanted, s.offered) > m ? least(s.wanted, s.offered) : m), 0n);
    if (most === 0n)
        return null;
    left = left.filter(s => least(s.wanted, s.offered) === most);
    const nearest = left.reduce((m, s) => least(m, apart(s.wanted, s.offered)), apart(left[0].wanted, left[0].offered));
    left = left.filter(s => apart(s.wanted, s.offered) === nearest);
    const wanted = left.filter(s => s.wanted > s.offered).at(-1);
    if (wanted)
        return { price: wanted.to, at: wanted };
    const first = left[0], last = left.at(-1);
    return first.offered > first.wanted ? { price: first.from, at: first } : { price: (first.from + last.to) / 2n, at: first };
}
/** Clears the orders of one auction, of which no two have the same commitment. */
export function clear(orders, seed) {
    const found = best(orders);
    if (!found)
        return { price: 0n, lots: 0n, fills: orders.map(() => 0n) };
    const { price, at } = found;
    const fills = orders.map(o => ((o.side === "buy" ? o.price >= price : o.price <= price) ? o.lots : 0n));
    const lots = least(at.wanted, at.offered);
    const long = at.wanted > at.offered ? "buy" : "sell";
    let rest = lots;
    const margin = [];
    orders.forEach((o, i) => {
        if (o.side === long && o.price === price)
            margin.push(i);
        else if (o.side === long)
            rest -= fills[i];
    });
    const asked = margin.reduce((sum, i) => sum + orders[i].lots, 0n);
    if (rest < asked) {
        let over = rest;
        for (const i of margin) {
            fills[i] = (rest * orders[i].lots) / asked;
            over -= fills[i];
        }
        const served = margin
            .map(i => ({ i, remainder: (rest * orders[i].lots) % asked, tie: tie(seed, orders[i]) }))
            .sort((a, b) => (a.remainder !== b.remainder ? (a.remainder > b.remainder ? -1 : 1) : a.tie < b.tie ? -1 : 1));
        for (const { i } of served.slice(0, Number(over)))
            fills[i] = fills[i] + 1n;
    }
    return { price, lots, fills };
}

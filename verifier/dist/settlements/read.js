import { Malformed, Unsupported } from "../errors.js";
import { array, boolean, integer, label, only, string } from "../fields.js";
import { JsonObject, parseJson } from "../json.js";
import { parsePassport } from "../passports/read.js";
/* docs/spec/market.md, section 11: a line, and then a passport. */
export const settlementType = "application/vnd.assay.settlement.v1";
export const windowNames = ["records", "epochs", "passes", "failures", "undecided", "neither"];
const maxLine = 2 ** 20, mostEvents = 256, mostPaid = 4096;
/** Holders of section 2, in the table's order. */
const holders = ["participant", "issuer", "pool", "policy", "maker", "sets", "bond", "coupon", "stake", "order"];
const number = (value, what, most = Number.MAX_SAFE_INTEGER) => {
    const n = Number(integer(value, what));
    if (n > most)
        throw new Malformed(`${what} is above ${most}`);
    return n;
};
export function parseSettlement(bytes) {
    const end = bytes.subarray(0, maxLine + 1).indexOf(10);
    if (end <= 0 || bytes[0] !== 0x7b || bytes[end - 1] !== 0x7d)
        throw new Malformed(`the settlement's first line is not an object that ends within ${maxLine} bytes`);
    const header = parseJson(bytes.subarray(0, end), "the settlement's header", maxLine);
    if (!(header instanceof JsonObject))
        throw new Malformed("the settlement's header is not an object");
    const type = string(header.get("mediaType"), "mediaType");
    if (type !== settlementType)
        throw new Unsupported(`the settlement has the media type "${type.slice(0, 80)}"`);
    const position = string(header.get("position"), "position");
    if (position !== "cover")
        throw new Unsupported(`the settlement is of the position "${position.slice(0, 80)}"`);
    const m = only(header, ["mediaType", "journal", "position", "number", "opened", "settled", "window", "triggered", "rate", "payout", "premiumBack", "paid"], "the settlement's header");
    const w = only(m.get("window"), windowNames, "window");
    return {
        journal: label(m.get("journal"), "journal"), number: number(m.get("number"), "number"), opened: readPlace(m.get("opened"), "opened"), settled: readPlace(m.get("settled"), "settled"),
        says: {
            window: Object.fromEntries(windowNames.map(n => [n, number(w.get(n), `window.${n}`)])), triggered: boolean(m.get("triggered"), "triggered"),
            rate: number(m.get("rate"), "rate", 1_000_000), payout: number(m.get("payout"), "payout"), premiumBack: boolean(m.get("premiumBack"), "premiumBack"),
        },
        paid: m.has("paid") ? readPaid(m.get("paid")) : null,
        passport: parsePassport(bytes.subarray(end + 1)),
    };
}
function readPlace(value, what) {
    const two = array(value, what);
    if (two.length !== 2)
        throw new Malformed(`${what} is not the number of an entry and a place in it`);
    return { entry: number(two[0], what), event: number(two[1], what, mostEvents - 1) };
}
function readPaid(value) {
    const items = array(value, "paid");
    if (items.length > mostPaid)
        throw new Malformed(`paid has more than ${mostPaid} items`);
    return items.map(i => {
        const m = only(i, ["kind", "number", "units"], "an item of paid"), kind = string(m.get("kind"), "the kind of an item of paid");
        if (!holders.includes(kind))
            throw new Malformed("the kind of an item of paid is no holder's");
        return { kind, number: number(m.get("number"), "the number of an item of paid"), units: number(m.get("units"), "units of an item of paid") };
    });
}

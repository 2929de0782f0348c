import { Malformed, Unsupported } from "../errors.js";
import { digest, label, string, time } from "../fields.js";
import { subjectIs } from "../statement.js";
const limit = (1n << 53n) - 1n;
/** A time's digits, so that the order of texts is that of times. */
const sortable = (text) => {
    const [seconds, fraction = ""] = text.slice(0, -1).split(".");
    return seconds + fraction.padEnd(7, "0");
};
export function readObservations(statement) {
    const what = "observations", p = statement.predicate, oracle = string(p.get("oracle"), `oracle of ${what}`);
    if (!["likelihood", "drift", "graded", "service"].includes(oracle))
        throw new Unsupported(`${what} are of the oracle "${oracle.slice(0, 80)}"`);
    digest(p.get("address"), `address of ${what}`);
    const from = time(p.get("from"), `from of ${what}`), to = time(p.get("to"), `to of ${what}`);
    if (sortable(to) < sortable(from))
        throw new Malformed(`to of ${what} is earlier than from`);
    if (oracle === "likelihood") {
        const logE = string(p.get("logE"), `logE of ${what}`);
        if (!/^(0|-?[1-9][0-9]{0,15})$/.test(logE) || BigInt(logE) > limit || BigInt(logE) < -limit)
            throw new Malformed(`logE of ${what} is not a decimal integer within 2^53 - 1`);
    }
    else if (!/^[pfn]{1,30000}$/.test(string(p.get("letters"), `letters of ${what}`)))
        throw new Malformed(`letters of ${what} are not 1 to 30,000 of p, f, n`);
    const event = {
        kind: "observations", origin: label(p.get("origin"), `origin of ${what}`), service: label(p.get("service"), `service of ${what}`), oracle, task: digest(p.get("task"), `task of ${what}`),
    };
    subjectIs(statement, event.service, event.task, what);
    return event;
}

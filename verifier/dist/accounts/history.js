import { Malformed } from "../errors.js";
import { Account } from "./fold.js";
import { Log } from "./log.js";
/**
 * Folds logs from scratch into the account of a service of the provider with this origin, step by step. After each step the account is given to `after`;
 * it is the same object, grown.
 */
export async function foldHistory(provider, service, entries, steps, after) {
    const logs = new Map();
    let account = null;
    for (const { time, sizes } of steps) {
        for (const [origin, size] of sizes) {
            const log = logs.get(origin) ?? new Log(), all = entries.get(origin) ?? [];
            if (size < log.size || size > all.length || size === 0)
                throw new Malformed(`a step reads ${size} entries of the log ${origin}, which has ${all.length}, of which ${log.size} were read`);
            while (log.size < size)
                await log.append(all[log.size]);
            if (log.genesis.origin !== origin)
                throw new Malformed(`the log that is called ${origin} is of another origin`);
            logs.set(origin, log);
        }
        const first = logs.get(provider);
        if (first === undefined)
            throw new Malformed("a step does not read the provider's log");
        account ??= new Account(first, service);
        account.step(time, [...sizes.keys()].filter(o => o !== provider).map(o => logs.get(o)));
        after(account);
    }
}

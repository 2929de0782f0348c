import { ProofRefused } from "./refusal.js";
function* verification(demands) {
    try {
        yield* demands;
        return null;
    }
    catch (error) {
        if (error instanceof ProofRefused)
            return error;
        throw error;
    }
}
export function atOnce(demands) {
    const steps = verification(demands);
    for (let step = steps.next();; step = steps.next())
        if (step.done)
            return step.value;
}
const longest = 20;
/** A page stays alive meanwhile. */
export async function byTurns(demands) {
    const steps = verification(demands);
    for (let step = steps.next(), since = Date.now();; step = steps.next()) {
        if (step.done)
            return step.value;
        if (Date.now() - since < longest)
            continue;
        await new Promise(resolve => setTimeout(resolve, 0));
        since = Date.now();
    }
}

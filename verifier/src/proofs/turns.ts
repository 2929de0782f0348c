import { ProofRefused } from "./refusal.js";

/* A verification in steps, between which others may have a turn: it ends, or refuses. What is made of it is null, or the check that failed. */

type Demands = Generator<void, void>;

function* verification(demands: Demands): Generator<void, ProofRefused | null> {
  try {
    yield* demands;
    return null;
  } catch (error) {
    if (error instanceof ProofRefused) return error;
    throw error;
  }
}

export function atOnce(demands: Demands): ProofRefused | null {
  const steps = verification(demands);
  for (let step = steps.next(); ; step = steps.next())
    if (step.done) return step.value;
}

const longest = 20;

/** A page stays alive meanwhile. */
export async function byTurns(demands: Demands): Promise<ProofRefused | null> {
  const steps = verification(demands);
  for (let step = steps.next(), since = Date.now(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (Date.now() - since < longest) continue;
    await new Promise(resolve => setTimeout(resolve, 0));
    since = Date.now();
  }
}

import { Letters } from "./letters.js";

/** What an account shows of one auditor (docs/spec/accounts-fold.md, section 3): so nobody's word hides in a sum. */
export class AuditorTally {
  /** Commitments for settled epochs. */
  commitments = 0;
  draws = 0;
  drawsNotCounted = 0;
  /** Secrets that its draws lack. */
  missing = 0;
  /** Drawn records without a verdict. */
  unjudged = 0;
  late = 0;
  refusals = 0;
  contradicted = 0;
  readonly traffic = new Letters();
  readonly canaries = new Letters();

  /** @param selfSampled whether its genesis names a key of the provider's. */
  constructor(readonly origin: string, readonly logKey: string, readonly selfSampled: boolean) {}
}

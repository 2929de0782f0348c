/* docs/spec/accounts.md, section 10: probes of a service, the incidents that they show, and the calm after them. */
import type { Counts } from "./bounds.js";

export interface Uptime {
  readonly probes: Counts;
  readonly repairs: Counts;
  readonly calms: Counts;
}

const none: Counts = { passes: 0n, failures: 0n };
const counted = (to: Counts, pass: boolean): Counts => pass ? { ...to, passes: to.passes + 1n } : { ...to, failures: to.failures + 1n };

/** Probes in the order of their slots. */
export function foldUptime(repair: bigint, calm: bigint, probes: Iterable<readonly [slot: bigint, up: boolean]>): Uptime {
  let all = none, repairs = none, calms = none;
  let run: { readonly down: boolean; readonly since: bigint; open: boolean } | null = null; // what goes on, and whether it is undecided
  for (const [slot, up] of probes) {
    all = counted(all, up);
    const ends: boolean = run === null ? !up : run.down === up;
    if (run !== null && run.open) {
      const length: bigint = slot - run.since;
      if (run.down && (ends || length > repair)) {
        repairs = counted(repairs, length <= repair);
        run.open = false;
      } else if (!run.down && (ends || length >= calm)) {
        calms = counted(calms, length >= calm);
        run.open = false;
      }
    }
    if (ends) run = { down: !up, since: slot, open: true };
  }
  return { probes: all, repairs, calms };
}

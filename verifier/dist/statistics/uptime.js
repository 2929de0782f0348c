const none = { passes: 0n, failures: 0n };
const counted = (to, pass) => pass ? { ...to, passes: to.passes + 1n } : { ...to, failures: to.failures + 1n };
/** Probes in the order of their slots. */
export function foldUptime(repair, calm, probes) {
    let all = none, repairs = none, calms = none;
    let run = null; // what goes on, and whether it is undecided
    for (const [slot, up] of probes) {
        all = counted(all, up);
        const ends = run === null ? !up : run.down === up;
        if (run !== null && run.open) {
            const length = slot - run.since;
            if (run.down && (ends || length > repair)) {
                repairs = counted(repairs, length <= repair);
                run.open = false;
            }
            else if (!run.down && (ends || length >= calm)) {
                calms = counted(calms, length >= calm);
                run.open = false;
            }
        }
        if (ends)
            run = { down: !up, since: slot, open: true };
    }
    return { probes: all, repairs, calms };
}

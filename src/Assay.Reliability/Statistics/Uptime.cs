namespace Assay.Reliability.Statistics;

/// <summary>
/// Probes of a service at drawn slots of time, folded in their order (docs/spec/accounts.md section 10). Failing probes come in
/// incidents and are not independent, so the band is not for them: the share of the period is for
/// <see cref="WithoutReplacement"/> over its slots, and bands are for incidents and for the calm after them.
/// </summary>
/// <param name="Repair">How many slots an incident may last, from its first probe down to the next one up.</param>
/// <param name="Calm">How many slots should pass from the first probe up after an incident to the next one down.</param>
public readonly record struct Uptime(ulong Repair, ulong Calm)
{
    /// <summary>Probes, up and down.</summary>
    public Counts Probes { get; private init; }

    /// <summary>Incidents, by whether they ended in time. The one that goes on counts from when it is too long.</summary>
    public Counts Repairs { get; private init; }

    /// <summary>Stretches between incidents, by whether they were long enough. The last one counts from when it is; what came before the first incident does not.</summary>
    public Counts Calms { get; private init; }

    private ulong Since { get; init; }
    private Run Now { get; init; }

    // What goes on: nothing before the first incident; "done" where the run has been counted already.
    private enum Run { Nothing, Incident, IncidentDone, Calm, CalmDone }

    /// <summary>One probe.</summary>
    /// <param name="slot">Not before that of the probe before.</param>
    public Uptime Probe(ulong slot, bool up)
    {
        if (Now != Run.Nothing && slot < Since)
            throw new ArgumentOutOfRangeException(nameof(slot), $"slot {slot} comes after slot {Since}");
        var next = this with { Probes = Probes + One(up) };
        var incident = Now is Run.Incident or Run.IncidentDone;
        var lasted = slot - Since;
        if (up == incident) // the run ends, or the first incident begins
        {
            return Now switch
            {
                Run.Incident => next with { Repairs = Repairs + One(lasted <= Repair), Now = Run.Calm, Since = slot },
                Run.IncidentDone => next with { Now = Run.Calm, Since = slot },
                Run.Calm => next with { Calms = Calms + One(lasted >= Calm), Now = Run.Incident, Since = slot },
                _ => next with { Now = Run.Incident, Since = slot },
            };
        }
        return Now switch
        {
            Run.Incident when lasted > Repair => next with { Repairs = Repairs + One(false), Now = Run.IncidentDone },
            Run.Calm when lasted >= Calm => next with { Calms = Calms + One(true), Now = Run.CalmDone },
            _ => next,
        };
    }

    /// <summary>All that the next probe needs to know: the counts, when what goes on began, and what it is (0 nothing, 1 an incident, 2 one that counts, 3 calm, 4 calm that counts).</summary>
    public (Counts Probes, Counts Repairs, Counts Calms, ulong Since, ulong Now) Kept => (Probes, Repairs, Calms, Since, (ulong)Now);

    /// <summary>What <see cref="Kept"/> gave.</summary>
    public Uptime Resume((Counts Probes, Counts Repairs, Counts Calms, ulong Since, ulong Now) kept) =>
        this with { Probes = kept.Probes, Repairs = kept.Repairs, Calms = kept.Calms, Since = kept.Since, Now = (Run)kept.Now };

    private static Counts One(bool pass) => pass ? new(1, 0) : new(0, 1);
}

using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>Runs alone: it measures the whole heap.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;

[Collection("Alone")]
public class AuditMemoryTests
{
    [Fact]
    public void An_auditors_log_keeps_nothing_for_a_verdict()
    {
        const int Entries = 6000;
        var log = new AuditedLog("auditor.test/log");
        var draw = ((AuditDrawEvent)AuditEvents.All.Single(e => e.Event is AuditDrawEvent).Event) with { Origin = log.Origin };
        var of = log.Add(draw with { Epoch = draw.Epoch with { Records = 100_000 }, Drawn = 100_000 });
        var next = 0;
        Apply(Entries / 2);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Apply(Entries);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(log);
        // About 34 bytes an entry for the tree, in lists that double; a kept entry of this kind would be some 700.
        Assert.InRange(grown, -1 << 20, Entries * 130);

        void Apply(int entries)
        {
            for (; entries > 0; entries--)
                log.State.Apply(log.Verdicts(of, next++, "r").ToEntry(log.LogKey));
        }
    }
}

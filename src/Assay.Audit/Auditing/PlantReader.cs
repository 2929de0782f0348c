using System.Text;
using Assay.Reliability.Accounts;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>Reads from logs what auditors said of the divergences that were planted for them (docs/spec/audits.md section 4).</summary>
public static class PlantReader
{
    /// <param name="planter">All entries of the log that the plants were opened in.</param>
    /// <param name="auditors">All entries of each auditor's log.</param>
    /// <returns>A verdict for each planted record that an auditor judged. Evidence is not run here.</returns>
    /// <exception cref="Verify.MalformedException">An entry may not stand where it stands.</exception>
    public static IReadOnlyList<PlantVerdict> Read(IEnumerable<ReadOnlyMemory<byte>> planter, IEnumerable<IEnumerable<ReadOnlyMemory<byte>>> auditors)
    {
        var plants = Events(planter).Select(e => e.Event).OfType<AuditPlantEvent>().Where(p => p.Opened is not null).ToList();
        return [.. auditors.SelectMany(log => Judged(log).SelectMany(j => plants.SelectMany(p => PlantCheck.Of(p, j.Draw, j.Letters))))];
    }

    // Of providers that nobody planted with, too: drawing again is cheap, and PlantCheck passes them over before it does.
    private static IEnumerable<(AuditDrawEvent Draw, string Letters)> Judged(IEnumerable<ReadOnlyMemory<byte>> log)
    {
        var draws = new SortedDictionary<ulong, (AuditDrawEvent Draw, StringBuilder Letters)>();
        foreach (var (index, step) in Events(log))
            if (step is AuditDrawEvent draw)
                draws.Add(index, (draw, new StringBuilder()));
            else if (step is AuditVerdictsEvent { Lane: AuditLane.Traffic } verdicts)
                draws[verdicts.Of].Letters.Append(verdicts.Letters);
        return draws.Values.Select(d => (d.Draw, d.Letters.ToString()));
    }

    // The log's own rules hold: verdicts are of a draw, in its order and no more than were drawn.
    private static IEnumerable<(ulong Index, LogEvent Event)> Events(IEnumerable<ReadOnlyMemory<byte>> log)
    {
        var state = new LogState();
        foreach (var entry in log)
        {
            state.Apply(entry.Span);
            if (OpenEntry.KindOf(entry.Span) == EntryKind.Open)
                yield return (state.Size - 1, LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span));
        }
    }
}

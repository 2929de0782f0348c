using Assay.Market.Journal;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>One event of a journal, with its entry's time.</summary>
internal sealed record JournalStep(EventPlace Place, ulong Time, MarketEvent Event);

/// <summary>What a passport shows of a journal in its folder's log. That entries stand there, signed and in order, is the passport's verifier's to find.</summary>
/// <param name="Entries">With their places in the log.</param>
/// <param name="Steps">All events of them up to the one at which the position was settled, in order.</param>
/// <param name="Problem">The first event that could not be read; null where all could.</param>
internal sealed record JournalView(IReadOnlyList<(ulong Index, JournalEvent Entry)> Entries, IReadOnlyList<JournalStep> Steps, PassportDifference? Problem)
{
    /// <param name="until">Events after this one are not looked at.</param>
    public static JournalView Of(PassportLog folder, string journal, EventPlace until)
    {
        var entries = ShownEvents.Of(folder).Where(e => e.Event is JournalEvent j && j.Journal == journal).Select(e => (e.Index, Entry: (JournalEvent)e.Event)).ToArray();
        var steps = new List<JournalStep>();
        foreach (var (_, entry) in entries)
            for (var i = 0; i < entry.Events.Length && new EventPlace(entry.Number, i) is var place && place.CompareTo(until) <= 0; i++)
                try
                {
                    steps.Add(new JournalStep(place, entry.Time, SignedEvent.Parse(entry.Events[i]).Event));
                }
                catch (MalformedException e)
                {
                    return new JournalView(entries, steps, new PassportDifference($"journal{place}", e.Message));
                }
        return new JournalView(entries, steps, null);
    }

    /// <summary>Whether every entry up to that of an event is shown.</summary>
    public bool IsWhole(EventPlace until) => Entries.TakeWhile(e => e.Entry.Number <= until.Entry).Index().All(e => e.Item.Entry.Number == (ulong)e.Index)
        && Entries.Any(e => e.Entry.Number == until.Entry);

    /// <summary>Entries up to that of an event that are not shown.</summary>
    public ulong LeftOut(EventPlace until) => until.Entry + 1 - (ulong)Entries.Count(e => e.Entry.Number <= until.Entry);
}

using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>Makes settlement files from whole logs (docs/spec/market.md section 11), and hands out none that does not recompute.</summary>
public sealed class SettlementMaker
{
    /// <summary>A journal of so many entries is shown whole; of a longer one a part.</summary>
    public const int MostEntries = 4096;

    private readonly List<(ulong Index, JournalEvent Entry)> entries = [];
    private readonly JournalReplay replay;
    private readonly ILoggedTree folder;

    private SettlementMaker(ILoggedTree folder)
    {
        this.folder = folder;
        ulong index = 0;
        foreach (var entry in folder.Entries())
        {
            if (OpenEntry.KindOf(entry.Span) == EntryKind.Open && LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span) is JournalEvent { Journal: MarketFold.Journal } next)
                entries.Add((index, next));
            index++;
        }
        replay = JournalReplay.Of(entries.Select(e => e.Entry), MarketFold.Journal, CancellationToken.None);
    }

    /// <param name="policy">Its number.</param>
    /// <param name="folder">The market's log, with the steps of the account.</param>
    /// <param name="others">The provider's and the auditors' logs, in any order; others are not looked at.</param>
    /// <param name="noteOf">The index note of the provider's epoch of a size, where there is one.</param>
    /// <param name="whole">Whether all of the journal is shown (null: if it is not long).</param>
    /// <exception cref="MarketRefusal">There is no such policy, or it is not settled.</exception>
    /// <exception cref="MalformedException">A log is missing, the journal is broken, or it is not what the logs give.</exception>
    public static SettlementFile Make(
        ulong policy, ILoggedTree folder, IEnumerable<ILoggedTree> others, Func<ulong, SignedNote?>? noteOf = null, bool? whole = null) =>
        new SettlementMaker(folder).Make(policy, others, noteOf, whole);

    private SettlementFile Make(ulong policy, IEnumerable<ILoggedTree> others, Func<ulong, SignedNote?>? noteOf, bool? whole)
    {
        if (policy >= (ulong)replay.Sold.Count)
            throw new MarketRefusal($"{replay.Sold.Count} covers were sold, none is number {policy}");
        var sold = replay.Sold[(int)policy];
        if (!replay.Settled.TryGetValue(policy, out var settled))
            throw new MarketRefusal($"cover {policy} is not settled yet");
        var all = whole ?? settled.Place.Entry < MostEntries;
        var paid = JournalReplay.Paid(settled.Outcome);
        var more = all ? entries.Select(e => e.Index) : Part(sold.Event, sold.Place, settled.Place);
        var passport = PassportMaker.Make(sold.Event.Account, folder, others, noteOf, more);
        var view = JournalView.Of(passport.Logs[0], MarketFold.Journal, settled.Place);
        var found = CoverReplay.Of(SoldCover.Of(sold.Event), sold.Place, view.Steps) ?? throw new MalformedException("the journal does not show what the cover was sold by");
        var says = found.Figures with { Paid = view.IsWhole(settled.Place) && paid.Length <= SettlementHeader.MostPaid ? paid : null };
        var file = new SettlementFile(new SettlementHeader(MarketFold.Journal, policy, sold.Place, settled.Place, says), passport);
        return SettlementCheck.Check(file, null).Differences is [var first, ..] ? throw new MalformedException($"{first.Where}: {first.Detail}") : file;
    }

    // The newest terms and look before the purchase, both ends, and every look at the account between.
    private IEnumerable<ulong> Part(CoverEvent sold, EventPlace opened, EventPlace settled)
    {
        var steps = entries.SelectMany(e => e.Entry.Events.Select((bytes, i) => (e.Index, Place: new EventPlace(e.Entry.Number, i), SignedEvent.Parse(bytes).Event)))
            .TakeWhile(s => s.Place.CompareTo(settled) <= 0).ToArray();
        var before = steps.TakeWhile(s => s.Place.CompareTo(opened) < 0).ToArray();
        var looked = before.LastOrDefault(s => IsLook(s.Event)).Place;
        return steps.Where(s => s.Place == opened || s.Place == settled || IsLook(s.Event) && s.Place.CompareTo(looked) >= 0)
            .Append(before.Last(s => s.Event is TermsEvent)).Select(s => s.Index).Distinct();

        bool IsLook(MarketEvent step) => step is LookEvent look && look.Account == sold.Account;
    }
}

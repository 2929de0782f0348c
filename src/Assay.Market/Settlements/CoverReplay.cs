using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Settlements;

/// <summary>What a cover is of.</summary>
internal readonly record struct SoldCover(Hash Account, int Segment, CoverTerms Terms, ulong Until)
{
    public static SoldCover Of(CoverEvent sold) => new(sold.Account, (int)Math.Min(sold.Segment, int.MaxValue), sold.Cover, sold.Until);
}

/// <summary>A cover from its purchase to its end, by the events of a journal that are at hand (docs/spec/market.md sections 3 and 4). Without a book: what was allowed and who was paid is not asked.</summary>
/// <param name="Bought">The look that it was sold by.</param>
/// <param name="Attached">The look at which its window began; null where none was.</param>
/// <param name="Ended">The newest look when it was settled.</param>
/// <param name="Settled">Where it was settled; null where it was not.</param>
internal sealed record CoverReplay(LookEvent Bought, LookEvent? Attached, LookEvent? Ended, EventPlace? Settled, SettlementFigures Figures)
{
    /// <param name="steps">In order, with the event that sold it among them.</param>
    /// <returns>Null where no look at the account with this segment comes before it.</returns>
    public static CoverReplay? Of(SoldCover sold, EventPlace opened, IEnumerable<JournalStep> steps)
    {
        MarketTerms? terms = null;
        LookEvent? newest = null, bought = null, attached = null;
        Window? window = null;
        EventPlace? settled = null;
        foreach (var step in steps)
        {
            if (step.Place.CompareTo(opened) == 0)
            {
                if (newest is null || sold.Segment >= newest.Segments.Length || terms is null)
                    return null;
                (bought, window) = (newest, Window.Open(At(newest, step.Time), sold.Segment, terms.Grace));
                continue;
            }
            var due = window is not null && step.Time >= sold.Until;
            switch (step.Event)
            {
                case TermsEvent said when window is null:
                    terms = said.Terms;
                    break;
                case LookEvent look when look.Account == sold.Account:
                    newest = look;
                    if (window is null)
                        break;
                    window = window.See(At(look, step.Time));
                    attached ??= window.From is null ? null : look;
                    if (due || window.Counts(At(look, step.Time)) is { } counts && counts.Records >= sold.Terms.Records)
                        settled = step.Place;
                    break;
                case TickEvent when due:
                    settled = step.Place;
                    break;
            }
            if (settled is not null)
                break;
        }
        return bought is null ? null : new CoverReplay(bought, attached, newest, settled, FiguresOf(sold, window?.Counts(At(newest!, 0)) ?? default));
    }

    private static Look At(LookEvent look, ulong time) => new(look.Account, look.Step, time, look.Segments, look.Auditors);

    private static SettlementFigures FiguresOf(SoldCover sold, SegmentCounts counts)
    {
        var judged = counts.Passes + counts.Failures;
        return new SettlementFigures(
            counts, CoverPayout.Triggers(sold.Terms.Threshold, counts), judged == 0 ? 0 : Grid.Down(counts.Failures, judged), judged == 0 ? 0 : CoverPayout.Of(sold.Terms, counts),
            judged == 0, null);
    }
}

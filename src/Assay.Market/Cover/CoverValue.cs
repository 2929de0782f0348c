using Assay.Reliability.Statistics;

namespace Assay.Market.Cover;

/// <summary>
/// What a cover of one unit pays on the average, in units of 2^-64 (docs/spec/market.md section 4): the forecast's memory as it is,
/// mixed with the chance that the segment changes, after which nothing is known of it.
/// </summary>
/// <param name="Steady">The part of it without a change.</param>
/// <param name="Mixed">All of it.</param>
/// <param name="Audited">Verdicts expected in the window.</param>
/// <param name="Fewest">Failures among them from which it pays.</param>
internal readonly record struct CoverValue(UInt128 Steady, UInt128 Mixed, ulong Audited, ulong Fewest)
{
    /// <summary>Times at which a change within the window is thought to come.</summary>
    private const ulong Times = 4;

    /// <exception cref="MarketRefusal">Nothing is known of the segment, or the cover would not pay whatever happens.</exception>
    public static CoverValue Of(in CoverTerms cover, in CoverOutlook outlook, ulong grace)
    {
        cover.Check();
        return Of(cover, Window(cover, outlook), outlook.Memory, outlook.Hazard, outlook.Waiting + grace);
    }

    /// <param name="window">As it is expected to be.</param>
    /// <param name="remembered">Passes and failures that the forecast goes by.</param>
    /// <param name="hazard">Chance of a change in an epoch, in millionths.</param>
    /// <param name="before">Epochs until the window begins.</param>
    public static CoverValue Of(in CoverTerms cover, Expected window, Counts remembered, uint hazard, ulong before)
    {
        var memory = Bounded(remembered);
        var steady = Paid(cover, window, window.Audited, memory, 0);
        var (begins, ends) = (Unchanged(hazard, before), Unchanged(hazard, before + window.Epochs));
        var within = UInt128.Zero;
        var times = Math.Min(Times, window.Epochs);
        for (ulong j = 1; j <= times; j++)
        {
            var after = window.Audited * (2 * j - 1) / (2 * times);
            var failing = Up((window.Audited - after) * (2 * memory.Failures + 1), 2 * (memory.Total + 1));
            within += Paid(cover, window, after, default, (ulong)failing);
        }
        var known = ends * steady;
        var changed = (Grid.One - begins) * Paid(cover, window, window.Audited, default, 0) + Up((begins - ends) * within, times);
        return new CoverValue(Up(known, Grid.One), Up(known + changed, Grid.One), window.Audited, window.Fewest);
    }

    /// <summary>A window as it is expected to be.</summary>
    /// <param name="Fewest">Failures from which it triggers.</param>
    internal readonly record struct Expected(ulong Epochs, ulong Records, ulong Audited, ulong Fewest);

    internal static Expected Window(in CoverTerms cover, in CoverOutlook outlook)
    {
        if (outlook.Epochs == 0 || outlook.Records == 0)
            throw new MarketRefusal("nothing of this segment was settled yet: there is nothing to price a cover by");
        var epochs = Up((UInt128)cover.Records * outlook.Epochs, outlook.Records);
        var records = Up(epochs * outlook.Records, outlook.Epochs);
        var audited = (UInt128)outlook.Judged.Total * records / outlook.Records;
        if (records >= Counts.Limit || audited < 1 || audited > BetaBinomial.MostVerdicts)
            throw new MarketRefusal($"a cover of {cover.Records} records, of which {audited} are expected to be judged: 1 to {BetaBinomial.MostVerdicts} can be priced");
        var needed = CoverPayout.FailingNeeded(cover.Threshold, (ulong)records);
        var fewest = FewestFailures((ulong)audited, drawn => WithoutReplacement.AtLeast((ulong)records, drawn, needed))
            ?? throw new MarketRefusal($"a cover that could not pay: of {audited} judged records even if all failed");
        return new Expected((ulong)epochs, (ulong)records, (ulong)audited, fewest);
    }

    /// <summary>The fewest failures of so many verdicts with which something triggers; null where not even all of them do.</summary>
    /// <param name="triggers">With more failures of as many verdicts it does not cease to.</param>
    internal static ulong? FewestFailures(ulong audited, Func<Counts, bool> triggers)
    {
        if (!triggers(new Counts(0, audited)))
            return null;
        var (low, high) = (0UL, audited);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (triggers(new Counts(audited - middle, middle)))
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// <summary>
    /// What one unit pays on the average where <paramref name="verdicts"/> of the window's have failures by the memory, and
    /// <paramref name="failing"/> of the others fail; rounded up.
    /// </summary>
    internal static UInt128 Paid(in CoverTerms cover, Expected window, ulong verdicts, Counts memory, ulong failing)
    {
        var chances = new BetaBinomial(verdicts, memory);
        var first = chances.First;
        var (begin, sum) = (chances.Chance(first), UInt128.Zero);
        var term = begin;
        for (var k = first; ; k++)
        {
            sum += term * Share(cover, window, k + failing);
            if (k == verdicts || term == 0)
                break;
            term = chances.After(term, k);
        }
        term = begin;
        for (var k = first; k > 0 && k + failing > window.Fewest && term > 0; k--)
        {
            term = chances.Before(term, k);
            sum += term * Share(cover, window, k - 1 + failing);
        }
        return Up(sum, cover.Width);
    }

    private static uint Share(in CoverTerms cover, Expected window, ulong failures) =>
        failures < window.Fewest ? 0 : CoverPayout.Share(cover, Math.Min(failures, window.Audited), window.Audited);

    // The chance of no change in so many epochs, in millionths.
    private static uint Unchanged(uint hazard, ulong epochs) =>
        (uint)(FixedPoint.Exp(Int128.Max((Int128)epochs * FixedPoint.Ln(Grid.One - Math.Min(hazard, Grid.One - 1), Grid.One), -((Int128)50 << FixedPoint.Bits))) * Grid.One >> FixedPoint.Bits);

    // A memory beyond what the arithmetic holds is halved until it fits: at so many verdicts nothing is lost by it.
    private static Counts Bounded(Counts memory)
    {
        while (memory.Total >= BetaBinomial.MemoryLimit)
            memory = new Counts(memory.Passes / 2, memory.Failures - memory.Failures / 2);
        return memory;
    }

    private static UInt128 Up(UInt128 a, UInt128 b) => (a + b - 1) / b;
}

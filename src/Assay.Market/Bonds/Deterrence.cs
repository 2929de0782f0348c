using Assay.Market.Journal;
using Assay.Reliability.Statistics;

namespace Assay.Market.Bonds;

/// <summary>How an account is audited and what cheating on it is worth: what the size of a bond that deters hangs on (docs/spec/market.md section 6).</summary>
/// <param name="Promised">The failure rate that the bond promises, in millionths.</param>
/// <param name="Cheated">The share of records that a cheater would serve otherwise than promised, in millionths: each of them fails where it is judged.</param>
/// <param name="GainPerMillion">What it saves by cheating, in units for a million cheated records.</param>
/// <param name="Judged">The share of records that are drawn and judged, in millionths.</param>
/// <param name="EpochRecords">Records of an epoch: nothing is judged before its end.</param>
/// <param name="RecordsPerDay">Records that are served a day.</param>
/// <param name="DelaySeconds">From an epoch's end until its verdicts count and the bond is taken: the auditors' patience, and the time for objections.</param>
/// <param name="Own">The part of the bond that is the cheater's own and cannot be sold, in millionths.</param>
public sealed record DeterrenceCase(
    uint Promised, uint Cheated, ulong GainPerMillion, uint Judged, ulong EpochRecords, ulong RecordsPerDay, ulong DelaySeconds, uint Own)
{
    /// <summary>For how long auditors may judge an epoch that has ended (docs/spec/accounts-fold.md section 2), in seconds.</summary>
    public const ulong Patience = 14 * 86_400;

    /// <summary>
    /// A series as it stands: what it promises, the part that its issuer keeps, and how its segment was audited so far by the newest
    /// look. How a cheater would cheat, what that gains and how much is served is for whoever asks to say.
    /// </summary>
    /// <exception cref="MarketRefusal">Nothing was judged on the segment yet.</exception>
    public static DeterrenceCase Of(MarketState state, BondSeries series, uint cheated, ulong gainPerMillion, ulong recordsPerDay)
    {
        var counts = state.Looks.Of(series.Window.Account)!.Segments[(int)series.Window.Segment].Counts;
        if (counts.Epochs == 0 || Grid.Down(counts.Passes + counts.Failures, counts.Records) is not (> 0 and var judged))
            throw new MarketRefusal($"segment {series.Window.Segment} of the account {series.Window.Account.ToHex()} has no share of judged records yet");
        var own = (uint)((UInt128)series.Terms.Retained * Grid.One / (ulong)state.Book.Issued(series.Shares));
        return new DeterrenceCase(
            series.Terms.Promised, cheated, gainPerMillion, judged, (counts.Records + counts.Epochs - 1) / counts.Epochs, recordsPerDay,
            Patience + state.Terms.Dispute, own);
    }
}

/// <summary>
/// The bond that deters, and each factor of it: it is more than all that cheating gains from the first cheated record until the bond is
/// gone, not more than what one record gains.
/// </summary>
/// <remarks>
/// It deters whoever weighs money alone, knows what it would gain, and has nothing else to lose or to win: no future business on one
/// side, no position on its own failure on the other (section 8 is about those).
/// </remarks>
public sealed record Deterrence
{
    private const ulong MostVerdicts = 1UL << 40;
    private const ulong SecondsOfDay = 86_400;

    private Deterrence()
    {
    }

    public required DeterrenceCase Case { get; init; }

    /// <summary>
    /// Verdicts within which 19 of 20 such cheaters show an excess that takes the bond. Null where there is no such number below
    /// 2^40: what they do is too near to what was promised, and no bond deters it.
    /// </summary>
    public ulong? Verdicts { get; private init; }

    /// <summary>Records served until so many of them are judged, to the end of an epoch.</summary>
    public ulong ServedUntilShown { get; private init; }

    /// <summary>Records served from then on, until the bond is taken.</summary>
    public ulong ServedWhileWaiting { get; private init; }

    /// <summary>Cheated ones among both, rounded up.</summary>
    public ulong CheatedRecords { get; private init; }

    /// <summary>What those gain, in units, rounded up.</summary>
    public ulong Gain { get; private init; }

    /// <summary>The bond, in units, of which the cheater's own part is above the gain. Null where no bond deters.</summary>
    public ulong? Bond { get; private init; }

    /// <exception cref="MarketRefusal">A figure is out of its range, or the bond is 2^53 units or more.</exception>
    public static Deterrence Of(DeterrenceCase of)
    {
        Promise.Check(of.Promised);
        Rate(of.Cheated, "share of cheated records");
        Rate(of.Judged, "share of judged records");
        Rate(of.Own, "part of the bond that is the cheater's own");
        if (of.EpochRecords is 0 or >= Counts.Limit || of.RecordsPerDay >= Counts.Limit || of.DelaySeconds >= Counts.Limit || of.GainPerMillion >= Counts.Limit)
            throw new MarketRefusal("a case of deterrence with a figure beyond 2^53, or epochs without records");
        if (VerdictsUntilShown(of.Promised, of.Cheated) is not { } verdicts)
            return new Deterrence { Case = of };
        var epochs = Up((UInt128)verdicts * Grid.One, (UInt128)of.Judged * of.EpochRecords);
        var shown = epochs * of.EpochRecords;
        var waiting = Up((UInt128)of.RecordsPerDay * of.DelaySeconds, SecondsOfDay);
        var cheated = Up((shown + waiting) * of.Cheated, Grid.One);
        var gain = Up(Bounded(cheated) * (UInt128)of.GainPerMillion, Grid.One);
        return new Deterrence
        {
            Case = of,
            Verdicts = verdicts,
            ServedUntilShown = Bounded(shown),
            ServedWhileWaiting = Bounded(waiting),
            CheatedRecords = Bounded(cheated),
            Gain = Bounded(gain),
            Bond = Bounded(((UInt128)Bounded(gain) * Grid.One / of.Own) + 1),
        };
    }

    /// <summary>
    /// The smallest n that bisection finds below 2^40 at which ⌊n x⌋ − ⌈√(6 ⌈n x⌉)⌉ failures of n show an excess over the promised
    /// rate; null where 2^40 does not. The number of failures is less than that for one in twenty at most: below its mean m by
    /// √(2 m ln 20) or more with probability 1/20 at most (Chernoff), and 2 ln 20 is below 6.
    /// </summary>
    /// <param name="promised">The promised failure rate, in millionths.</param>
    /// <param name="share">x, the true failure rate, in millionths.</param>
    public static ulong? VerdictsUntilShown(uint promised, uint share)
    {
        if (!ShownBy(promised, share, MostVerdicts))
            return null;
        var (below, at) = (0UL, MostVerdicts);
        while (at - below > 1)
        {
            var middle = below + (at - below) / 2;
            if (ShownBy(promised, share, middle))
                at = middle;
            else
                below = middle;
        }
        return at;
    }

    private static bool ShownBy(uint promised, uint share, ulong verdicts)
    {
        var all = (UInt128)verdicts * share;
        var (least, most) = ((ulong)(all / Grid.One), (ulong)Up(all, Grid.One));
        var missing = RootUp(6 * most);
        return least > missing && Promise.IsExceeded(promised, new Counts(verdicts - (least - missing), least - missing));
    }

    // ⌈√n⌉, by Newton's steps from above.
    private static ulong RootUp(ulong n)
    {
        if (n < 2)
            return n;
        var (root, next) = (n, n / 2 + 1);
        while (next < root)
            (root, next) = (next, (next + n / next) / 2);
        return root * root == n ? root : root + 1;
    }

    private static UInt128 Up(UInt128 n, UInt128 d) => (n + d - 1) / d;

    private static ulong Bounded(UInt128 value) => value < Counts.Limit ? (ulong)value : throw new MarketRefusal("a case of deterrence with figures beyond 2^53");

    private static void Rate(uint rate, string what)
    {
        if (rate is 0 or > Grid.One)
            throw new MarketRefusal($"a {what} is 1 to {Grid.One} millionths, not {rate}");
    }
}

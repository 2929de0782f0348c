using System.Collections.Immutable;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;

namespace Assay.Market.Payoffs;

/// <summary>A corner of a curve.</summary>
/// <param name="Rate">Failure rate of a position's window, in millionths.</param>
/// <param name="Units">What the position is paid at that rate.</param>
public readonly record struct PayoffPoint(uint Rate, long Units);

/// <summary>
/// What a position is paid, by the failure rate of its window: corners from 0 to 1,000,000, ascending, with straight lines between
/// them. For pages; what is really paid is docs/spec/market.md, and differs where floors do, by a unit.
/// </summary>
/// <remarks>
/// Of covers it is what is paid where the excess over the threshold is beyond doubt; with few verdicts they pay nothing at rates a
/// little above it. What was paid for a position is no part of its curve.
/// </remarks>
public sealed record PayoffCurve(ImmutableArray<PayoffPoint> Corners)
{
    /// <summary>The curve of shares of an asset; null for units and the pool's shares, and for what is settled.</summary>
    public static PayoffCurve? Of(MarketState state, Asset asset, long shares) => asset.Kind switch
    {
        AssetKind.Cover when state.Policies.Of(asset.Number) is { } policy => OfCover(policy.Cover, shares),
        AssetKind.Yes or AssetKind.No when state.Contracts.Of(asset.Number) is { } contract => OfContract(contract.Terms, asset.Kind, shares),
        AssetKind.Bond when state.Series.Of(asset.Number) is { } series => OfBond(state, series, shares),
        _ => null,
    };

    /// <summary>Nothing up to the threshold, all from threshold + width on.</summary>
    public static PayoffCurve OfCover(CoverTerms cover, long shares) =>
        Through([cover.Threshold, Math.Min(cover.Threshold + cover.Width, Grid.One)], rate => Paid(cover, rate, shares));

    /// <summary>All or nothing: the threshold itself is still YES.</summary>
    public static PayoffCurve OfContract(ContractTerms contract, AssetKind side, long shares) =>
        Through([contract.Threshold, contract.Threshold + 1], rate => rate <= contract.Threshold == (side == AssetKind.Yes) ? shares : 0);

    /// <summary>The principal's part that is left if all policies which count on the series see one rate. Coupons are left out.</summary>
    public static PayoffCurve OfBond(MarketState state, BondSeries series, long shares) => BondCurve(state, series, shares, Grid.One + 1);

    /// <summary>As <see cref="OfBond"/> for what its issuer retains, which is lost from the rate on at which so many verdicts more take it.</summary>
    public static PayoffCurve OfRetained(MarketState state, BondSeries series, ulong verdicts) =>
        BondCurve(state, series, series.Terms.Retained, series.SlashedAt is null ? SlashedFrom(state, series, verdicts) : 0);

    /// <summary>Several positions together.</summary>
    public static PayoffCurve Sum(IReadOnlyCollection<PayoffCurve> curves) =>
        Through(curves.SelectMany(c => c.Corners.Select(p => p.Rate)), rate => curves.Aggregate(0L, (sum, curve) => sum + curve.At(rate)));

    /// <summary>What is paid at a rate, rounded down.</summary>
    /// <param name="rate">In millionths, at most 1,000,000.</param>
    public long At(uint rate)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, Grid.One);
        var i = 1;
        while (Corners[i].Rate < rate)
            i++;
        var (left, right) = (Corners[i - 1], Corners[i]);
        var rise = (Int128)(right.Units - left.Units) * (rate - left.Rate);
        var width = right.Rate - left.Rate;
        return left.Units + (long)(rise / width - (rise % width < 0 ? 1 : 0));
    }

    /// <summary>The least failure rate of so many verdicts more with which the series would be slashed, in millionths rounded up; above 1,000,000 where none does.</summary>
    public static uint SlashedFrom(MarketState state, BondSeries series, ulong verdicts)
    {
        if (verdicts is 0 or >= 1UL << 52)
            throw new ArgumentOutOfRangeException(nameof(verdicts), $"{verdicts} verdicts: 1 to 2^52 are possible");
        var so = state.Looks.Of(series.Window.Account) is { } look && series.Window.Counts(look) is { } counts ? new Counts(counts.Passes, counts.Failures) : default;
        if (!Shows(verdicts))
            return Grid.One + 1;
        var (below, at) = (0UL, verdicts);
        while (at - below > 1)
            if (below + (at - below) / 2 is var middle && Shows(middle))
                at = middle;
            else
                below = middle;
        return Grid.Up(at, verdicts);

        bool Shows(ulong failures) => series.IsBroken(so + new Counts(verdicts - failures, failures));
    }

    private static PayoffCurve BondCurve(MarketState state, BondSeries series, long shares, uint slashedFrom)
    {
        var (principal, all) = (state.Book.Of(series.Holder, Asset.Unit), state.Book.Issued(series.Shares));
        var promises = state.Series.PromisesOf(series.Number).Select(p => (Cover: state.Policies.Of(p.Policy)!.Cover, p.Before, p.Units)).ToList();
        var corners = promises.SelectMany(p => new[] { p.Before, p.Before + p.Units }.Select(paid => At(p.Cover, paid)));
        if (slashedFrom <= Grid.One)
            corners = corners.Append(slashedFrom).Append(Math.Max(slashedFrom, 1) - 1);
        return Through(corners, rate => rate >= slashedFrom ? 0
            : (long)((Int128)(principal - promises.Sum(p => Math.Clamp(Paid(p.Cover, rate, p.Cover.Sum) - p.Before, 0, p.Units))) * shares / all));

        // The rate at which a cover pays so much, rounded up.
        static uint At(CoverTerms cover, long paid) =>
            (uint)UInt128.Min(Grid.One, cover.Threshold + ((UInt128)cover.Width * (ulong)paid + (ulong)cover.Sum - 1) / (ulong)cover.Sum);
    }

    private static long Paid(in CoverTerms cover, uint rate, long shares) =>
        rate <= cover.Threshold ? 0 : (long)((Int128)shares * Math.Min(rate - cover.Threshold, cover.Width) / cover.Width);

    private static PayoffCurve Through(IEnumerable<uint> corners, Func<uint, long> units) =>
        new([.. new SortedSet<uint>(corners.Where(c => c <= Grid.One)) { 0, Grid.One }.Select(rate => new PayoffPoint(rate, units(rate)))]);
}

using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Market.Bonds;

/// <summary>What a bond promises and how it is divided (docs/spec/market.md section 6).</summary>
/// <param name="Promised">The failure rate, in millionths, 1 to 600,000.</param>
/// <param name="Face">The most shares, each a unit at par.</param>
/// <param name="Retained">Shares that are the issuer's and stay in the series.</param>
/// <param name="Coupon">Millionths of the premiums of what it stands behind.</param>
/// <param name="Until">Unix seconds: promises nothing more from then on.</param>
public readonly record struct BondTerms(uint Promised, long Face, long Retained, uint Coupon, ulong Until)
{
    /// <exception cref="MarketRefusal">A figure is out of its range.</exception>
    public void Check()
    {
        Promise.Check(Promised);
        if (Retained <= 0 || Face < Retained || Face >= Book.Limit)
            throw new MarketRefusal($"a bond with a face of {Face} of which {Retained} are retained: expected 1 up to the face, below 2^53");
        if (Coupon > Grid.One)
            throw new MarketRefusal($"a bond's coupon is at most {Grid.One} millionths of a premium, not {Coupon}");
    }
}

/// <summary>A series that is not redeemed.</summary>
/// <param name="Number">From 0, in the order of issue.</param>
/// <param name="Issuer">The participant whose the retained shares are.</param>
/// <param name="Refuted">Failures of its window that were refuted.</param>
/// <param name="SlashedAt">Unix seconds since when it is slashed; null where it is not.</param>
/// <param name="Shown">Passes and failures that showed the excess; none where it is not slashed.</param>
/// <param name="RedeemAt">Settled epochs of its segment after which it is redeemed; null before its <c>until</c> has come.</param>
public sealed record BondSeries(
    ulong Number, ulong Issuer, BondTerms Terms, Window Window, ulong Refuted, ulong? SlashedAt, Counts Shown, ulong? RedeemAt)
{
    /// <summary>Who holds its principal, and its retained shares.</summary>
    public Holder Holder => new(HolderKind.Bond, Number);

    /// <summary>Who holds coupons that are not divided.</summary>
    public Holder Coupons => new(HolderKind.Coupon, Number);

    public Asset Shares => new(AssetKind.Bond, Number);

    /// <summary>Takes subscriptions and promises, and its issuer has something to lose.</summary>
    /// <param name="time">Unix seconds.</param>
    public bool IsLive(ulong time) => SlashedAt is null && time < Terms.Until;

    /// <summary>Units that its issuer loses if it is slashed: the retained shares' part of the principal, rounded down.</summary>
    public long Own(Book book) => (long)((Int128)book.Of(Holder, Asset.Unit) * Terms.Retained / book.Issued(Shares));

    /// <summary>Whether a window's counts, so many failures of them refuted, show an excess over the promise.</summary>
    public bool IsBroken(Counts counts)
    {
        var refuted = Math.Min(Refuted, counts.Failures);
        return Promise.IsExceeded(Terms.Promised, new Counts(counts.Passes + refuted, counts.Failures - refuted));
    }

    internal static BondSeries Transfer(BondSeries? series, StateBytes bytes)
    {
        var (number, issuer, terms, window, refuted, slashedAt, shown, redeemAt) = series ?? new BondSeries(0, 0, default, null!, 0, null, default, null);
        var (promised, face, retained, coupon, until) = ((ulong)terms.Promised, terms.Face, terms.Retained, (ulong)terms.Coupon, terms.Until);
        var (slashed, closed) = (slashedAt is null ? 0UL : 1, redeemAt is null ? 0UL : 1);
        var (since, passes, failures, epochs) = (slashedAt ?? 0, shown.Passes, shown.Failures, redeemAt ?? 0);
        bytes.Number(ref number);
        bytes.Number(ref issuer);
        bytes.Number(ref promised);
        bytes.Number(ref face);
        bytes.Number(ref retained);
        bytes.Number(ref coupon);
        bytes.Number(ref until);
        window = Window.Transfer(window, bytes);
        bytes.Number(ref refuted);
        bytes.Number(ref slashed);
        bytes.Number(ref since);
        bytes.Number(ref passes);
        bytes.Number(ref failures);
        bytes.Number(ref closed);
        bytes.Number(ref epochs);
        if (!bytes.Reads)
            return series!;
        terms = new BondTerms((uint)Math.Min(promised, uint.MaxValue), face, retained, (uint)Math.Min(coupon, uint.MaxValue), until);
        try
        {
            terms.Check();
            if (slashed > 1 || closed > 1 || (slashed == 0 && (since | passes | failures) != 0) || (closed == 0 && epochs != 0))
                throw new MarketRefusal("neither slashed or closed nor not");
            return new BondSeries(number, issuer, terms, window, refuted, slashed == 1 ? since : null, new Counts(passes, failures), closed == 1 ? epochs : null);
        }
        catch (Exception e) when (e is MarketRefusal or ArgumentOutOfRangeException)
        {
            throw new MalformedException($"a market's state with a bond that nobody issues: {e.Message}", e);
        }
    }
}

/// <summary>How a series ended.</summary>
/// <param name="Principal">Units that it had.</param>
/// <param name="At">Unix seconds of the look or tick that redeemed it.</param>
public sealed record Redemption(BondSeries Series, long Principal, ulong At);

using Assay.Market.Corruption;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Cover;

/// <summary>What the market would sell a cover for now, and whose capital would stand behind it.</summary>
/// <param name="FromBonds">Units of the sum that bonds would promise.</param>
/// <param name="FromPool">The rest, locked out of the pool.</param>
/// <param name="Use">Shares of the pool and of the account's part of it that would be used then.</param>
/// <param name="AttachAt">Settled epochs of the segment at which its window would begin.</param>
public sealed record CoverOffer(CoverQuote Quote, long FromBonds, long FromPool, CoverUse Use, ulong AttachAt)
{
    /// <summary>The offer that a purchase would meet, whoever buys.</summary>
    /// <param name="until">Unix seconds.</param>
    /// <exception cref="MarketRefusal">It is not sold: the look is old, the segment alarmed, capital is missing, or it cannot be priced.</exception>
    public static CoverOffer Of(MarketState state, Hash account, ulong segment, in CoverTerms cover, ulong until)
    {
        cover.Check();
        var terms = state.Terms;
        var look = state.Looks.ToSell(state, account, segment);
        var seen = look.Segments[(int)segment];
        if (seen.Alarmed)
            throw new MarketRefusal($"segment {segment} of the account {account.ToHex()} is alarmed: its failure rate has changed, and no cover of it is sold");
        MustEnd(state, until);
        var window = Window.Open(look, (int)segment, terms.Grace);
        OpenInterest.MustAllow(state, account, FailurePosition.OfCover(look, window, until, cover));
        var fromBonds = Math.Min(cover.Sum, state.Policies.FirstLoss?.Free(state, account, segment) ?? 0);
        var fromPool = cover.Sum - fromBonds;
        var use = Used(state, account, fromPool);
        return new CoverOffer(CoverQuote.Of(cover, Outlook(seen), Rates(terms), use), fromBonds, fromPool, use, window.AttachAt);
    }

    internal static CoverRates Rates(MarketTerms terms) => new((uint)terms.CoverLoad, (uint)terms.CoverLeast, (uint)terms.CoverCapacity, terms.Grace);

    internal static void MustEnd(MarketState state, ulong until)
    {
        if (until <= state.Time || until - state.Time > state.Terms.CoverLongest)
            throw new MarketRefusal($"a cover until {until}: it ends after {state.Time}, and at most {state.Terms.CoverLongest} seconds after it");
    }

    /// <summary>What a look says of a segment, as a quote needs it.</summary>
    internal static CoverOutlook Outlook(in SegmentLook seen)
    {
        var (passes, failures) = (seen.MemoryPasses, seen.MemoryFailures);
        while (passes + failures >= Counts.Limit)
            (passes, failures) = (passes / 2, failures - failures / 2);
        return new CoverOutlook(seen.Counts.Records, seen.Counts.Epochs, new Counts(seen.Counts.Passes, seen.Counts.Failures), seen.Waiting, seen.Hazard, new Counts(passes, failures));
    }

    // Whoever comes later finds less of the pool free, and pays for it.
    internal static CoverUse Used(MarketState state, Hash account, long fromPool)
    {
        if (fromPool == 0)
            return default;
        var (free, locked, mine) = (state.Book.Of(Holder.Pool, Asset.Unit), state.Policies.Locked, state.Policies.LockedOn(account));
        var most = (long)((UInt128)(free + locked) * state.Terms.CoverShare / Grid.One);
        if (fromPool > free)
            throw new MarketRefusal($"the pool has {free} units free, {fromPool} would be locked");
        if (mine + fromPool > most)
            throw new MarketRefusal($"covers of the account {account.ToHex()} lock {mine} units of the pool, and at most {most} may be: {fromPool} more do not fit");
        return new CoverUse(Part(locked + fromPool, free + locked), Part(mine + fromPool, most));
    }

    private static uint Part(long of, long all) => Grid.Up((ulong)of, (ulong)all);
}

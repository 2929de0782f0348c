using System.Collections.Immutable;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;

namespace Assay.Market.Cover;

/// <summary>A cover that was sold and is not settled.</summary>
/// <param name="Number">From 0, in the order of sale.</param>
/// <param name="Buyer">The participant that bought it; its shares may be elsewhere by now.</param>
/// <param name="Until">Unix seconds: settled then at the latest, with what its window has.</param>
/// <param name="Premium">Units, kept with the policy.</param>
/// <param name="Hearing">What it is settled by where its account is observed: testimony. Null for an account of replays, settled by its window.</param>
/// <param name="FromBonds">Units of the sum that bonds have promised; the rest is with the policy, of the pool.</param>
public sealed record Policy(ulong Number, ulong Buyer, Window Window, CoverTerms Cover, ulong Until, long Premium, long FromBonds, Hearing? Hearing = null)
{
    /// <summary>What the pool can lose by it.</summary>
    public long FromPool => Cover.Sum - FromBonds;

    /// <summary>Who holds its collateral and premium.</summary>
    public Holder Holder => new(HolderKind.Policy, Number);

    /// <summary>Its shares, as many as units insured.</summary>
    public Asset Shares => new(AssetKind.Cover, Number);

    internal static Policy Transfer(Policy? policy, StateBytes bytes)
    {
        var (number, buyer, window, cover, until, premium, fromBonds, hearing) = policy ?? new Policy(0, 0, null!, default, 0, 0, 0);
        var hears = hearing is null ? 0UL : 1;
        var (threshold, width, records, sum) = ((ulong)cover.Threshold, (ulong)cover.Width, cover.Records, cover.Sum);
        bytes.Number(ref number);
        bytes.Number(ref buyer);
        window = Window.Transfer(window, bytes);
        bytes.Number(ref threshold);
        bytes.Number(ref width);
        bytes.Number(ref records);
        bytes.Number(ref sum);
        bytes.Number(ref until);
        bytes.Number(ref premium);
        bytes.Number(ref fromBonds);
        bytes.Number(ref hears);
        if (hears > 1)
            throw new MalformedException("a market's state with a policy that neither hears nor sees");
        if (hears == 1)
            hearing = Hearing.Transfer(hearing, bytes);
        if (!bytes.Reads)
            return policy!;
        cover = new CoverTerms((uint)Math.Min(threshold, uint.MaxValue), (uint)Math.Min(width, uint.MaxValue), records, sum);
        try
        {
            cover.Check();
        }
        catch (MarketRefusal e)
        {
            throw new MalformedException($"a market's state with a policy that nobody sells: {e.Message}", e);
        }
        return premium is > 0 and < Book.Limit && fromBonds >= 0 && fromBonds <= sum ? new Policy(number, buyer, window, cover, until, premium, fromBonds, hearing)
            : throw new MalformedException("a market's state with a policy that nobody sells");
    }
}

/// <summary>How a policy came out.</summary>
/// <param name="Counts">What was settled in its window; null where it never attached, and of testimony, whose hearing has what each observer said.</param>
/// <param name="At">Unix seconds of the look or tick that settled it.</param>
/// <param name="Payout">What its shares were to get, in all: 0 to the sum.</param>
/// <param name="CalledIn">Of that from bonds.</param>
/// <param name="PremiumBack">Nothing was judged in its window, or no quorum was heard: the premium goes back to the holders of its shares.</param>
/// <param name="Paid">What each holder of its shares got, payout or premium, in order of holder; those who got nothing are left out.</param>
public sealed record PolicyOutcome(Policy Policy, SegmentCounts? Counts, ulong At, long Payout, long CalledIn, bool PremiumBack, ImmutableArray<Posting> Paid);

using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Market.Contracts;

/// <summary>How a contract came out, or that it has not.</summary>
public enum ContractOutcome : byte
{
    Undecided = 0,
    Yes = 1,
    No = 2,

    /// <summary>Too few verdicts came until it ended: each share gets one half.</summary>
    Void = 3,
}

/// <summary>What a contract says of a segment: of the next so many audited verdicts, at most so many fail (docs/spec/market.md section 5).</summary>
/// <param name="Threshold">φ, a failure rate in millionths, below 1,000,000.</param>
/// <param name="Audited">M, verdicts, 1 to 10^12.</param>
/// <param name="Liquidity">b, in units.</param>
/// <param name="Until">Unix seconds: decided or void then.</param>
public readonly record struct ContractTerms(uint Threshold, ulong Audited, long Liquidity, ulong Until)
{
    public const ulong MostAudited = 1_000_000_000_000;

    /// <summary>The fewest failures of M verdicts with which it is NO.</summary>
    public ulong FailuresForNo => (ulong)((UInt128)Threshold * Audited / Grid.One) + 1;

    /// <exception cref="MarketRefusal">A figure is out of its range.</exception>
    public void Check()
    {
        if (Threshold >= Grid.One)
            throw new MarketRefusal($"a contract's threshold is below {Grid.One} millionths, not {Threshold}");
        if (Audited is 0 or > MostAudited)
            throw new MarketRefusal($"a contract is of 1 to {MostAudited} verdicts, not {Audited}");
        _ = Lmsr.Subsidy(Liquidity);
    }

    /// <summary>What is certain after some verdicts, whatever those say that are still missing of M.</summary>
    /// <param name="ended">Nothing more comes: what is not certain is void.</param>
    public ContractOutcome Decide(ulong passes, ulong failures, bool ended)
    {
        var all = Math.Max(passes + failures, Audited);
        var allowed = (UInt128)Threshold * all;
        return (UInt128)failures * Grid.One > allowed ? ContractOutcome.No
            : (UInt128)(all - passes) * Grid.One <= allowed ? ContractOutcome.Yes
            : ended ? ContractOutcome.Void : ContractOutcome.Undecided;
    }
}

/// <summary>A contract that is not decided.</summary>
/// <param name="Number">From 0, in the order of opening.</param>
/// <param name="Sponsor">The participant whose subsidy it is: gets what the maker has left.</param>
public sealed record Contract(ulong Number, ulong Sponsor, Window Window, ContractTerms Terms)
{
    /// <summary>Who holds the maker's cash and shares.</summary>
    public Holder Maker => new(HolderKind.Maker, Number);

    /// <summary>Who holds the collateral of complete sets.</summary>
    public Holder Sets => new(HolderKind.Sets, Number);

    public Asset Yes => new(AssetKind.Yes, Number);

    public Asset No => new(AssetKind.No, Number);

    /// <summary>Shares of one side that are not the maker's.</summary>
    public long Sold(Book book, Asset side) => book.Of(Sets, Asset.Unit) - book.Of(Maker, side);

    /// <summary>The price of a share of YES, in millionths.</summary>
    public uint YesPrice(Book book) => Lmsr.Price([Sold(book, Yes), Sold(book, No)], Terms.Liquidity, 0);

    internal static Contract Transfer(Contract? contract, StateBytes bytes)
    {
        var (number, sponsor, window, terms) = contract ?? new Contract(0, 0, null!, default);
        var (threshold, audited, liquidity, until) = ((ulong)terms.Threshold, terms.Audited, terms.Liquidity, terms.Until);
        bytes.Number(ref number);
        bytes.Number(ref sponsor);
        window = Window.Transfer(window, bytes);
        bytes.Number(ref threshold);
        bytes.Number(ref audited);
        bytes.Number(ref liquidity);
        bytes.Number(ref until);
        if (!bytes.Reads)
            return contract!;
        terms = new ContractTerms((uint)Math.Min(threshold, uint.MaxValue), audited, liquidity, until);
        try
        {
            terms.Check();
        }
        catch (MarketRefusal e)
        {
            throw new MalformedException($"a market's state with a contract that nobody opens: {e.Message}", e);
        }
        return new Contract(number, sponsor, window, terms);
    }
}

/// <summary>How a contract was decided.</summary>
/// <param name="Counts">What was settled in its window; null where it never attached.</param>
/// <param name="At">Unix seconds of the look or tick that decided it.</param>
/// <param name="Back">Units that went back to the sponsor.</param>
public sealed record ContractDecision(Contract Contract, ContractOutcome Outcome, SegmentCounts? Counts, ulong At, long Back);

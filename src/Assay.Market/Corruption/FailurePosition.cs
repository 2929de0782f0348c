using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Corruption;

/// <summary>Something that pays where a segment fails (docs/spec/market.md section 8).</summary>
/// <param name="Window">What it is settled by.</param>
/// <param name="Until">Unix seconds: until then a failure can make it pay.</param>
/// <param name="Pays">Units, at most.</param>
/// <param name="Verdicts">Verdicts of its window.</param>
/// <param name="Failures">Failures among them that just pay it in full.</param>
public readonly record struct FailurePosition(Window Window, ulong Until, long Pays, ulong Verdicts, ulong Failures)
{
    /// <summary>Its place in the account.</summary>
    public ulong Segment => Window.Segment;

    /// <summary>A cover, at the share of records that a look says is judged.</summary>
    public static FailurePosition OfCover(Look look, Window window, ulong until, in CoverTerms cover)
    {
        var counts = look.Segments[(int)window.Segment].Counts;
        var verdicts = counts.Records == 0 ? 0 : (ulong)((UInt128)cover.Records * (counts.Passes + counts.Failures) / counts.Records);
        var full = Math.Min(cover.Threshold + cover.Width, Grid.One);
        var failures = Math.Max(1, (ulong)(((UInt128)verdicts * full + Grid.One - 1) / Grid.One));
        return new FailurePosition(window, until, cover.Sum, Math.Max(verdicts, failures), failures);
    }
}

/// <summary>A product of which something pays on failure.</summary>
public interface IPaysOnFailure
{
    /// <summary>All that is open on an account, of all its segments.</summary>
    IEnumerable<FailurePosition> PaysOnFailure(MarketState state, Hash account);
}

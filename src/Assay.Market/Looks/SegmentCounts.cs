using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Market.Looks;

/// <summary>Counts of a segment's settled epochs, or of those in a window.</summary>
/// <param name="Records">All records of the epochs.</param>
/// <param name="Passes">Letters <c>r</c>.</param>
/// <param name="Failures">Letters <c>d</c>, <c>w</c>, <c>u</c>.</param>
/// <param name="Undecided">Letters <c>x</c>.</param>
/// <param name="Neither">Letters <c>o</c> and <c>v</c>.</param>
public readonly record struct SegmentCounts(ulong Records, ulong Epochs, ulong Passes, ulong Failures, ulong Undecided, ulong Neither)
{
    /// <summary>Whether these can come after others: none is less, and between them no more was judged than there were records.</summary>
    public bool Follow(in SegmentCounts before) => Records >= before.Records && Epochs >= before.Epochs && Passes >= before.Passes && Failures >= before.Failures
        && Undecided >= before.Undecided && Neither >= before.Neither && Judged - before.Judged <= Records - before.Records;

    /// <summary>Those since others that they follow.</summary>
    public static SegmentCounts operator -(in SegmentCounts now, in SegmentCounts before) => new(
        checked(now.Records - before.Records), checked(now.Epochs - before.Epochs), checked(now.Passes - before.Passes),
        checked(now.Failures - before.Failures), checked(now.Undecided - before.Undecided), checked(now.Neither - before.Neither));

    /// <summary>Records with a verdict of any letter.</summary>
    public ulong Judged => Passes + Failures + Undecided + Neither;

    internal static SegmentCounts Transfer(SegmentCounts counts, StateBytes bytes)
    {
        var (records, epochs, passes, failures, undecided, neither) = counts;
        bytes.Number(ref records);
        bytes.Number(ref epochs);
        bytes.Number(ref passes);
        bytes.Number(ref failures);
        bytes.Number(ref undecided);
        bytes.Number(ref neither);
        var read = new SegmentCounts(records, epochs, passes, failures, undecided, neither);
        return read.Hold() ? read : throw new MalformedException("a market's state with counts that no segment has");
    }

    /// <summary>Whether a segment can have these counts: no more are judged than there are records.</summary>
    internal bool Hold() => Records < Counts.Limit && Epochs <= Records && (UInt128)Passes + Failures + Undecided + Neither <= Records;
}

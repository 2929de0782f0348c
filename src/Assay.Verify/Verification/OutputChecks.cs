using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axis <c>output</c>: whether what is shown of the output, all of it or a span, is what was signed.</summary>
internal static class OutputChecks
{
    public static Check Output(Parts parts)
    {
        var (claim, shown) = (parts.Receipt.Output, parts.Bundle.Disclosures);
        if (shown.Span is { } span)
            return Span(claim, span);
        return shown.Output is { } whole
            ? Whole(claim, whole)
            : Check.NotChecked(Axis.Output, Reasons.Withheld, $"the output is not shown ({claim.Length} bytes)");
    }

    private static Check Whole(OutputClaim claim, Disclosure shown)
    {
        var bytes = shown.Bytes.Span;
        if ((ulong)bytes.Length != claim.Length)
            return Refuted(Reasons.Length, $"the output shown has {bytes.Length} bytes, the receipt says {claim.Length}");
        if (claim.Tokens is { } tokens && CountTokens(bytes) != tokens)
            return Refuted(Reasons.Length, $"the output shown is not {tokens} tokens, as the receipt says");
        return OutputCommitment.Of(claim.Kind, shown.Salt.Span, bytes) == claim.Commitment
            ? Check.Verified(Axis.Output, Reasons.Opened, $"matches the bytes shown ({claim.Length} bytes, {claim.MediaType})")
            : Refuted(Reasons.Commitment, "the output shown is not what the receipt commits to");
    }

    private static Check Span(OutputClaim claim, OutputSpan span)
    {
        var (first, shown, count) = (span.First, (ulong)span.Pieces.Length, claim.Pieces);
        if (first >= count || shown > count - first)
            return Refuted(Reasons.Length, $"{shown} pieces of output from {first} on, and the receipt says there are {count}");
        for (var i = 0; i < span.Pieces.Length; i++)
            if (!HasItsLength(claim, first + (ulong)i, span.Pieces[i].Bytes.Span))
                return Refuted(Reasons.Length, $"piece {first + (ulong)i} of the output has not the length that it must have");
        if (span.Head(claim.Kind, count) != claim.Commitment)
            return Refuted(Reasons.Commitment, $"the pieces shown are not those that the receipt commits to at {first}");
        if (shown < count)
            return Check.Unverifiable(
                Axis.Output, Reasons.Span, $"pieces {first} to {first + shown - 1} of {count} match; the others are not shown");
        return (ulong)span.Pieces.Sum(p => (long)p.Bytes.Length) == claim.Length
            ? Check.Verified(Axis.Output, Reasons.Opened, $"matches the {count} pieces shown ({claim.Length} bytes, {claim.MediaType})")
            : Refuted(Reasons.Length, $"the pieces shown do not add up to the {claim.Length} bytes that the receipt says");
    }

    private static bool HasItsLength(OutputClaim claim, ulong index, ReadOnlySpan<byte> piece) => claim.Kind == OutputKind.Tokens
        ? OutputToken.LengthOf(piece) == piece.Length
        : (ulong)piece.Length == Math.Min(OutputCommitment.PieceLength, claim.Length - index * OutputCommitment.PieceLength);

    private static ulong? CountTokens(ReadOnlySpan<byte> bytes)
    {
        var count = 0UL;
        for (; !bytes.IsEmpty; count++)
        {
            if (OutputToken.LengthOf(bytes) is not { } length)
                return null;
            bytes = bytes[length..];
        }
        return count;
    }

    private static Check Refuted(string reason, string detail) => Check.Refuted(Axis.Output, reason, detail);
}

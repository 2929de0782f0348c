using Assay.Engine.Models;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>Where a record first differs, as a number (docs/spec/audits.md section 4, <c>at</c>).</summary>
internal static class DivergencePlace
{
    /// <summary>
    /// Of tokens: the first that differs, counted over all choices. Of tensors: the first element that differs, counted over all outputs in
    /// their order. 0 where something else differs: a shape, a count, a parameter.
    /// </summary>
    public static ulong Of(Bundle bundle, Receipt receipt, ReplayResult result)
    {
        try
        {
            if (result.Token is { } token)
                return AnswerParametersFormat.Read(receipt.Parameters).Choices.Take(token.Choice).Aggregate(0UL, (sum, c) => sum + c.Tokens) + (ulong)token.Position;
            return result.Outputs is { } ours ? Of(TensorEncoding.Decode(bundle.Disclosures.Output!.Bytes.Span), ours) : 0;
        }
        catch (Exception e) when (e is ModelException or MalformedException)
        {
            return 0;
        }
    }

    private static ulong Of(IReadOnlyList<NamedTensor> theirs, IReadOnlyList<NamedTensor> ours)
    {
        var before = 0UL;
        for (var i = 0; i < Math.Min(theirs.Count, ours.Count); i++)
        {
            var (a, b) = (theirs[i].Value, ours[i].Value);
            if (a.Type != b.Type || a.Shape != b.Shape || theirs[i].Name != ours[i].Name)
                return 0;
            var at = a.Bytes.CommonPrefixLength(b.Bytes);
            if (at < a.Bytes.Length)
                return before + (ulong)(at / a.Type.Size());
            before += (ulong)a.Count;
        }
        return 0;
    }
}

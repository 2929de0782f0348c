using Assay.Providers.Language;
using Assay.Verify;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Providers;

/// <summary>What a record says that ends a ticket without an answer (docs/spec/receipt.md, Seeds and tickets).</summary>
/// <param name="Ticket">Counted from 0 under the key that signs: what had been reserved.</param>
/// <param name="Tokens">Made before it was broken off, and committed to; 0 where it is of no tokens.</param>
/// <param name="Bytes">Of a relay: that had come from the upstream, and are committed to; else 0.</param>
public sealed record VoidRecord(ulong Ticket, VoidReason Reason, ulong Tokens, ulong Bytes = 0)
{
    /// <summary>Null where the receipt is not that of a void. Only language models and relays have tickets.</summary>
    public static VoidRecord? Of(Receipt receipt)
    {
        var isRelayed = receipt.Output.Kind == OutputKind.Relayed;
        if (!isRelayed && !LanguageReplay.Owns(receipt))
            return null;
        try
        {
            var json = new JsonAt(receipt.Parameters, "predicate.parameters");
            return AnswerParametersFormat.ReadOutcome(json) is { } reason
                ? new VoidRecord(json["ticket"].Integer(), reason, receipt.Output.Tokens ?? 0, isRelayed ? receipt.Output.Length : 0)
                : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}

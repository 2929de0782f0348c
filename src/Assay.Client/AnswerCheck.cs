using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Relays;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Client;

/// <summary>Whether an answer's receipt is good, and whether it is this answer's. Pure: no network, no clock.</summary>
internal static class AnswerCheck
{
    /// <summary>What is said of an answer that the caller does not take.</summary>
    public const string Relayed = "the answer was relayed: its receipt proves what was forwarded and what came back, not which model answered (ReceiptOptions.AcceptsRelayed takes such answers)";

    /// <summary>What can be told before the entry is in the tree: a log that the policy trusts has promised it.</summary>
    /// <exception cref="ReceiptException">It has not.</exception>
    public static void Promised(AnswerReceipt answer, Policy policy)
    {
        if (!policy.Log.Logs.Any(log => log.Name == answer.Held.Promise.Origin && IsSignedBy(answer.Held.Note, log)))
            throw new ReceiptException(ReceiptFault.BadPromise, "the promise in the answer is not signed by a log that the policy trusts");
    }

    /// <summary>The bundle against the policy, then against what went over the wire.</summary>
    /// <param name="body">What of the answer's body the receipt does not bear out, in one line, or null.</param>
    /// <exception cref="ReceiptException">It is not accepted, or it is about something else.</exception>
    public static VerifiedAnswer Accepted(
        AnswerReceipt answer, Exchange exchange, Func<Receipt, Disclosures, string?> body, ReadOnlyMemory<byte> file, ReceiptOptions options, VerifierCache cache)
    {
        var report = Verifier.Verify(file, options.Policy, execution: null, cache);
        if (!report.Accepted)
            throw new ReceiptException(ReceiptFault.NotAccepted, report.Headline, report);
        var bundle = Bundle.Parse(file.Span);
        if (answer.Receipt.Output.Kind == OutputKind.Relayed && !options.AcceptsRelayed)
            throw new ReceiptException(ReceiptFault.NotAccepted, Relayed, report);
        if (Difference(answer, exchange, body, bundle) is { } difference)
            throw new ReceiptException(ReceiptFault.OtherAnswer, difference, report);
        return new VerifiedAnswer(answer.RecordId, answer.Receipt, report, bundle, file);
    }

    // The bundle is good by now: what is left to ask is whether it speaks of these very bytes.
    private static string? Difference(AnswerReceipt answer, Exchange exchange, Func<Receipt, Disclosures, string?> body, Bundle bundle)
    {
        var (receipt, shown) = (answer.Receipt, bundle.Disclosures);
        if (!bundle.Envelope.ToBytes().AsSpan().SequenceEqual(answer.Envelope.ToBytes()))
            return "the bundle holds another statement than the answer";
        if (bundle.LogProof.Index != answer.Index)
            return $"the answer was promised index {answer.Index}, the bundle shows index {bundle.LogProof.Index}";
        if (receipt.ClientNonce != exchange.Nonce)
            return "the receipt does not echo this request's nonce: it is of another request";
        // A node that could say so by itself would keep auditors from its bad answers, or show them what a caller did not offer.
        if (receipt.Auditable != exchange.Auditable)
            return $"the receipt says that auditors may {(receipt.Auditable ? "" : "not ")}be shown this record, and the request says the opposite";
        if (Chosen(receipt, exchange) is { } chosen)
            return chosen;
        if (exchange.Version is { } version && version != receipt.Model.Version)
            return "the answer was made by another model than the one that was asked for";
        if (shown.WireInput is not { } wire || !wire.Bytes.Span.SequenceEqual(exchange.Request.Span))
            return "the receipt does not commit to the bytes of this request";
        if (receipt.WireInput!.MediaType != (exchange.RequestType ?? receipt.WireInput.MediaType))
            return "the receipt names another media type than this request";
        return shown.Output is { } output && Base64.Write(output.Salt.Span) != answer.OutputSalt ? "the answer came with another salt than the bundle's" : body(receipt, shown);
    }

    // Whom a node chose is as it was asked to: by that rule, and for that model. Whether it had to choose so is for whoever has its accounts.
    private static string? Chosen(Receipt receipt, Exchange exchange)
    {
        try
        {
            var route = RouteClaim.Read(new JsonAt(receipt.Parameters, "predicate.parameters"));
            if (route?.Asked != exchange.Route)
                return "the receipt is of another choice of who answers than the request asked for";
            var serves = route is not null && receipt.Output.Kind == OutputKind.Relayed ? RelayParameters.Read(receipt.Parameters).Upstream.Claims : receipt.Model.Name;
            return serves != exchange.Model || route is not null && route.Chosen != $"{receipt.Model.Name}@{receipt.Model.Version}"
                ? "the answer was made by another model than the one that was asked for" : null;
        }
        catch (MalformedException e)
        {
            return e.Message;
        }
    }

    private static bool IsSignedBy(SignedNote note, VerifierKey key)
    {
        try
        {
            return note.IsSignedBy(key);
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}

/// <summary>What is known of an answer that was handed on.</summary>
/// <param name="File">The bundle's bytes: verify them again at any time, anywhere.</param>
public sealed record VerifiedAnswer(string RecordId, Receipt Receipt, Verify.Reports.Report Report, Bundle Bundle, ReadOnlyMemory<byte> File);

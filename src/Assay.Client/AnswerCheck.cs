using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Client;

/// <summary>Whether an answer's receipt is good, and whether it is this answer's. Pure: no network, no clock.</summary>
internal static class AnswerCheck
{
    private static readonly string[] Members = ["model_name", "model_version", "id", "outputs", "assay"];

    /// <summary>What can be told before the entry is in the tree: a log that the policy trusts has promised it.</summary>
    /// <exception cref="ReceiptException">It has not.</exception>
    public static void Promised(AnswerReceipt answer, Policy policy)
    {
        if (!policy.Log.Logs.Any(log => log.Name == answer.Held.Promise.Origin && IsSignedBy(answer.Held.Note, log)))
            throw new ReceiptException(ReceiptFault.BadPromise, "the promise in the answer is not signed by a log that the policy trusts");
    }

    /// <summary>The bundle against the policy, then against what went over the wire.</summary>
    /// <exception cref="ReceiptException">It is not accepted, or it is about something else.</exception>
    public static VerifiedAnswer Accepted(AnswerReceipt answer, Exchange exchange, ReadOnlyMemory<byte> file, Policy policy, VerifierCache cache)
    {
        var report = Verifier.Verify(file, policy, execution: null, cache);
        if (!report.Accepted)
            throw new ReceiptException(ReceiptFault.NotAccepted, report.Headline, report);
        var bundle = Bundle.Parse(file.Span);
        if (Difference(answer, exchange, bundle) is { } difference)
            throw new ReceiptException(ReceiptFault.OtherAnswer, difference, report);
        return new VerifiedAnswer(answer.RecordId, answer.Receipt, report, bundle, file);
    }

    // The bundle is good by now: what is left to ask is whether it speaks of these very bytes.
    private static string? Difference(AnswerReceipt answer, Exchange exchange, Bundle bundle)
    {
        var (receipt, shown) = (answer.Receipt, bundle.Disclosures);
        if (!bundle.Envelope.ToBytes().AsSpan().SequenceEqual(answer.Envelope.ToBytes()))
            return "the bundle holds another statement than the answer";
        if (bundle.LogProof.Index != answer.Index)
            return $"the answer was promised index {answer.Index}, the bundle shows index {bundle.LogProof.Index}";
        if (receipt.ClientNonce != exchange.Nonce)
            return "the receipt does not echo this request's nonce: it is of another request";
        if (receipt.Model.Name != exchange.Model || (exchange.Version ?? receipt.Model.Version) != receipt.Model.Version)
            return "the answer was made by another model than the one that was asked for";
        if (shown.WireInput is not { } wire || !wire.Bytes.Span.SequenceEqual(exchange.Request.Span))
            return "the receipt does not commit to the bytes of this request";
        if (receipt.WireInput!.MediaType != (exchange.RequestType ?? receipt.WireInput.MediaType))
            return "the receipt names another media type than this request";
        return Body(exchange, receipt, shown);
    }

    private static string? Body(Exchange exchange, Receipt receipt, Disclosures shown)
    {
        try
        {
            if (shown.Input is not { } input || shown.Output is not { } output)
                return "the bundle does not open its input and output";
            using var asked = JsonDocument.Parse(exchange.Request);
            using var answered = JsonDocument.Parse(exchange.Response, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (Frame(asked.RootElement, answered.RootElement, receipt) is { } frame)
                return frame;
            if (TensorJson.Difference(asked.RootElement.GetProperty("inputs"), CanonicalTensors.Read(input.Bytes), isAnswer: false) is { } given)
                return $"what was sent is not what was run: {given}";
            return TensorJson.Difference(answered.RootElement.GetProperty("outputs"), CanonicalTensors.Read(output.Bytes), isAnswer: true, Wanted(asked.RootElement)) is { } got
                ? $"what was answered is not what was signed: {got}"
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            return $"request and answer cannot be compared with the receipt: {e.Message}";
        }
    }

    // Whatever a caller can read of an answer is either checked or not there.
    private static string? Frame(JsonElement asked, JsonElement answered, Receipt receipt)
    {
        foreach (var member in answered.EnumerateObject())
            if (!Members.Contains(member.Name))
                return "the answer has a member that no receipt vouches for";
        if (answered.GetProperty("model_name").GetString() != receipt.Model.Name || answered.GetProperty("model_version").GetString() != receipt.Model.Version)
            return "the answer names another model than its receipt";
        var id = asked.TryGetProperty("id", out var own) ? own.GetString() : receipt.RecordId;
        return answered.GetProperty("id").GetString() == id ? null : "the answer has another id than this request";
    }

    private static string[]? Wanted(JsonElement request) =>
        request.TryGetProperty("outputs", out var outputs) && outputs is { ValueKind: JsonValueKind.Array } && outputs.GetArrayLength() > 0
            ? [.. outputs.EnumerateArray().Select(o => o.GetProperty("name").GetString()!)]
            : null;

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

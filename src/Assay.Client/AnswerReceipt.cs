using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Answers;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Faults;
using Assay.Verify.Json;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Client;

/// <summary>The receipt as it comes with an answer: the member <c>assay</c> of its body, or of a stream's last chunk.</summary>
/// <param name="Held">The log's promise, which covers the receipt's entry at its index.</param>
/// <param name="OutputSalt">Base64: what the node asks for before it opens the bundle.</param>
/// <param name="Words">What the token ids in log-probabilities stand for, where there are some.</param>
internal sealed record AnswerReceipt(string RecordId, Envelope Envelope, Receipt Receipt, HeldPromise Held, string OutputSalt, TokenWords? Words)
{
    public ulong Index => Held.Index;

    public const string Header = "Assay-Receipt";

    private const int MaxDepth = 64;

    /// <summary>Of an answer that came whole.</summary>
    /// <param name="header"><c>ID; sha256=DIGEST</c>, the digest being that of the DSSE payload.</param>
    /// <exception cref="ReceiptException">There is no receipt, or header and body do not agree.</exception>
    public static AnswerReceipt Read(string? header, ReadOnlyMemory<byte> body)
    {
        if (header is null || header.Split("; sha256=") is not [var id, var digest])
            throw new ReceiptException(ReceiptFault.NoReceipt, $"the answer has no header {Header}: ID; sha256=DIGEST");
        var read = Guard(() =>
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Of(document.RootElement.GetProperty("assay"));
        });
        return read.RecordId == id && Sha256.Of(read.Envelope.Payload.Span).ToHex() == digest
            ? read
            : throw new ReceiptException(ReceiptFault.NoReceipt, $"the header {Header} names another receipt than the body");
    }

    /// <param name="assay">The member <c>assay</c>.</param>
    /// <exception cref="ReceiptException">It is none.</exception>
    public static AnswerReceipt Read(JsonElement assay) => Guard(() => Of(assay));

    private static AnswerReceipt Of(JsonElement assay)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(assay);
        var json = JsonAt.Root(StrictJson.Parse(bytes, Verify.Bundles.Bundle.MaxSize), "assay");
        var envelope = Envelope.Parse(json["envelope"]);
        var receipt = Receipt.Parse(envelope.Payload.Span);
        // Said again for those who read no statement.
        json.Optional("receipt")?.MustBe(receipt.RecordId);
        json.Optional("sha256")?.MustBe(Sha256.Of(envelope.Payload.Span).ToHex());
        json.Optional("bundle")?.MustBe($"/v1/receipts/{receipt.RecordId}");
        json.Only("receipt", "bundle", "sha256", "index", "envelope", "promise", "salts", "words", "route");
        if (RouteClaim.Read(json) != RouteClaim.Read(new JsonAt(receipt.Parameters, "predicate.parameters")))
            throw json.Wrong("the choice of who answers that the receipt says");
        return new AnswerReceipt(
            receipt.RecordId, envelope, receipt, HeldPromise.Parse(bytes), json["salts"]["output"].Text(),
            json.Optional("words") is { } words ? TokenWords.Read(words) : null);
    }

    private static AnswerReceipt Guard(Func<AnswerReceipt> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or MalformedException or ArgumentNullException)
        {
            throw new ReceiptException(ReceiptFault.NoReceipt, $"the receipt in the answer cannot be read: {e.Message}", inner: e);
        }
    }
}

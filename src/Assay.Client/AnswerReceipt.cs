using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Faults;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Client;

/// <summary>The receipt as it comes with an answer: the member <c>assay</c> of its body, held against the header <c>Assay-Receipt</c>.</summary>
/// <param name="Held">The log's promise, which covers the receipt's entry at its index.</param>
/// <param name="OutputSalt">Base64: what the node asks for before it opens the bundle.</param>
internal sealed record AnswerReceipt(string RecordId, Envelope Envelope, Receipt Receipt, HeldPromise Held, string OutputSalt)
{
    public ulong Index => Held.Index;

    public const string Header = "Assay-Receipt";

    private const int MaxDepth = 64;

    /// <param name="header"><c>ID; sha256=DIGEST</c>, the digest being that of the DSSE payload.</param>
    /// <exception cref="ReceiptException">There is no receipt, or header and body do not agree.</exception>
    public static AnswerReceipt Read(string? header, ReadOnlyMemory<byte> body)
    {
        if (header is null || header.Split("; sha256=") is not [var id, var digest])
            throw new ReceiptException(ReceiptFault.NoReceipt, $"the answer has no header {Header}: ID; sha256=DIGEST");
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            var assay = document.RootElement.GetProperty("assay");
            var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(JsonMarshal.GetRawUtf8Value(assay.GetProperty("envelope")), Verify.Bundles.Bundle.MaxSize), "assay.envelope"));
            var receipt = Receipt.Parse(envelope.Payload.Span);
            var read = new AnswerReceipt(
                receipt.RecordId, envelope, receipt, HeldPromise.Parse(JsonMarshal.GetRawUtf8Value(assay)),
                assay.GetProperty("salts").GetProperty("output").GetString()!);
            if (read.RecordId != id || Sha256.Of(envelope.Payload.Span).ToHex() != digest)
                throw new ReceiptException(ReceiptFault.NoReceipt, $"the header {Header} names another receipt than the body");
            return read;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or MalformedException or ArgumentNullException)
        {
            throw new ReceiptException(ReceiptFault.NoReceipt, $"the receipt in the answer cannot be read: {e.Message}", inner: e);
        }
    }
}

using System.Text.Json;
using Assay.Node.Receipts;
using Assay.Verify.Answers;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;

namespace Assay.Node.Web;

/// <summary>A receipt as it comes with an answer: header <c>Assay-Receipt</c>, and the member <c>assay</c> of the body.</summary>
internal static class ReceiptJson
{
    public const string Header = "Assay-Receipt";

    /// <summary>SHA-256 of the signed payload, in hex.</summary>
    public static string DigestOf(Issued receipt) => Sha256.Of(receipt.Envelope.Payload.Span).ToHex();

    public static string HeaderOf(Issued receipt) => $"{receipt.RecordId}; sha256={DigestOf(receipt)}";

    /// <summary>What the caller keeps: the signed statement, the log's promise, and the salts that open the commitments.</summary>
    /// <param name="words">What the tokens in log-probabilities stand for, where there are some.</param>
    /// <param name="route">By what rule the node chose who answers, where it did.</param>
    public static void Write(Utf8JsonWriter json, Issued receipt, TokenWords? words = null, RouteClaim? route = null)
    {
        json.WriteStartObject("assay");
        json.WriteString("receipt", receipt.RecordId);
        json.WriteString("bundle", $"/v1/receipts/{receipt.RecordId}");
        json.WriteString("sha256", DigestOf(receipt));
        json.WriteNumber("index", receipt.Index);
        json.WritePropertyName("envelope");
        receipt.Envelope.Write(json);
        json.WriteStartObject("promise");
        json.WriteString("note", receipt.Promise.ToString());
        json.WriteStartArray("path");
        foreach (var hash in receipt.BatchPath)
            json.WriteStringValue(hash.ToBase64());
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("salts");
        json.WriteString("input", Base64.Write(receipt.Opening.Input.Salt));
        if (receipt.Opening.WireInput is { } wire)
            json.WriteString("wireInput", Base64.Write(wire.Salt));
        json.WriteString("output", Base64.Write(receipt.Opening.Output.Salt));
        json.WriteEndObject();
        if (words is not null)
        {
            json.WritePropertyName("words");
            words.Write(json);
        }
        route?.Write(json);
        json.WriteEndObject();
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Node.Language;
using Assay.Providers.Language;

namespace Assay.Node.Web.OpenAi;

/// <summary>Embeddings as the OpenAI API writes them; each number is that of the tensor that the receipt commits to.</summary>
internal static class EmbeddingAnswer
{
    /// <param name="model">NAME@VERSION.</param>
    public static byte[] Write(string model, EmbeddedTexts texts) => AnswerFrame.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < texts.Rows.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            json.WritePropertyName("embedding");
            WriteRow(json, texts.Rows[i], texts.Parameters.Encoding);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", texts.Parameters.PromptTokens);
        json.WriteNumber("total_tokens", texts.Parameters.PromptTokens);
        json.WriteEndObject();
        ReceiptJson.Write(json, texts.Receipt);
        json.WriteEndObject();
    });

    // The shortest decimal that reads back as the same float32; or its four bytes, the lowest first, as the machines are that .NET runs on.
    private static void WriteRow(Utf8JsonWriter json, float[] row, string encoding)
    {
        if (encoding == EmbeddingCall.Base64)
        {
            json.WriteBase64StringValue(MemoryMarshal.AsBytes<float>(row));
            return;
        }
        json.WriteStartArray();
        foreach (var value in row)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}

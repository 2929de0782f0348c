using System.Buffers.Binary;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Client.Language;

/// <summary>Whether an answer of embeddings is what its receipt commits to (docs/spec/receipt.md, Embeddings).</summary>
internal static class EmbeddingCheck
{
    private const string Tensor = "embedding";

    /// <returns>What differs, in one line, or null.</returns>
    public static string? Difference(EmbeddingQuestion question, ReadOnlyMemory<byte> answer, Receipt receipt, Disclosures shown)
    {
        try
        {
            var signed = new JsonAt(receipt.Parameters, "predicate.parameters");
            var (rows, tokens) = Committed(question, receipt, shown, signed);
            using var json = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            return Frame(json.RootElement, receipt, tokens) ?? Rows(json.RootElement.GetProperty("data"), rows, question);
        }
        catch (Exception e) when (e is MalformedException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return $"the answer cannot be compared with the receipt: {e.Message}";
        }
    }

    // The bytes of every text's numbers, and the tokens of all texts.
    private static (ReadOnlyMemory<byte>[] Rows, ulong Tokens) Committed(EmbeddingQuestion question, Receipt receipt, Disclosures shown, JsonAt signed)
    {
        if (receipt.Output.Kind != OutputKind.Tensors || receipt.Input.MediaType != PromptTokens.ListMediaType)
            throw new MalformedException("the receipt is not that of embeddings");
        if (shown.Input is not { } input || shown.Output is not { } output)
            throw new MalformedException("the bundle does not open its texts and its numbers");
        if (signed["outcome"].Text() != "answer")
            throw new MalformedException("the record is void: its answer was broken off");
        var texts = PromptTokens.DecodeList(input.Bytes.Span);
        if (question.Difference(signed, texts) is { } asked)
            throw new MalformedException($"the receipt says another {asked} than was asked for");
        var tokens = (ulong)texts.Sum(t => (long)t.Length);
        if (signed["usage"]["promptTokens"].Integer() != tokens)
            throw new MalformedException("the receipt counts other tokens than it commits to");
        var dimensions = signed["dimensions"].Integer();
        if (dimensions == 0 || CanonicalTensors.Read(output.Bytes) is not [{ Name: Tensor, Type: "float32" } tensor]
            || !tensor.Dims.SequenceEqual([(ulong)texts.Length, dimensions]) || (ulong)tensor.Data.Length != checked((ulong)texts.Length * dimensions * sizeof(float)))
            throw new MalformedException("the receipt does not commit to as many numbers for each text as it says");
        var size = (int)dimensions * sizeof(float);
        return ([.. Enumerable.Range(0, texts.Length).Select(i => tensor.Data.Slice(i * size, size))], tokens);
    }

    // Whatever a caller can read of an answer is either checked or not there.
    private static string? Frame(JsonElement answer, Receipt receipt, ulong tokens)
    {
        var usage = answer.GetProperty("usage");
        if (!Has(answer, "object", "data", "model", "usage", "assay") || !Has(usage, "prompt_tokens", "total_tokens"))
            return "the answer has a member that no receipt vouches for";
        if (answer.GetProperty("object").GetString() != "list")
            return "the answer is another object than was asked for";
        if (answer.GetProperty("model").GetString() != $"{receipt.Model.Name}@{receipt.Model.Version}")
            return "the answer names another model than its receipt";
        return usage.GetProperty("prompt_tokens").GetUInt64() == tokens && usage.GetProperty("total_tokens").GetUInt64() == tokens
            ? null : $"the answer says another number of tokens than the {tokens} that the receipt commits to";
    }

    private static string? Rows(JsonElement data, ReadOnlyMemory<byte>[] rows, EmbeddingQuestion question)
    {
        if (data.GetArrayLength() != rows.Length)
            return "the answer has another number of embeddings than the receipt commits to";
        foreach (var (i, item) in data.EnumerateArray().Index())
        {
            if (!Has(item, "object", "index", "embedding"))
                return "the answer has a member that no receipt vouches for";
            if (item.GetProperty("object").GetString() != Tensor || item.GetProperty("index").GetInt32() != i)
                return "the embeddings are out of order, or are something else";
            var shown = item.GetProperty("embedding");
            var row = rows[i].Span;
            // The one spelling: what decoders make of another is theirs to say.
            if (question.Encoding == EmbeddingQuestion.Base64)
            {
                if (shown.GetString() != Base64.Write(row))
                    return $"embedding {i} has other bytes than the receipt commits to";
                continue;
            }
            if (shown.GetArrayLength() * sizeof(float) != row.Length)
                return $"embedding {i} has another number of dimensions than the receipt commits to";
            foreach (var (at, number) in shown.EnumerateArray().Index())
                if (number.ValueKind != JsonValueKind.Number || !TensorJson.IsReal(number, BinaryPrimitives.ReadSingleLittleEndian(row[(at * sizeof(float))..])))
                    return $"number {at} of embedding {i} is another than the receipt commits to";
        }
        return null;
    }

    private static bool Has(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var member in json.EnumerateObject())
            if (!names.Contains(member.Name))
                return false;
        return true;
    }
}

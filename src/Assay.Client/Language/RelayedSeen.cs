using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Relays;

namespace Assay.Client.Language;

/// <summary>What a caller sees of an answer that an upstream made: whatever members it has, byte for byte, since all of them are compared with what the receipt commits to.</summary>
internal sealed class RelayedSeen(LanguageQuestion question) : ISeenAnswer
{
    private readonly HashSet<int> ended = [];

    /// <summary>The whole answer, or each chunk but the last, without receipts.</summary>
    public List<byte[]> Shown { get; } = [];

    /// <summary>Of a stream: the chunk that brought the receipt, without it.</summary>
    public byte[]? LastChunk { get; private set; }

    public JsonElement? Receipt { get; private set; }

    public bool IsComplete => Enumerable.Range(0, question.Choices).All(ended.Contains);

    /// <exception cref="ReceiptException">Not a JSON object, or one with a member twice.</exception>
    public void TakeWhole(ReadOnlySpan<byte> answer) => Shown.Add(WithoutReceipt(answer));

    public void TakeChunk(JsonElement chunk)
    {
        if (Receipt is not null)
            throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream goes on after its receipt");
        var data = JsonMarshal.GetRawUtf8Value(chunk).ToArray();
        if (chunk.ValueKind == JsonValueKind.Object && chunk.TryGetProperty("assay", out var assay))
        {
            (Receipt, LastChunk) = (assay.Clone(), WithoutReceipt(data));
            return;
        }
        Shown.Add(data);
        NoteEnds(chunk);
    }

    private static byte[] WithoutReceipt(ReadOnlySpan<byte> json)
    {
        try
        {
            return RelayedAnswer.Shown(json);
        }
        catch (MalformedException e)
        {
            throw new ReceiptException(ReceiptFault.OtherAnswer, $"the answer is not what this API answers: {e.Message}", inner: e);
        }
    }

    // Only for when to hold back: what an upstream writes otherwise is handed on with the end.
    private void NoteEnds(JsonElement chunk)
    {
        if (chunk.ValueKind != JsonValueKind.Object || !chunk.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array)
            return;
        foreach (var choice in choices.EnumerateArray())
            if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("finish_reason", out var finish) && finish.ValueKind == JsonValueKind.String
                && choice.TryGetProperty("index", out var index) && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number))
                ended.Add(number);
    }
}

using System.Text.Json;

namespace Assay.Client.Language;

/// <summary>What a caller has seen of a streamed answer so far.</summary>
internal interface ISeenAnswer
{
    /// <summary>Whether every choice has its end, so that nothing but usage and receipt is to come.</summary>
    bool IsComplete { get; }

    /// <summary>The member <c>assay</c> of the last chunk; null before it has come.</summary>
    JsonElement? Receipt { get; }

    /// <exception cref="ReceiptException">It cannot stand here.</exception>
    void TakeChunk(JsonElement chunk);
}

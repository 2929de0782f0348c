using System.Text;

namespace Assay.Verify.Relays;

/// <summary>What is sent upstream, and what a caller sees of what comes back, as functions of the bytes that a receipt commits to (docs/spec/receipt.md, Relays).</summary>
public static class RelayedAnswer
{
    /// <summary>The most bytes of one line of a stream.</summary>
    public const int MaxLine = 4 << 20;

    private const string Receipt = "assay";

    /// <summary>The body that is sent upstream.</summary>
    /// <param name="wire">The caller's.</param>
    /// <param name="model">The upstream's name for the model.</param>
    /// <exception cref="MalformedException">Not a JSON object that names a model.</exception>
    public static byte[] Sent(ReadOnlySpan<byte> wire, string model) => JsonMembers.With(wire, "model", Encoding.ASCII.GetBytes($"\"{model}\""));

    /// <summary>A whole answer, or an event's data, without a receipt.</summary>
    /// <exception cref="MalformedException">Not a JSON object.</exception>
    public static byte[] Shown(ReadOnlySpan<byte> answer) => JsonMembers.Without(answer, Receipt);

    /// <summary>A stream's last chunk, without the receipt that it brings.</summary>
    /// <param name="first">The data of the upstream's first event; null where it had none.</param>
    /// <exception cref="MalformedException">Not a JSON object.</exception>
    public static byte[] LastChunk(byte[]? first) =>
        JsonMembers.Add(first is null ? "{}"u8 : JsonMembers.Only(first, "id", "object", "created", "model"), "\"choices\":[]"u8);

    /// <summary>The data of a stream's events, without <c>[DONE]</c>.</summary>
    /// <param name="output">What came from upstream.</param>
    /// <exception cref="MalformedException">Not such a stream, or it does not end with <c>[DONE]</c>.</exception>
    public static IReadOnlyList<byte[]> Events(ReadOnlySpan<byte> output)
    {
        var (reader, events) = (new UpstreamEvents(MaxLine), new List<byte[]>());
        return reader.Read(output, events) == output.Length && reader.IsDone
            ? events
            : throw new MalformedException("what came from upstream does not end with [DONE]");
    }
}

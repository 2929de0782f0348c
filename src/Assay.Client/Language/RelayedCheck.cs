using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Client.Language;

/// <summary>Whether what was seen of a relayed answer is what its receipt commits to (docs/spec/receipt.md, Relays). Which model answered is in no receipt of a relay.</summary>
internal static class RelayedCheck
{
    /// <returns>What differs, in one line, or null.</returns>
    public static string? Difference(LanguageQuestion question, RelayedSeen seen, Receipt receipt, Disclosures shown)
    {
        try
        {
            if (receipt.Output.Kind != OutputKind.Relayed)
                return "the answer says that it was relayed, and its receipt that it was not";
            if (shown is not { Input: { } input, WireInput: { } wire, Output: { } output })
                return "the bundle does not open what was sent upstream and what came back";
            return Sent(question, RelayParameters.Read(receipt.Parameters), receipt, input.Bytes.Span, wire.Bytes.Span)
                ?? Seen(RelayParameters.Read(receipt.Parameters), seen, output.Bytes.Span);
        }
        catch (MalformedException e)
        {
            return e.Message;
        }
    }

    private static string? Sent(LanguageQuestion question, RelayParameters said, Receipt receipt, ReadOnlySpan<byte> input, ReadOnlySpan<byte> wire)
    {
        if (said.Void is not null || said.Status != 200)
            return "the receipt is that of an answer that was broken off";
        if (said.Api != (question.IsChat ? "chat" : "completion") || said.Streams != question.Streams)
            return "the receipt is that of another kind of request";
        if (receipt.Model.Format != RelayDescription.Format || said.Upstream.Manifest != receipt.Model.Manifest)
            return "the upstream that the receipt names is not the one that its model's digest stands for";
        return input.SequenceEqual(RelayedAnswer.Sent(wire, said.Upstream.Model)) ? null : "what was sent upstream is not this request";
    }

    private static string? Seen(RelayParameters said, RelayedSeen seen, ReadOnlySpan<byte> output)
    {
        IReadOnlyList<byte[]> events = said.Streams ? RelayedAnswer.Events(output) : [output.ToArray()];
        if (events.Count != seen.Shown.Count)
            return $"the answer has {seen.Shown.Count} parts, and {events.Count} came from upstream";
        var receipt = default(UpstreamReceipt);
        for (var i = 0; i < events.Count; i++)
        {
            if (!seen.Shown[i].AsSpan().SequenceEqual(RelayedAnswer.Shown(events[i])))
                return said.Streams ? $"chunk {i} is not what came from upstream" : "the answer is not what came from upstream";
            receipt = UpstreamReceipt.In(events[i]) ?? receipt;
        }
        if (said.Streams && !seen.LastChunk!.AsSpan().SequenceEqual(RelayedAnswer.LastChunk(events.Count > 0 ? events[0] : null)))
            return "the chunk that brought the receipt says what no upstream said";
        return said.Receipt == receipt ? null : "the receipt names another receipt of the upstream's than came from there";
    }
}

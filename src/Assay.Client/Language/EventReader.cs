namespace Assay.Client.Language;

/// <summary>
/// Reads server-sent events (html.spec.whatwg.org, 9.2) as a node writes them: each one line <c>data: …</c> and a blank one, or a comment. Any other way to
/// write an event is refused: readers of events differ in the rare ones.
/// </summary>
/// <param name="maxBytes">Of the whole stream.</param>
internal sealed class EventReader(Stream source, int maxBytes)
{
    private readonly byte[] buffer = new byte[16_384];
    private readonly MemoryStream held = new();
    private int start, end;
    private long total;

    /// <summary>The next event's data; empty for a comment, null at the end of the stream.</summary>
    /// <exception cref="ReceiptException">It is written in another way, or the stream is too long.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancel)
    {
        if (await LineAsync(cancel) is not { } line)
            return null;
        if (await LineAsync(cancel) is not { Length: 0 })
            throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream has an event that is not one line of data");
        if (line.AsSpan().StartsWith(": "u8))
            return [];
        return line.AsSpan().StartsWith("data: "u8) && line.Length > "data: ".Length
            ? line["data: ".Length..]
            : throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream has an event that is not one line of data");
    }

    // Without its end; null where nothing comes any more.
    private async ValueTask<byte[]?> LineAsync(CancellationToken cancel)
    {
        held.SetLength(0);
        while (true)
        {
            var found = buffer.AsSpan(start, end - start).IndexOfAny((byte)'\n', (byte)'\r');
            held.Write(buffer, start, found < 0 ? end - start : found);
            if (found >= 0)
            {
                start += found + 1;
                return buffer[start - 1] == '\n' ? held.ToArray() : throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream has a carriage return");
            }
            (start, end) = (0, await source.ReadAsync(buffer, cancel));
            if (end == 0)
                return held.Length == 0 ? null : throw new ReceiptException(ReceiptFault.NoReceipt, "the stream ends within an event");
            if ((total += end) > maxBytes)
                throw new ReceiptException(ReceiptFault.NoReceipt, $"the answer has more than {maxBytes} bytes (ReceiptOptions.MaxBytes)");
        }
    }
}

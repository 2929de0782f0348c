using System.Text.Json;

namespace Assay.Client.Language;

/// <summary>
/// A streamed answer as a caller reads it. Chunks are handed on as they come, as provisional, each read and written anew; the one that ends the
/// last choice, and all after it, only when the receipt has been verified and is of what was handed on. Where it is not, reading throws.
/// </summary>
/// <param name="seen">Keeps what was handed on.</param>
/// <param name="confirm">Once all of it is there, throws where the receipt does not bear it out.</param>
/// <param name="holdsBack">Whether even the first chunk waits for that.</param>
internal sealed class ConfirmedStream(Stream source, ISeenAnswer seen, Func<CancellationToken, Task> confirm, bool holdsBack, int maxBytes) : Stream
{
    private readonly EventReader events = new(source, maxBytes);
    private readonly MemoryStream held = new();
    private ReadOnlyMemory<byte> ready;
    private Exception? failure;
    private bool isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="ReceiptException">The answer is not to be relied on, whatever of it was handed on.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (ready.IsEmpty && !isOver && !buffer.IsEmpty)
        {
            if (failure is not null)
                throw new ReceiptException((failure as ReceiptException)?.Fault ?? ReceiptFault.NoReceipt, failure.Message, (failure as ReceiptException)?.Report, inner: failure);
            try
            {
                ready = await AdvanceAsync(cancellationToken);
            }
            catch (Exception e)
            {
                failure = e;
                throw;
            }
        }
        var count = Math.Min(buffer.Length, ready.Length);
        ready[..count].CopyTo(buffer);
        ready = ready[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }

    // What may be handed on next; nothing where it is held.
    private async Task<ReadOnlyMemory<byte>> AdvanceAsync(CancellationToken cancel)
    {
        var data = await events.NextAsync(cancel) ?? throw new ReceiptException(ReceiptFault.NoReceipt, "the stream ended before its receipt: nothing of this answer is confirmed");
        if (data.Length == 0)
            return ": waiting\n\n"u8.ToArray();
        if (data.AsSpan().SequenceEqual("[DONE]"u8))
            return await EndAsync(cancel);
        Take(data);
        if (!holdsBack && !seen.IsComplete)
            return Framed(data);
        held.Write(Framed(data));
        return ReadOnlyMemory<byte>.Empty;
    }

    private async Task<ReadOnlyMemory<byte>> EndAsync(CancellationToken cancel)
    {
        if (seen.Receipt is null)
            throw new ReceiptException(ReceiptFault.NoReceipt, "the stream ended before its receipt: nothing of this answer is confirmed");
        while (await events.NextAsync(cancel) is { } more)
            if (more.Length > 0)
                throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream goes on after its end");
        await confirm(cancel);
        held.Write(Framed("[DONE]"u8));
        isOver = true;
        return held.ToArray();
    }

    private void Take(byte[] data)
    {
        JsonDocument chunk;
        try
        {
            chunk = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new ReceiptException(ReceiptFault.OtherAnswer, "the stream has an event that is not JSON", inner: e);
        }
        using (chunk)
        {
            if (chunk.RootElement.ValueKind == JsonValueKind.Object && chunk.RootElement.TryGetProperty("error", out var error))
                throw new ReceiptException(ReceiptFault.NoReceipt, $"the node broke the answer off: {Message(error)}");
            seen.TakeChunk(chunk.RootElement);
        }
    }

    private static string Message(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            ? Verify.Json.StrictJson.Shown(message.GetString()!)
            : "it does not say why";

    private static byte[] Framed(ReadOnlySpan<byte> data) => [.. "data: "u8, .. data, .. "\n\n"u8];
}

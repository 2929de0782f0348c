using System.Security.Cryptography;

namespace Assay.Log;

/// <summary>Receives the private bytes that came with entries, once those are in the published tree.</summary>
public interface IAttachmentSink
{
    /// <summary>
    /// Keeps attachments, at least one, in order of index. Each is handed over at least once, and again after a crash, so what is there
    /// already MUST stay as it is. All of it MUST be durable when this returns: the log then forgets its own copy, and the bytes handed over
    /// are valid no longer.
    /// </summary>
    void Keep(IReadOnlyList<Attachment> attachments);
}

/// <summary>The private bytes that came with the entry at an index.</summary>
public readonly record struct Attachment(ulong Index, ReadOnlyMemory<byte> Bytes);

/// <summary>How a log batches, and what it is handed from outside.</summary>
public sealed record TileLogOptions
{
    /// <summary>Most entries in one batch, which means under one flush and one promise.</summary>
    public int BatchEntries { get; init; } = 4096;

    /// <summary>A batch that has reached this many bytes takes no further entry.</summary>
    public int BatchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How long a batch waits for company. Zero by default: while one flush runs, the next batch gathers by itself.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.Zero;

    /// <summary>Most entries waiting for the sequencer; callers beyond wait their turn.</summary>
    public int QueueEntries { get; init; } = 16 * 1024;

    /// <summary>Most bytes, entries and attachments, waiting for the sequencer; callers beyond wait their turn.</summary>
    public long QueueBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Entries that are durable but not yet in the tree: at this many bytes the sequencer waits for the integrator.</summary>
    public long StagedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How long the tree may lag behind: a checkpoint is published at most this often.</summary>
    public TimeSpan IntegrateInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Most entries that go into the tree at once.</summary>
    public int IntegrateEntries { get; init; } = 64 * 1024;

    /// <summary>A write-ahead segment is closed when it has reached this size, at most 256 MiB.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The promise's deadline, counted from the flush.</summary>
    public TimeSpan PromiseWithin { get; init; } = TimeSpan.FromSeconds(60);

    public IAttachmentSink? Attachments { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Fills a span with unpredictable bytes (the markers of write-ahead segments).</summary>
    public Action<Span<byte>> Random { get; init; } = RandomNumberGenerator.Fill;

    internal void Check()
    {
        if (BatchEntries < 1 || QueueEntries < 1 || QueueBytes < 1 || IntegrateEntries < 1 || StagedBytes < 1)
            throw new LogException(LogFault.BadRequest, "every limit of a log is at least 1");
        if (BatchBytes is < 1 or > 64 * 1024 * 1024 || SegmentBytes is < 1 or > 256 * 1024 * 1024)
            throw new LogException(LogFault.BadRequest, "a batch has at most 64 MiB, a segment at most 256 MiB");
    }
}

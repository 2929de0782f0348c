using System.Text;
using Assay.Log.Files;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Log.Writing;

/// <summary>A checkpoint and the very bytes that were signed and stored.</summary>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, byte[] Note)
{
    public ulong Size => Checkpoint.Size;

    internal static SignedCheckpoint Sign(Checkpoint checkpoint, SigningKey key) => new(checkpoint, Encoding.UTF8.GetBytes(checkpoint.Sign(key).ToString()));
}

/// <summary>
/// The one place that says what this log has signed last. A checkpoint is stored here before anyone else can see it, and only in place
/// of the one it extends: so the log never signs two trees that disagree, whatever happens to the published files.
/// </summary>
/// <remarks>The caller holds the log's lock. The comparison still reads the file: it finds a state directory that was swapped or restored under us.</remarks>
internal sealed class CheckpointStore(ILogFiles files, VerifierKey logKey)
{
    public SignedCheckpoint? Signed() => Read(LogLayout.SignedCheckpoint);

    public SignedCheckpoint? Published() => Read(LogLayout.PublishedCheckpoint);

    /// <exception cref="LogException">What is stored is not <paramref name="old"/>.</exception>
    public void CompareAndSwap(SignedCheckpoint? old, SignedCheckpoint next)
    {
        var stored = files.Read(LogLayout.SignedCheckpoint, LogLayout.MaxCheckpointBytes);
        if (old is null ? stored is not null : stored is null || !stored.AsSpan().SequenceEqual(old.Note))
            throw new LogException(LogFault.Corrupt, $"{LogLayout.SignedCheckpoint} was changed by someone else while this log was running");
        files.Replace(LogLayout.SignedCheckpoint, next.Note, Visibility.Private);
    }

    public void Publish(SignedCheckpoint checkpoint) => files.Replace(LogLayout.PublishedCheckpoint, checkpoint.Note, Visibility.Public);

    private SignedCheckpoint? Read(string path) => files.Read(path, LogLayout.MaxCheckpointBytes) is { } bytes
        ? new SignedCheckpoint(LogReader.ReadCheckpoint(bytes, logKey, path), bytes)
        : null;
}

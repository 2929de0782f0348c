namespace Assay.Log.Files;

/// <summary>Where things lie in a log's directory.</summary>
/// <remarks>
/// <c>public/</c> is what any web server may serve as it is (C2SP tlog-tiles); <c>state/</c> is the log's own: the lock, the last
/// signed checkpoint, the write-ahead segments (they hold the private parts of receipts), and files half made.
/// </remarks>
public static class LogLayout
{
    public const string Public = "public";
    public const string PublishedCheckpoint = "public/checkpoint";

    /// <summary>The newest checkpoint that a quorum of witnesses has cosigned; its size is at most that of the published one.</summary>
    public const string CosignedCheckpoint = "public/checkpoint.cosigned";

    public const string State = "state";
    public const string LockFile = "state/lock";
    public const string SignedCheckpoint = "state/checkpoint";
    public const string Segments = "state/wal";
    public const string Temporary = "state/tmp";

    /// <summary>A checkpoint with a few cosignatures is below 2 KiB; no more than this is ever read.</summary>
    public const int MaxCheckpointBytes = 64 * 1024;

    internal static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }
}

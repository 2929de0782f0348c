using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Notes;

namespace Assay.Log.Checking;

/// <summary>Checks the cosigned checkpoint, where there is one: signed by the log, and a prefix of the published tree.</summary>
/// <remarks>Whether the cosignatures are good is for those who know the witnesses: a policy says who they are, and a log's folder does not.</remarks>
internal static class CosignedCheck
{
    public static void Run(ILogFiles files, VerifierKey logKey, Checkpoint published, List<FsckFinding> findings)
    {
        const string path = LogLayout.CosignedCheckpoint;
        // Read after the published one: a log that goes on may have had a newer one cosigned since.
        if (Fsck.ReadCheckpoint(files, logKey, path, findings) is not { } cosigned
            || Fsck.ReadCheckpoint(files, logKey, LogLayout.PublishedCheckpoint, []) is not { } newest)
            return;
        if (cosigned.Size > Math.Max(published.Size, newest.Size))
        {
            findings.Add(new FsckFinding(path, $"witnesses have cosigned size {cosigned.Size}, and the log ends at {newest.Size}: it was put back from an older copy"));
            return;
        }
        // What is wrong with the tree is reported already, and nothing can be said by comparison with it.
        if (findings.Count > 0 || cosigned.Size > published.Size)
            return;
        try
        {
            var root = new LogReader(TileStore.Over(files), published).RootAt(cosigned.Size);
            if (root != cosigned.Root)
                findings.Add(new FsckFinding(path, $"witnesses have cosigned the root {cosigned.Root.ToBase64()} at size {cosigned.Size}, the tree has {root.ToBase64()} there"));
        }
        catch (LogException e)
        {
            findings.Add(new FsckFinding(path, $"cannot be compared with the tree: {e.Message}"));
        }
    }
}

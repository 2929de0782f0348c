using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Checking;

/// <summary>Checks the cosigned checkpoint, where there is one: signed by the log, a prefix of the published tree, and cosigned by a quorum.</summary>
/// <remarks>Whether the cosignatures are good is for those who know the witnesses: a policy says who they are, and a log's folder does not.</remarks>
internal static class CosignedCheck
{
    public static void Run(ILogFiles files, VerifierKey logKey, Checkpoint published, TlogPolicy? witnesses, List<FsckFinding> findings, List<string> notes)
    {
        const string path = LogLayout.CosignedCheckpoint;
        if (files.Read(path, LogLayout.MaxCheckpointBytes) is not { } bytes)
            return;
        // Read after the published one: a log that goes on may have had a newer one cosigned since.
        if (Read(bytes, logKey, findings) is not { } cosigned
            || Fsck.ReadCheckpoint(files, logKey, LogLayout.PublishedCheckpoint, []) is not { } newest)
            return;
        if (cosigned.Size > Math.Max(published.Size, newest.Size))
        {
            findings.Add(new FsckFinding(path, $"witnesses have cosigned size {cosigned.Size}, and the log ends at {newest.Size}: it was put back from an older copy"));
            return;
        }
        if (witnesses is { AsksForWitnesses: true })
            CheckLines(SignedNote.Parse(bytes), logKey, witnesses, findings, notes);
        else
            notes.Add($"{path}: its cosignatures were not checked, since no policy says whose they should be");
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

    private static Checkpoint? Read(byte[] bytes, VerifierKey logKey, List<FsckFinding> findings)
    {
        try
        {
            return LogReader.ReadCheckpoint(bytes, logKey, LogLayout.CosignedCheckpoint);
        }
        catch (LogException e)
        {
            findings.Add(new FsckFinding(LogLayout.CosignedCheckpoint, e.Message));
            return null;
        }
    }

    private static void CheckLines(SignedNote note, VerifierKey logKey, TlogPolicy policy, List<FsckFinding> findings, List<string> notes)
    {
        const string path = LogLayout.CosignedCheckpoint;
        var good = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in note.Signatures.Where(l => (l.Name, l.KeyId) != (logKey.Name, logKey.Id)))
        {
            if (policy.Witnesses.FirstOrDefault(w => (w.Key.Name, w.Key.Id) == (line.Name, line.KeyId)) is { } witness)
            {
                if (witness.Key.Verify(note.Text, line.Bytes.Span))
                    good.Add(witness.Name);
                else
                    findings.Add(new FsckFinding(path, $"the cosignature of the witness {line.Name} does not verify"));
            }
            // An id is made of name and key: where only one of the two is as it should be, the other was changed.
            else if (policy.Witnesses.FirstOrDefault(w => w.Key.Name == line.Name || w.Key.Id == line.KeyId) is { } nearly)
                findings.Add(new FsckFinding(path, $"a line by {line.Name} with key id {line.KeyId:x8}: the policy knows {nearly.Key.Name} with key id {nearly.Key.Id:x8}"));
            else
                notes.Add($"{path}: the line by {line.Name} was not checked, since the policy does not know who that is");
        }
        if (!policy.IsQuorum(good))
            findings.Add(new FsckFinding(path, $"no quorum of the policy's witnesses has cosigned it: {good.Count} of {policy.Witnesses.Length} have; if they were named only now, the node's next start asks them"));
    }
}

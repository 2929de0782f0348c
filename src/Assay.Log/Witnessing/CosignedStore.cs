using System.Text;
using Assay.Log.Files;
using Assay.Log.Writing;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Witnessing;

/// <summary>The newest checkpoint that a quorum has cosigned, in a file beside the log's own.</summary>
/// <remarks>
/// It is written after the log has published that checkpoint, and the log's own files are never touched: after a crash in between, the
/// older cosigned one is still there and still true, and the newest is asked for again.
/// </remarks>
internal sealed class CosignedStore(ILogFiles files, VerifierKey logKey, TlogPolicy policy)
{
    /// <summary>What is stored, and the witnesses whose lines on it verify; null where there is nothing.</summary>
    /// <exception cref="LogException">It is damaged, or not signed by the log.</exception>
    public (SignedCheckpoint Signed, SignedNote Note)? Read()
    {
        if (files.Read(LogLayout.CosignedCheckpoint, LogLayout.MaxCheckpointBytes) is not { } bytes)
            return null;
        var checkpoint = LogReader.ReadCheckpoint(bytes, logKey, LogLayout.CosignedCheckpoint);
        return (new SignedCheckpoint(checkpoint, bytes), SignedNote.Parse(bytes));
    }

    /// <summary>The log's checkpoint with these lines below it, stored when this returns.</summary>
    public SignedCheckpoint Write(SignedCheckpoint own, IReadOnlyDictionary<string, NoteSignature> lines)
    {
        var note = SignedNote.Parse(own.Note);
        note = note with { Signatures = [.. note.Signatures, .. policy.Witnesses.Where(w => lines.ContainsKey(w.Name)).Select(w => lines[w.Name])] };
        var signed = new SignedCheckpoint(own.Checkpoint, Encoding.UTF8.GetBytes(note.ToString()));
        files.Replace(LogLayout.CosignedCheckpoint, signed.Note, Visibility.Public);
        return signed;
    }
}

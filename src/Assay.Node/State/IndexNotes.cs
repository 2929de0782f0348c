using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.State;

/// <summary>The index notes of a node's epochs: the log's own line, and those that indexers have brought, each epoch's in a file <c>SIZE.note</c>.</summary>
/// <remarks>What is kept is bounded: only known epochs, only lines of indexers that the node's policy names, one of each.</remarks>
internal sealed class IndexNotes(string folder, SigningKey logKey)
{
    // The log's own line is the first.
    private const int MaxIndexers = SignedNote.MaxSignatures - 1;

    private readonly Lock gate = new();
    private readonly Lazy<PosixLogFiles> files = new(() => new PosixLogFiles(folder));

    /// <summary>The note with every line that verifies; the log's is always among them.</summary>
    public SignedNote Of(EpochEvent epoch, IReadOnlyCollection<VerifierKey> indexers)
    {
        var own = IndexNote.Of(epoch).Sign(epoch.Origin, logKey);
        lock (gate)
            return With(own, Kept(epoch.Size), indexers);
    }

    /// <summary>Keeps what indexers have signed, durably when this returns.</summary>
    /// <returns>The note with all lines.</returns>
    /// <exception cref="NodeException">Another text, a line of an indexer that does not verify, or none by one that is known.</exception>
    public SignedNote Add(EpochEvent epoch, SignedNote posted, IReadOnlyCollection<VerifierKey> indexers)
    {
        if (posted.Text != IndexNote.Of(epoch).ToText())
            throw new NodeException(NodeFault.BadRequest, $"the note does not say of the first {epoch.Size} entries what this log says of them");
        IReadOnlyList<VerifierKey> signers;
        try
        {
            signers = posted.VerifiedBy(indexers);
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
        if (signers.Count == 0)
            throw new NodeException(NodeFault.Forbidden, "none of the note's lines is by an indexer that this node's policy names");
        lock (gate)
        {
            var (own, kept) = (IndexNote.Of(epoch).Sign(epoch.Origin, logKey), Kept(epoch.Size));
            var before = With(own, kept, indexers);
            var after = With(before, posted, indexers);
            if (after.Signatures.Length > before.Signatures.Length)
                files.Value.Replace(NameOf(epoch.Size), NameOf(epoch.Size) + ".new", System.Text.Encoding.UTF8.GetBytes(after.ToString()), Visibility.Public);
            return after;
        }
    }

    // One line of each known indexer, the first that verifies; a file that is damaged or about another epoch adds nothing, and can be had again.
    private static SignedNote With(SignedNote note, SignedNote? more, IReadOnlyCollection<VerifierKey> indexers)
    {
        if (more?.Text != note.Text)
            return note;
        foreach (var indexer in indexers.Take(MaxIndexers))
        {
            bool IsBy(NoteSignature line) => line.Name == indexer.Name && line.KeyId == indexer.Id && indexer.Verify(note.Text, line.Bytes.Span);
            if (!note.Signatures.Any(IsBy) && more.Signatures.FirstOrDefault(IsBy) is { } line)
                note = note with { Signatures = note.Signatures.Add(line) };
        }
        return note;
    }

    private SignedNote? Kept(ulong size)
    {
        if (!Directory.Exists(folder) || files.Value.Length(NameOf(size)) is null or > SignedNote.MaxSize)
            return null;
        try
        {
            return SignedNote.Parse(files.Value.Read(NameOf(size), SignedNote.MaxSize));
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static string NameOf(ulong size) => $"{size}.note";
}

using Assay.Audit.Accounts;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Audit.Passports;

/// <summary>A published log, or what was mirrored of one, as a passport is made from it. Every entry and hash is held against its checkpoint.</summary>
public sealed class LoggedTree : ILoggedTree, IDisposable
{
    private readonly LogReader reader;
    private readonly LogAddress? address;

    private LoggedTree(LogReader reader, SignedNote note, ulong size, LogAddress? address) => (this.reader, Note, Size, this.address) = (reader, note, size, address);

    public string Origin => reader.Checkpoint.Origin;

    public SignedNote Note { get; }

    public ulong Size { get; }

    /// <param name="text">A URL, a node's data folder, a directory that a log is published from, or one where a log is mirrored.</param>
    /// <exception cref="AuditException">There is no log, or it does not hold together.</exception>
    public static LoggedTree Open(string text)
    {
        LogAddress? address = null;
        try
        {
            if (Directory.Exists(Path.Combine(text, "mirror")) && File.Exists(Path.Combine(text, "checkpoint")))
            {
                var files = PosixLogFiles.OpenExisting(text);
                return Over(TileStore.Over(files, "mirror/"), files.Read("checkpoint", LogLayout.MaxCheckpointBytes), null);
            }
            address = LogAddress.Open(text);
            // Beside a node's own checkpoint lies the newest that its witnesses have cosigned.
            var cosigned = Directory.Exists(text) ? address.Source("checkpoint.cosigned", LogLayout.MaxCheckpointBytes) : null;
            return Over(address.Source, cosigned ?? address.Source("checkpoint", LogLayout.MaxCheckpointBytes), address);
        }
        catch (Exception e) when (e is LogException or MalformedException)
        {
            address?.Dispose();
            throw new AuditException($"{text}: {e.Message}", e);
        }
    }

    /// <summary>The same log as it was at a smaller checkpoint.</summary>
    /// <param name="note">Of a size that this has; whether it is of this tree, <see cref="RootAt"/> says.</param>
    public LoggedTree At(SignedNote note) => new(reader, note, Checkpoint.Parse(note.Text).Size, null);

    public IEnumerable<ReadOnlyMemory<byte>> Entries()
    {
        var left = Size;
        foreach (var entry in reader.ReadEntries(0))
        {
            if (left-- == 0)
                yield break;
            yield return entry;
        }
    }

    public Hash Node(int height, ulong index) => reader.Node(height, index);

    /// <summary>The tree head at a size up to this one's.</summary>
    public Hash RootAt(ulong size) => reader.RootAt(size);

    /// <summary>Of an entry, to this tree's own size.</summary>
    public TlogProof Prove(ulong index) => new(null, index, [.. reader.InclusionProof(index, Size)], Note);

    public void Dispose() => address?.Dispose();

    private static LoggedTree Over(TileSource source, byte[]? checkpoint, LogAddress? address)
    {
        var note = SignedNote.Parse(checkpoint ?? throw new LogException(LogFault.NotFound, "there is no checkpoint here"));
        var head = Checkpoint.Parse(note.Text);
        return new LoggedTree(new LogReader(source, head), note, head.Size, address);
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Log.Witnessing;

/// <summary>What a log sends to a witness: a checkpoint, and the proof that it extends the one that the witness cosigned last (c2sp.org/tlog-witness, add-checkpoint).</summary>
/// <param name="OldSize">The size of that one, as far as the sender knows; 0 for none.</param>
/// <param name="Proof">Consistency proof from it to the checkpoint (RFC 6962 section 2.1.2).</param>
public sealed record AddCheckpoint(ulong OldSize, ImmutableArray<Hash> Proof, SignedNote Note)
{
    /// <summary>The most hashes that a sender may send.</summary>
    public const int MaxProof = 63;

    /// <summary>Of a request's body, in bytes. The specification names no bound; the proof takes 3 KiB at most, and the rest holds hundreds of signature lines of Ed25519.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>Of an answer with a size in its body.</summary>
    public const string SizeMediaType = "text/x.tlog.size";

    /// <summary>The path below a witness's submission prefix.</summary>
    public const string Path = "add-checkpoint";

    private const string Old = "old ";

    public Checkpoint Checkpoint { get; } = Checkpoint.Parse(Note.Text);

    /// <exception cref="MalformedException">Not such a request.</exception>
    public static AddCheckpoint Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length > MaxSize)
            throw new MalformedException($"a request of {body.Length} bytes: expected at most {MaxSize}");
        var end = body.IndexOf("\n\n"u8);
        if (end < 0 || end > (MaxProof + 1) * 64)
            throw new MalformedException($"expected an old size line, at most {MaxProof} proof lines and an empty line before the checkpoint");
        // Other octets than ASCII become question marks, which no line may hold.
        var lines = Encoding.ASCII.GetString(body[..end]).Split('\n');
        if (!lines[0].StartsWith(Old, StringComparison.Ordinal))
            throw new MalformedException("expected \"old SIZE\" as the first line");
        if (lines.Length - 1 > MaxProof)
            throw new MalformedException($"a proof of {lines.Length - 1} hashes: expected at most {MaxProof}");
        return new AddCheckpoint(Decimals.Read(lines[0][Old.Length..]), [.. lines[1..].Select(l => Hash.FromBase64(l))], ReadNote(body[(end + 2)..]));
    }

    // Lines that cannot be read sign nothing: which log it is, and that it is not signed, can be said all the same.
    private static SignedNote ReadNote(ReadOnlySpan<byte> note)
    {
        try
        {
            return SignedNote.Parse(note);
        }
        catch (MalformedException) when (note.LastIndexOf("\n\n"u8) is > 0 and var split && Utf8.IsValid(note[..split]))
        {
            return new SignedNote(Encoding.UTF8.GetString(note[..(split + 1)]), []);
        }
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder(Old).Append(OldSize).Append('\n');
        foreach (var hash in Proof)
            text.Append(hash.ToBase64()).Append('\n');
        return Encoding.UTF8.GetBytes(text.Append('\n').Append(Note).ToString());
    }
}

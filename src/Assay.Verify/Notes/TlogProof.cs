using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Codecs;
using Assay.Verify.Merkle;

namespace Assay.Verify.Notes;

/// <summary>An entry's place in a log, with the checkpoint that shows it (c2sp.org/tlog-proof).</summary>
/// <param name="Extra">Opaque and unauthenticated bytes, or null.</param>
/// <param name="Note">The checkpoint as it was issued, with its signatures.</param>
public sealed record TlogProof(byte[]? Extra, ulong Index, ImmutableArray<Hash> Path, SignedNote Note)
{
    public const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>The longest path there can be: one hash for each bit of an index.</summary>
    public const int MaxPath = 64;

    /// <exception cref="MalformedException">Not a tlog-proof.</exception>
    public static TlogProof Parse(string text)
    {
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
            throw new MalformedException("a proof without a blank line before its checkpoint");
        var lines = new Queue<string>(text[..split].Split('\n'));
        if (lines.Dequeue() != Header)
            throw new MalformedException($"a proof that does not begin with '{Header}'");
        byte[]? extra = null;
        if (lines.TryPeek(out var line) && line.StartsWith("extra ", StringComparison.Ordinal))
            extra = Base64.Read(lines.Dequeue().AsSpan("extra ".Length));
        if (!lines.TryDequeue(out line) || !line.StartsWith("index ", StringComparison.Ordinal))
            throw new MalformedException("a proof without an index");
        var index = Decimals.Read(line["index ".Length..]);
        if (lines.Count > MaxPath)
            throw new MalformedException($"a proof of {lines.Count} hashes, above {MaxPath}");
        ImmutableArray<Hash> path = [.. lines.Select(l => Hash.FromBase64(l))];
        return new TlogProof(extra, index, path, SignedNote.Parse(text[(split + 2)..]));
    }

    /// <summary>Whether the path leads from the leaf to the checkpoint's root. Who signed the checkpoint is asked elsewhere.</summary>
    public bool Includes(in Hash leaf, Checkpoint checkpoint) =>
        MerkleProof.VerifyInclusion(Index, checkpoint.Size, leaf, Path.AsSpan(), checkpoint.Root);

    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (Extra is not null)
            text.Append("extra ").Append(Base64.Write(Extra)).Append('\n');
        text.Append("index ").Append(Index).Append('\n');
        foreach (var hash in Path)
            text.Append(hash.ToBase64()).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }
}

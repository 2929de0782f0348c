using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Codecs;

namespace Assay.Verify.Notes;

/// <summary>The head of a log at a size: the text of a checkpoint note (c2sp.org/tlog-checkpoint).</summary>
/// <param name="Extensions">Further lines, non-empty; Assay writes none.</param>
public sealed record Checkpoint(string Origin, ulong Size, Hash Root, ImmutableArray<string> Extensions = default)
{
    /// <exception cref="MalformedException">Not a checkpoint.</exception>
    public static Checkpoint Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0)
            throw new MalformedException("a checkpoint has three lines: origin, size, root");
        if (lines[0].Length == 0)
            throw new MalformedException("a checkpoint without an origin");
        var extensions = lines[3..^1].ToImmutableArray();
        if (extensions.Contains(""))
            throw new MalformedException("a checkpoint with an empty extension line");
        return new Checkpoint(lines[0], Decimals.Read(lines[1]), Hash.FromBase64(lines[2]), extensions);
    }

    /// <summary>The note text: origin, size, root, each with a newline.</summary>
    public string ToText()
    {
        var text = $"{Origin}\n{Size}\n{Root.ToBase64()}\n";
        return Extensions.IsDefaultOrEmpty ? text : text + string.Join('\n', Extensions) + "\n";
    }

    public SignedNote Sign(SigningKey logKey) => SignedNote.Sign(ToText(), Origin, logKey);
}

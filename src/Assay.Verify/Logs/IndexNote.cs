using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>What an indexer signs: that it read the log's first entries, and that they give this index (docs/spec/receipt.md, Epochs).</summary>
/// <param name="Size">So many entries were read.</param>
/// <param name="Root">The log's tree head at that size.</param>
/// <param name="Keys">Leaves of the index.</param>
public sealed record IndexNote(string Origin, ulong Size, Hash Root, ulong Keys, Hash Index)
{
    public const string Header = "assay/index/v1";

    /// <summary>The note that confirms an epoch.</summary>
    public static IndexNote Of(EpochEvent epoch) => new(epoch.Origin, epoch.Size, epoch.Root, epoch.Keys, epoch.Index);

    /// <exception cref="MalformedException">Not the text of an index note.</exception>
    public static IndexNote Parse(string text) =>
        text.Split('\n') is [Header, { Length: > 0 } origin, var size, var root, var keys, var index, ""]
            ? new IndexNote(origin, Decimals.Read(size), Hash.FromBase64(root), Decimals.Read(keys), Hash.FromBase64(index))
            : throw new MalformedException("not the six lines of an index note");

    public string ToText() => $"{Header}\n{Origin}\n{Size}\n{Root.ToBase64()}\n{Keys}\n{Index.ToBase64()}\n";

    /// <param name="name">Of the indexer's key.</param>
    public SignedNote Sign(string name, SigningKey indexer) => SignedNote.Sign(ToText(), name, indexer);
}

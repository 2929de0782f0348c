using Assay.Log.Files;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>Bundles of records that diverge, published beside the auditor's log: <c>evidence/SHA256.receipt.json</c>.</summary>
/// <param name="files">What the log publishes: any web server may serve it as it is.</param>
public sealed class PublishedEvidence(ILogFiles files)
{
    public const string Folder = "evidence";

    private const string Temporary = Folder + "/new";

    private const string Extension = ".receipt.json";

    public static string NameOf(in Hash digest) => $"{Folder}/{digest.ToHex()}{Extension}";

    /// <summary>Whether a file of the folder can have this name.</summary>
    public static bool IsName(string name) =>
        name.Length == 2 * Hash.Size + Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal) && name.AsSpan(0, 2 * Hash.Size).IndexOfAnyExcept("0123456789abcdef") < 0;

    /// <summary>Durable when this returns.</summary>
    public void Publish(in Hash digest, ReadOnlySpan<byte> bundle)
    {
        if (files.Length(NameOf(digest)) is not null)
            return;
        files.CreateDirectory(Folder, Visibility.Public);
        files.FlushDirectory("");
        files.Replace(NameOf(digest), Temporary, bundle, Visibility.Public);
    }

    /// <exception cref="Log.LogException">It is too large.</exception>
    public byte[]? Read(in Hash digest) => files.Read(NameOf(digest), Bundle.MaxSize);
}

using System.Security.Cryptography;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Store.Pull;

/// <summary>What a file's bytes must give: a SHA-256, or the identifier of a Git blob (SHA-1 over <c>blob SIZE\0</c> and the bytes), as the hub names small files.</summary>
internal readonly record struct FileDigest
{
    public const int Sha256Digits = 64, GitDigits = 40;

    private FileDigest(string hex) => Hex = hex;

    public string Hex { get; }

    public bool IsGit => Hex.Length == GitDigits;

    /// <summary>A name for files of these bytes.</summary>
    public string Key => (IsGit ? "git-" : "") + Hex;

    public static FileDigest Of(in Hash sha256) => new(sha256.ToHex());

    /// <summary>By the number of hexadecimal digits; null where it is neither.</summary>
    public static FileDigest? Parse(string? text) =>
        text is { Length: Sha256Digits or GitDigits } && text.All(char.IsAsciiHexDigitLower) ? new FileDigest(text) : null;

    public override string ToString() => (IsGit ? "git:" : "sha256:") + Hex;
}

/// <summary>Digests of bytes as they arrive.</summary>
/// <param name="gitSize">The size that a Git blob says it has, where its identifier is wanted.</param>
internal sealed class RunningDigest(long? gitSize) : IDisposable
{
    private readonly IncrementalHash? git = gitSize is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private Sha256 sha;

    public long Length { get; private set; }

    /// <summary>How often it was begun.</summary>
    public int Restarts { get; private set; }

    /// <summary>Of all that was added. More can be added afterwards.</summary>
    public Hash Sha256
    {
        get
        {
            var copy = sha;
            return copy.Finish();
        }
    }

    public void Restart()
    {
        (sha, Length, Restarts) = (Verify.Crypto.Sha256.Start(), 0, Restarts + 1);
        if (git is null)
            return;
        git.TryGetHashAndReset(stackalloc byte[20], out _);
        git.AppendData(Encoding.ASCII.GetBytes($"blob {gitSize}\0"));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        sha.Add(bytes);
        git?.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>What was added, named as <paramref name="expected"/> is.</summary>
    public FileDigest As(FileDigest expected) =>
        expected.IsGit ? FileDigest.Parse(Convert.ToHexStringLower(git!.GetCurrentHash()))!.Value : FileDigest.Of(Sha256);

    public void Dispose() => git?.Dispose();
}

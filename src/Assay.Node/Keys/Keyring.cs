using System.Security.Cryptography;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Node.Keys;

/// <summary>The private keys of a node: <c>root*.pem</c>, <c>log.pem</c>, <c>serving/KEYID.pem</c>, each PKCS#8, readable by their owner only.</summary>
/// <remarks>
/// Root keys sign events only, so they can be kept elsewhere: then events travel to them as files (<see cref="EventFile"/>).
/// </remarks>
public sealed class Keyring(string folder)
{
    public const string Root = "root";
    public const string Log = "log";

    private const string Serving = "serving";
    private const string Extension = ".pem";
    internal const int MaxPem = 4096;

    private readonly PosixLogFiles files = new(folder);

    /// <summary>Names of the files that hold root keys, be it of this log or not.</summary>
    public IReadOnlyList<string> RootFiles() =>
    [
        .. files.List("").Where(f => f.StartsWith(Root, StringComparison.Ordinal) && f.EndsWith(Extension, StringComparison.Ordinal))
            .Select(f => f[..^Extension.Length]),
    ];

    public string PathOf(string name) => Path.Combine(folder, FileOf(name));

    public bool Has(string name) => files.Length(FileOf(name)) is not null;

    /// <summary>Makes a key from the system's generator, durable before it is used.</summary>
    public SigningKey Create(string name, KeyAlgorithm algorithm = KeyAlgorithm.Ed25519)
    {
        var key = KeyFile.Generate(algorithm);
        Write(name, key);
        return key;
    }

    /// <summary>Makes a serving key; it is filed under its own id.</summary>
    public SigningKey CreateServing(KeyAlgorithm algorithm = KeyAlgorithm.Ed25519)
    {
        var key = KeyFile.Generate(algorithm);
        if (!files.DirectoryExists(Serving))
        {
            files.CreateDirectory(Serving, Visibility.Private);
            files.FlushDirectory("");
        }
        Write(ServingName(key.PublicKey.Id), key);
        return key;
    }

    /// <exception cref="NodeException">The key is not here, or its file is damaged.</exception>
    public SigningKey Read(string name)
    {
        var pem = files.Read(FileOf(name), MaxPem)
            ?? throw new NodeException(NodeFault.KeyMissing, $"the {name} key is not on this machine ({PathOf(name)})");
        try
        {
            return SigningKey.FromPem(System.Text.Encoding.ASCII.GetString(pem));
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"the {name} key is damaged ({PathOf(name)}): {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    public SigningKey? TryReadServing(in Hash keyId) => Has(ServingName(keyId)) ? Read(ServingName(keyId)) : null;

    private void Write(string name, SigningKey key)
    {
        files.Replace(FileOf(name), FileOf(name) + ".new", System.Text.Encoding.ASCII.GetBytes(key.ToPem()), Visibility.Private);
    }

    private static string ServingName(in Hash keyId) => $"{Serving}/{keyId.ToHex()}";

    private static string FileOf(string name) => name + Extension;
}

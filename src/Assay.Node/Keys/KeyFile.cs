using System.Security.Cryptography;
using System.Text;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Node.Keys;

/// <summary>A private key in a file of its own: PKCS#8 PEM, readable by its owner only.</summary>
public static class KeyFile
{
    /// <summary>Makes a key from the system's generator. A file that is there is never replaced.</summary>
    /// <exception cref="NodeException">There is a file of that name.</exception>
    public static PublicKey Create(string path, KeyAlgorithm algorithm = KeyAlgorithm.Ed25519)
    {
        if (File.Exists(path))
            throw new NodeException(NodeFault.BadRequest, $"'{path}' is there already: a key is never overwritten");
        using var key = Generate(algorithm);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.ASCII.GetBytes(key.ToPem()));
        file.Flush(flushToDisk: true);
        return key.PublicKey;
    }

    /// <exception cref="NodeException">There is no such file, or it holds no key.</exception>
    public static SigningKey Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new NodeException(NodeFault.NotFound, $"there is no key file '{path}'");
        var pem = file.Length <= Keyring.MaxPem ? File.ReadAllBytes(path) : [];
        try
        {
            return SigningKey.FromPem(Encoding.ASCII.GetString(pem));
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, $"'{path}' holds no private key: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    internal static SigningKey Generate(KeyAlgorithm algorithm = KeyAlgorithm.Ed25519)
    {
        Span<byte> random = stackalloc byte[SigningKey.SeedSize];
        try
        {
            do
                RandomNumberGenerator.Fill(random);
            while (algorithm == KeyAlgorithm.EcdsaP256Sha256 && !SigningKey.IsScalar(random));
            return algorithm == KeyAlgorithm.EcdsaP256Sha256 ? SigningKey.FromScalar(random) : SigningKey.FromSeed(random);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(random);
        }
    }
}

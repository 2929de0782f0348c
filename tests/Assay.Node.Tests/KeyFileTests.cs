using Assay.Node.Keys;
using Assay.Verify.Crypto;

namespace Assay.Node.Tests;

public class KeyFileTests
{
    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.EcdsaP256Sha256)]
    public void Keys_of_either_algorithm_are_made_and_read_again(KeyAlgorithm algorithm)
    {
        using var folder = new TemporaryFolder();
        var made = KeyFile.Create(folder["key.pem"], algorithm);
        Assert.Equal(algorithm, made.Algorithm);
        using var read = SigningKey.FromPem(File.ReadAllText(folder["key.pem"]));
        Assert.Equal(made, read.PublicKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["key.pem"]));
        Assert.Throws<NodeException>(() => KeyFile.Create(folder["key.pem"], algorithm));

        var ring = new Keyring(folder.Path);
        using var serving = ring.CreateServing(algorithm);
        using var again = ring.TryReadServing(serving.PublicKey.Id);
        Assert.Equal(serving.PublicKey, again?.PublicKey);
    }
}

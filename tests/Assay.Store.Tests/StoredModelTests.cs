using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Models;

namespace Assay.Store.Tests;

public class StoredModelTests
{
    private static readonly StoredModel Good = Of([new("b/c.bin", Sha256.Of([2]), 7), new("model.onnx", Sha256.Of([1]), 1L << 40)]);

    [Fact]
    public void Comes_back_as_it_was()
    {
        var back = StoredModel.Parse(Good.ToBytes());
        Assert.Equal(Good.ToBytes(), back.ToBytes());
        Assert.Equal(("m@1", (1L << 40) + 7), (back.Reference, back.Size));
    }

    [Fact]
    public void Digest_that_is_not_that_of_the_files_is_refused() =>
        Assert.Throws<MalformedException>(() => StoredModel.Parse((Good with { Digest = Sha256.Of([9]) }).ToBytes()));

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a//b")]
    public void File_name_that_leads_away_is_refused(string name) =>
        Assert.Throws<MalformedException>(() => StoredModel.Parse(
            (Good with { Files = [new ModelFile(name, Sha256.Of([1]), 1)] }).ToBytes()));

    [Fact]
    public void Damage_is_refused_or_shows_and_never_anything_else()
    {
        var good = Good.ToBytes();
        var random = new Random(20260102);
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                switch (random.Next(3))
                {
                    case 0:
                        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes = bytes[..random.Next(1, bytes.Length + 1)];
                        break;
                    default:
                        var (from, to) = (random.Next(bytes.Length), random.Next(bytes.Length));
                        bytes = [.. bytes[..to], .. bytes[from..Math.Min(bytes.Length, from + random.Next(60))], .. bytes[to..]];
                        break;
                }
            try
            {
                _ = StoredModel.Parse(bytes);
            }
            catch (MalformedException)
            {
                // As it should be.
            }
        }
    }

    private static StoredModel Of(ModelFile[] files) => new("m", "1", "onnx", ModelDigest.Of(files), Sha256.Of([3]), [.. files], 1_767_000_000_000);
}

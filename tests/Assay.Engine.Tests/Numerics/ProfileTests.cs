using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public class ProfileTests
{
    private static readonly string Text = Encoding.UTF8.GetString(Profile.Text.AsSpan());

    /// <summary>Receipts name this digest for ever: whoever has to change it here is writing another profile.</summary>
    [Fact]
    public void The_text_is_frozen() =>
        Assert.Equal("fd9ab02ce00b2702830ca2fca607f16622b0b2a6f66ad632a2a55116740d1ca0", Convert.ToHexStringLower(Profile.Digest.AsSpan()));

    [Fact]
    public void The_text_of_whole_numbers_is_frozen() =>
        Assert.Equal("f3919438403f618e692219c8878fd8bc12f9e7126a76cae5311b441d5ea79ff6", Convert.ToHexStringLower(Int8Profile.Digest.AsSpan()));

    [Fact]
    public void The_digest_is_that_of_the_text()
    {
        Assert.StartsWith("# assay-f32-v1\n", Text, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(Profile.Text.AsSpan()), Profile.Digest);
        Assert.DoesNotContain('\r', Text);
    }
}

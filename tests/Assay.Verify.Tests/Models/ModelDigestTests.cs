using Assay.Verify.Crypto;
using Assay.Verify.Models;

namespace Assay.Verify.Tests.Models;

public class ModelDigestTests
{
    private static readonly Hash A = Sha256.Of([1]);
    private static readonly Hash B = Sha256.Of([2]);

    [Fact]
    public void The_digest_depends_on_the_names_order_and_not_on_the_lists()
    {
        var one = ModelDigest.Of([new("a", A, 1), new("b", B, 1)]);
        Assert.Equal(one, ModelDigest.Of([new("b", B, 1), new("a", A, 1)]));
        Assert.Equal(Sha256.Of([.. A.ToArray(), .. B.ToArray()]), one);
        Assert.NotEqual(one, ModelDigest.Of([new("a", B, 1), new("b", A, 1)]));
    }

    [Fact]
    public void Names_are_ordered_by_their_utf8_bytes()
    {
        // U+FFFD is below U+1F600, but its UTF-16 unit is above that one's surrogates.
        Assert.True(ModelDigest.CompareNames("\uff5e", "\U0001F600") < 0);
        Assert.True(string.CompareOrdinal("\uff5e", "\U0001F600") > 0);
        Assert.True(ModelDigest.CompareNames("a/b", "a.b") > 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData("a\\x")]
    [InlineData("C:x")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("\ud800")]
    public void A_name_that_could_lead_out_of_the_folder_is_refused(string name) =>
        Assert.Throws<MalformedException>(() => ModelDigest.Of([new(name, A, 1)]));

    [Fact]
    public void No_file_and_a_file_twice_are_refused()
    {
        Assert.Throws<MalformedException>(() => ModelDigest.Of([]));
        Assert.Throws<MalformedException>(() => ModelDigest.Of([new("a", A, 1), new("a", A, 1)]));
    }
}

using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public class ProfileTests
{
    private static readonly string Text = Encoding.UTF8.GetString(Profile.Text.AsSpan());

    [Fact]
    public void The_digest_is_that_of_the_text()
    {
        Assert.StartsWith("# assay-f32-v1\n", Text, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(Profile.Text.AsSpan()), Profile.Digest);
        Assert.DoesNotContain('\r', Text);
    }
}

using Assay.Store.Pull;
using Assay.Verify.Crypto;

namespace Assay.Store.Tests.Pull;

public sealed class PullReferenceTests
{
    private static readonly string Digest = new('a', 64);

    [Fact]
    public void Every_form_is_read()
    {
        Assert.Equal(new PullReference.Hub("org/repo", null, "main"), PullReference.Parse("hf:org/repo"));
        Assert.Equal(new PullReference.Hub("org/re.po-1", "a/b c.gguf", "refs/pr/1"), PullReference.Parse("hf:org/re.po-1:a/b c.gguf@refs/pr/1"));
        Assert.Equal(new PullReference.Hub("org/repo", null, "v1"), PullReference.Parse("hf:org/repo@v1"));
        Assert.Equal(new PullReference.Ollama("library/llama3.2", "latest"), PullReference.Parse("ollama:llama3.2"));
        Assert.Equal(new PullReference.Ollama("me/own", "1b-q8_0"), PullReference.Parse("ollama:me/own:1b-q8_0"));
        Assert.Equal(new PullReference.Web(new Uri("https://example.org/a.gguf?b=c"), Hash.FromHex(Digest)), PullReference.Parse($"https://example.org/a.gguf?b=c#sha256={Digest.ToUpperInvariant()}"));
        Assert.Equal(new PullReference.Local("some/folder"), PullReference.Parse("some/folder"));
    }

    [Theory]
    [InlineData("hf:")]
    [InlineData("hf:repo")]
    [InlineData("hf:org/repo/more")]
    [InlineData("hf:org/..")]
    [InlineData("hf:org/repo:../../etc/passwd")]
    [InlineData("hf:org/repo:/absolute")]
    [InlineData("hf:org/repo:a?b")]
    [InlineData("hf:org/repo:a\nb")]
    [InlineData("hf:org/repo:a%2fb")]
    [InlineData("hf:org/repo@")]
    [InlineData("hf:org/repo@..")]
    [InlineData("ollama:")]
    [InlineData("ollama:a/b/c")]
    [InlineData("ollama:name:tag/x")]
    [InlineData("ollama:name:")]
    [InlineData("https://example.org/a.gguf")]
    [InlineData("https://example.org/a.gguf#sha256=")]
    [InlineData("https://example.org/a.gguf#sha256=00")]
    [InlineData("https://example.org/a.gguf#md5=00")]
    [InlineData("http://example.org/a.gguf#sha256=")]
    [InlineData("ftp://example.org/a.gguf#sha256=")]
    public void What_is_no_reference_is_refused_in_one_line(string text)
    {
        var whole = text.EndsWith("sha256=", StringComparison.Ordinal) && !text.StartsWith("https", StringComparison.Ordinal) ? text + Digest : text;
        var refused = Assert.Throws<StoreException>(() => PullReference.Parse(whole));
        Assert.Equal(StoreFault.BadRequest, refused.Fault);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void A_password_or_a_signature_in_an_address_is_not_shown()
    {
        var refused = Assert.Throws<StoreException>(() => PullReference.Parse($"https://user:secret@example.org/a.gguf?signature=secret#sha256={Digest}"));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<StoreException>(() => PullReference.Parse("https://example.org/a.gguf?signature=secret"));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }
}

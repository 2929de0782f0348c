using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Node.Tests.Web.Pages;

public class VerifyPageTests(PagesFixture site) : IClassFixture<PagesFixture>
{
    [Fact]
    public async Task The_page_that_verifies_may_ask_nobody_and_run_only_its_own_script()
    {
        using var answer = await site.Client.GetAsync("/verify");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("connect-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        foreach (var part in (string[])["script", "style"])
        {
            var from = html.IndexOf($"<{part}>", StringComparison.Ordinal) + part.Length + 2;
            var text = html[from..html.IndexOf($"</{part}>", StringComparison.Ordinal)];
            Assert.Contains($"{part}-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'", policy);
        }
    }

    [Fact]
    public async Task Every_page_leads_to_the_page_that_verifies() =>
        Assert.Contains("<a href=\"/verify\">Verify</a>", await site.PageAsync("/"));
}

using System.Net;

namespace Assay.Node.Tests.Web;

public class HeadTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Theory]
    [InlineData("/verify")]
    [InlineData("/log/checkpoint")]
    [InlineData("/log/tile/0/000.p/1")]
    public async Task What_is_a_file_to_others_answers_to_HEAD_as_to_GET_without_the_body(string path)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Head, path);
        using var head = await host.Client.SendAsync(ask);
        using var get = await host.Client.GetAsync(path);
        Assert.Equal((get.StatusCode, get.Content.Headers.ContentLength, get.Content.Headers.ContentType),
            (head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType));
        Assert.Equal(path.Contains("tile", StringComparison.Ordinal) ? get.StatusCode : HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_tile_that_is_not_there_is_not_there_for_HEAD()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Head, "/log/tile/0/999");
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.SendAsync(ask)).StatusCode);
    }
}

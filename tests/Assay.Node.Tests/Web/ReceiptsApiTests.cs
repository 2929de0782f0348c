using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Reports;

namespace Assay.Node.Tests.Web;

/// <summary>Bundles over HTTP: fetched, opened by their caller only, verified.</summary>
public class ReceiptsApiTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task Bundle_is_promised_at_first_and_then_there()
    {
        var (id, salt) = await InferAsync();
        var bytes = await BundleAsync(id, salt);
        var report = Verify.Verification.Verifier.Verify(bytes, host.Test.Policy);
        Assert.True(report.Accepted, report.Headline);
        Assert.Equal(AxisStatus.Verified, report[Axis.Output].Status);
    }

    [Fact]
    public async Task Without_the_callers_salt_nothing_private_is_shown()
    {
        var (id, salt) = await InferAsync();
        await BundleAsync(id, salt);
        var bundle = Bundle.Parse(await BundleAsync(id, null));
        Assert.Equal(Disclosures.Nothing, bundle.Disclosures);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", HttpStatusCode.Forbidden)]
    [InlineData("AAAA", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.Forbidden)]
    [InlineData("not base64!", HttpStatusCode.BadRequest)]
    public async Task Wrong_salt_opens_nothing(string salt, HttpStatusCode expected)
    {
        var (id, right) = await InferAsync();
        await BundleAsync(id, right);
        using var request = Request(id, salt);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        HostFixture.AssertOneLine(JsonDocument.Parse(text).RootElement);
        Assert.DoesNotContain("disclosures", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("x")]
    [InlineData("..%2f..%2fkeys%2froot.pem")]
    public async Task Receipt_that_is_not_there_is_404(string id)
    {
        using var answer = await host.Client.GetAsync($"/v1/receipts/{id}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        HostFixture.AssertOneLine(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    [Fact]
    public async Task Verification_says_the_same_as_the_verifier()
    {
        var (id, salt) = await InferAsync();
        var bytes = await BundleAsync(id, salt);
        Assert.True((await VerifyAsync(bytes)).GetProperty("accepted").GetBoolean());
        bytes[bytes.Length / 2] ^= 1;
        Assert.False((await VerifyAsync(bytes)).GetProperty("accepted").GetBoolean());
        Assert.False((await VerifyAsync("garbage"u8.ToArray())).GetProperty("accepted").GetBoolean());
        Assert.False((await VerifyAsync([])).GetProperty("accepted").GetBoolean());
    }

    [Fact]
    public async Task Damaged_policy_is_the_nodes_fault_and_not_the_callers()
    {
        var policy = File.ReadAllBytes(host.Test.Data.Policy);
        try
        {
            File.WriteAllBytes(host.Test.Data.Policy, policy[..^9]);
            using var content = new ByteArrayContent([]);
            using var answer = await host.Client.PostAsync("/v1/receipts/verify", content);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("policy.json", HostFixture.AssertOneLine(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement), StringComparison.Ordinal);
        }
        finally
        {
            File.WriteAllBytes(host.Test.Data.Policy, policy);
        }
    }

    private async Task<(string Id, string Salt)> InferAsync()
    {
        var (status, body) = await host.PostAsync("/v2/models/adder/infer", HostFixture.Adds());
        Assert.Equal(HttpStatusCode.OK, status);
        var assay = body.GetProperty("assay");
        return (assay.GetProperty("receipt").GetString()!, assay.GetProperty("salts").GetProperty("output").GetString()!);
    }

    // 202 with Retry-After, any number of times, then the bundle: nothing else in between.
    private async Task<byte[]> BundleAsync(string id, string? salt)
    {
        while (true)
        {
            using var request = Request(id, salt);
            using var answer = await host.Client.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Assert.Equal(Bundle.MediaType, answer.Content.Headers.ContentType?.MediaType);
                return await answer.Content.ReadAsByteArrayAsync();
            }
            Assert.Equal((HttpStatusCode.Accepted, "1"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
        }
    }

    private static HttpRequestMessage Request(string id, string? salt)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/receipts/{id}");
        if (salt is not null)
            request.Headers.TryAddWithoutValidation("Assay-Disclosure", salt);
        return request;
    }

    private async Task<JsonElement> VerifyAsync(byte[] bundle)
    {
        using var content = new ByteArrayContent(bundle);
        using var answer = await host.Client.PostAsync("/v1/receipts/verify", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync())).RootElement;
    }
}

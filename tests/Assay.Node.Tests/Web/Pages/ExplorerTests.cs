using System.Net;
using System.Text.RegularExpressions;
using Assay.Node.Web.Pages;
using Assay.Node.Web.Pages.Views;
using Assay.Verify.Codecs;
using Microsoft.Extensions.DependencyInjection;

namespace Assay.Node.Tests.Web.Pages;

public class ExplorerTests(PagesFixture site) : IClassFixture<PagesFixture>
{
    private string RecordId => site.Answer.Receipt.RecordId;

    private string[] Pages =>
    [
        "/", "/?before=2", $"/receipts/{RecordId}", $"/models/{PagesFixture.ModelName}", "/models/none", "/receipts/none",
        "/search?q=" + Uri.EscapeDataString(PagesFixture.Hostile),
    ];

    [Fact]
    public async Task No_text_from_outside_becomes_markup()
    {
        foreach (var path in Pages)
        {
            using var answer = await site.Client.GetAsync(path);
            var html = await answer.Content.ReadAsStringAsync();
            // One script element, ours, and no image: whatever else was sent is text.
            Assert.Single(Regex.Matches(html, "<script"));
            Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(@"<[^>]+\son\w+=[^>]*>", Regex.Replace(html, "\"[^\"]*\"", "\"\""));
        }
    }

    [Fact]
    public async Task Hostile_texts_are_shown_and_not_swallowed()
    {
        var receipt = WebUtility.HtmlDecode(await site.PageAsync($"/receipts/{RecordId}"));
        Assert.Contains("node" + PagesFixture.Hostile, receipt);
        var model = WebUtility.HtmlDecode(await site.PageAsync($"/models/{PagesFixture.ModelName}"));
        Assert.Contains("in" + PagesFixture.Hostile, model);
        Assert.Contains("region" + PagesFixture.Hostile, model);
        Assert.Contains("<img src=x onerror=alert(3)>", model);
        Assert.Contains("# Card", model);
    }

    [Fact]
    public async Task Characters_that_turn_the_writing_round_are_made_visible()
    {
        var receipt = WebUtility.HtmlDecode(await site.PageAsync($"/receipts/{RecordId}"));
        Assert.DoesNotContain('\u202e', receipt);
        Assert.Contains(@"\u{202e}gnp.exe", receipt);
        var model = WebUtility.HtmlDecode(await site.PageAsync($"/models/{PagesFixture.ModelName}"));
        Assert.DoesNotContain('\u202e', model);
    }

    [Fact]
    public async Task Every_page_comes_with_a_strict_policy_for_the_browser()
    {
        foreach (var path in Pages)
        {
            using var answer = await site.Client.GetAsync(path);
            Assert.Equal(
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Nothing_on_a_page_would_need_a_wider_policy()
    {
        foreach (var path in Pages)
        {
            using var answer = await site.Client.GetAsync(path);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("style=", Regex.Replace(html, "(?s)<(pre|dd|bdi)[^>]*>.*?</\\1>", ""));
            Assert.DoesNotContain("<style", html);
            foreach (Match asked in Regex.Matches(html, "(?:src|href|action)=\"(?<url>[^\"]*)\""))
                Assert.Matches("^(/|#|data:image/svg)", asked.Groups["url"].Value);
        }
    }

    [Fact]
    public async Task Style_and_script_are_served_under_the_addresses_the_pages_name()
    {
        var html = await site.PageAsync("/");
        foreach (var (pattern, type) in new[] { ("/assets/[^\"]*css", "text/css"), ("/assets/[^\"]*js", "text/javascript") })
        {
            using var answer = await site.Client.GetAsync(Regex.Match(html, pattern).Value);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString());
        }
    }

    [Fact]
    public async Task The_log_page_shows_head_entries_receipts_and_models()
    {
        var html = await site.PageAsync("/");
        Assert.Contains(site.Node.Origin, html);
        Assert.Contains(site.Node.Checkpoint.Checkpoint.Root.ToBase64(), WebUtility.HtmlDecode(html));
        Assert.Contains($"href=\"/receipts/{RecordId}\"", html);
        Assert.Contains("href=\"/models/scale\"", html);
        Assert.Contains("<b>genesis</b>", html);
        Assert.Contains("receipt sequence 0", html);
        Assert.Contains("data-live", html);
    }

    [Fact]
    public async Task Older_entries_stand_still()
    {
        var html = await site.PageAsync("/?before=1");
        Assert.Contains("<b>genesis</b>", html);
        Assert.DoesNotContain("receipt sequence", html);
        Assert.DoesNotContain("data-live", html);
        Assert.Contains("data-live", await site.PageAsync("/?before=18446744073709551615"));
    }

    [Fact]
    public async Task The_receipt_page_gives_every_axis_its_word()
    {
        var html = await site.PageAsync($"/receipts/{RecordId}");
        Assert.Contains("AUTHENTIC", html);
        foreach (var axis in Verify.Reports.AxisTokens.All)
            Assert.Matches($"<b>{axis.ToString().ToLowerInvariant()}</b>\\s*<span class=\"word\">(verified|not checked|unverifiable)</span>", html);
        Assert.Contains($"/v1/receipts/{RecordId}\" download", html);
        Assert.Contains("--policy policy.json", html);
        // Nobody asked for it to be auditable.
        Assert.Contains("<dt>Audit</dt><dd>outside the audit frame</dd>", html);
    }

    [Fact]
    public async Task The_receipt_page_shows_neither_salts_nor_bytes()
    {
        var html = WebUtility.HtmlDecode(await site.PageAsync($"/receipts/{RecordId}"));
        var opening = site.Answer.Receipt.Opening;
        foreach (var secret in new[] { opening.Input.Salt, opening.Output.Salt, opening.Input.Bytes, opening.Output.Bytes })
        {
            Assert.DoesNotContain(Base64.Write(secret), html);
            Assert.DoesNotContain(Hex.Write(secret), html);
        }
    }

    [Fact]
    public async Task A_receipt_that_is_only_promised_waits_without_a_script_too()
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var html = await Html.RenderAsync<ReceiptPage>(
            services, new Site("http://127.0.0.1:1", "origin", "node", ""), new ReceiptView(new string('a', 32), null));
        Assert.Contains("PENDING", html);
        Assert.Contains("data-live", html);
        Assert.Contains("<noscript><meta http-equiv=\"refresh\"", html);
        Assert.DoesNotContain("AUTHENTIC", html);
    }

    [Fact]
    public async Task The_model_page_shows_files_tensors_keys_and_receipts()
    {
        var html = await site.PageAsync($"/models/{PagesFixture.ModelName}");
        Assert.Contains("sha256:" + site.Model.Digest.ToHex(), html);
        foreach (var file in site.Model.Files)
            Assert.Contains(file.Sha256.ToHex(), html);
        Assert.Contains("float32", html);
        Assert.Contains("ed25519:" + site.Answer.Receipt.Envelope.KeyId.ToHex(), html);
        Assert.Contains($"/receipts/{RecordId}", html);
        Assert.Contains("/v2/models/scale/infer", html);
    }

    [Fact]
    public async Task Search_leads_to_the_page_of_whatever_was_pasted()
    {
        var receipt = $"/receipts/{RecordId}";
        var key = site.Answer.Receipt.Envelope.KeyId.ToHex();
        await LeadsTo(RecordId, receipt);
        await LeadsTo(RecordId[..12] + "…", receipt);
        await LeadsTo($"  {RecordId.ToUpperInvariant()} ", receipt);
        await LeadsTo($"{site.Answer.Receipt.Index}", receipt);
        await LeadsTo("1", "/?before=2#log");
        await LeadsTo("scale", "/models/scale");
        await LeadsTo("scale@1", "/models/scale");
        await LeadsTo("SCAL", "/models/scale");
        await LeadsTo("sha256:" + site.Model.Digest.ToHex(), "/models/scale");
        await LeadsTo("ed25519:" + key[..8], $"/models/scale#key-{key}");
        await LeadsTo(site.Node.Genesis.Roots.Keys[0].Id.ToHex(), "/#identity");
        await LeadsTo("", "/");
    }

    [Fact]
    public async Task What_is_not_here_is_said_so_with_status_404()
    {
        foreach (var path in new[]
        {
            "/receipts/ffffffffffffffffffffffffffffffff", "/models/none", "/models/..%2f..%2fkeys", "/search?q=999999", "/search?q=none",
            "/search?q=" + new string('a', 5000), "/search?q=%25", "/search?q=//example.org",
        })
            Assert.Contains("Search knows", await site.PageAsync(path, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task The_policy_of_the_node_can_be_fetched()
    {
        var policy = await site.PageAsync("/policy.json");
        Assert.Equal(await File.ReadAllTextAsync(site.Node.Folder.Policy), policy);
    }

    private async Task LeadsTo(string query, string expected)
    {
        using var answer = await site.Client.GetAsync("/search?q=" + Uri.EscapeDataString(query));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(expected, answer.Headers.Location!.OriginalString);
    }
}

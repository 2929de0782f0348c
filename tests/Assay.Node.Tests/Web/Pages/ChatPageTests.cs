using System.Net;
using System.Text.RegularExpressions;
using Assay.Node.Tests.Web.OpenAi;

namespace Assay.Node.Tests.Web.Pages;

/// <summary>The chat page without a script: a form that comes back with the whole answer, and what other pages say of language models.</summary>
public partial class ChatPageTests(ChatHost host) : IClassFixture<ChatHost>
{
    [Fact]
    public async Task Form_goes_on_with_the_conversation_and_links_each_answer_to_its_receipt()
    {
        var page = await host.Client.GetStringAsync("/chat?model=tiny");
        Assert.Contains("""<option value="tiny" selected>""", page, StringComparison.Ordinal);
        var history = "";
        for (var i = 1; i <= 2; i++)
        {
            var (status, answered) = await PostAsync(("history", history), ("message", "once <b>upon</b> a time"), ("temperature", "0.7"), ("max_tokens", "9"), ("seed", ""));
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.DoesNotContain("<b>upon</b>", answered, StringComparison.Ordinal);
            Assert.Equal(i, Receipts().Count(answered));
            history = WebUtility.HtmlDecode(History().Match(answered).Groups["json"].Value);
            var receipt = Receipts().Match(answered).Groups["id"].Value;
            while (host.Node.IsPending(receipt))
                await Task.Delay(20);
            var shown = await host.Client.GetStringAsync($"/receipts/{receipt}");
            Assert.Contains("temperature 0.7, top p 1, at most 9 tokens", shown, StringComparison.Ordinal);
            Assert.Contains("derived: nobody chose it", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Browser_is_let_name_the_origin_of_the_form_and_another_site_is_refused()
    {
        using var page = await host.Client.GetAsync("/chat");
        Assert.Equal("same-origin", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        foreach (var (origin, status) in ((string, HttpStatusCode)[])[(host.Url.ToString().TrimEnd('/'), HttpStatusCode.OK), ("https://evil.example", HttpStatusCode.Forbidden), ("null", HttpStatusCode.Forbidden)])
        {
            using var content = new FormUrlEncodedContent([new("model", "tiny"), new("message", "hi"), new("max_tokens", "3")]);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = content };
            request.Headers.Add("Origin", origin);
            using var answer = await host.Client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("message", "", HttpStatusCode.OK, "There is no message.")]
    [InlineData("temperature", "hot", HttpStatusCode.BadRequest, "temperature is &#x27;hot&#x27;: a number is right")]
    [InlineData("temperature", "9", HttpStatusCode.BadRequest, "temperature is 9")]
    [InlineData("model", "adder", HttpStatusCode.BadRequest, "is not a language model")]
    [InlineData("model", "plain", HttpStatusCode.BadRequest, "plain has no chat template")]
    [InlineData("model", "nothing", HttpStatusCode.NotFound, "there is no model")]
    [InlineData("history", "[{", HttpStatusCode.BadRequest, "is not a conversation")]
    [InlineData("history", "[{\"role\":\"system\",\"content\":\"x\"}]", HttpStatusCode.BadRequest, "is not a conversation")]
    public async Task What_is_wrong_is_said_on_the_page(string field, string value, HttpStatusCode status, string says)
    {
        var (got, page) = await PostAsync(("message", "hi"), (field, value));
        Assert.Equal(status, got);
        Assert.Contains(says, page.Replace("&#39;", "&#x27;", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_page_says_how_to_talk_with_it()
    {
        var page = await host.Client.GetStringAsync("/models/tiny");
        Assert.Contains("href=\"/chat?model=tiny\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("It cannot be loaded", page, StringComparison.Ordinal);
        Assert.Contains("assay run plain", await host.Client.GetStringAsync("/models/plain"), StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Page)> PostAsync(params (string Name, string Value)[] fields)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["model"] = "tiny" };
        foreach (var (name, value) in fields)
            all[name] = value;
        using var content = new FormUrlEncodedContent(all);
        using var answer = await host.Client.PostAsync("/chat", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("href=\"/receipts/(?<id>[0-9a-f]{32})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Receipts();

    [GeneratedRegex("name=\"history\" value=\"(?<json>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex History();
}

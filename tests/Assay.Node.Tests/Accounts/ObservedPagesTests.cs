using System.Net;
using System.Text.Json;
using Assay.Audit.Accounts;
using Assay.Node.Web;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Accounts;

/// <summary>A node shows the accounts of the observations in its own log, over HTTP, and calls them testimony.</summary>
public sealed class ObservedPagesTests : IAsyncDisposable
{
    private const string Hostile = "vendor <script>alert(1)</script>";
    private static readonly Hash Task0 = Sha256.Of("tasks"u8), First = Sha256.Of("one"u8), Second = Sha256.Of("two"u8);
    private static readonly DateTimeOffset Day0 = new(2024, 4, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestNode test = TestNode.Open();

    public ValueTask DisposeAsync() => test.DisposeAsync();

    [Fact]
    public async Task Accounts_of_observations_have_pages_and_json_that_say_what_they_are()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync(cancel);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.DoesNotContain("testimony", await PageAsync(client, "/accounts"));
        Assert.Empty((await JsonAsync(client, "/v1/observed")).GetProperty("accounts").EnumerateArray());

        ObservationsEvent[] seen =
        [
            Letters(Hostile, ObservationOracle.Graded, First, 0, new string('p', 190) + "f" + new string('n', 9)),
            Letters(Hostile, ObservationOracle.Graded, Second, 1, new string('p', 40)),
            Letters(Hostile, ObservationOracle.Service, First, 0, new string('p', 20) + "nnn" + new string('p', 20)),
            Letters(Hostile, ObservationOracle.Graded, First, 2, new string('f', 60)),
            Likelihood("weights", 0, 1_000_000), Likelihood("weights", 1, 2_500_000),
        ];
        await test.Node.ObserveAsync(seen[..3]);
        // What was looked at before is gone on with; the rest is new to the fold.
        Assert.Contains("Graded, observed by 1 auditor: testimony, not proof", await PageAsync(client, "/accounts"));
        await test.Node.ObserveAsync(seen[3..]);

        var list = await PageAsync(client, "/accounts");
        Assert.Contains("Service, observed by 1 auditor: testimony, not proof", list);
        Assert.Contains("Likelihood, observed by 1 auditor: testimony, not proof", list);
        Assert.Contains("2 addresses; this is the one observed last", list);
        Assert.Contains("evidence e^3.500 against the claim: refuted", WebUtility.HtmlDecode(list));
        Assert.DoesNotContain("<script>alert", list);
        Assert.Contains(Hostile, WebUtility.HtmlDecode(list));
        Assert.DoesNotContain("testimony", await PageAsync(client, "/accounts?model=digits"));

        // Each oracle is an account of its own; the figures are those of the fold of all entries in one step.
        var rows = (await JsonAsync(client, "/v1/observed")).GetProperty("accounts").EnumerateArray().ToList();
        Assert.Equal(["graded", "likelihood", "service"], rows.Select(r => r.GetProperty("oracle").GetString()!).Order(StringComparer.Ordinal));
        foreach (var kind in seen.GroupBy(e => (e.Service, e.Oracle, e.Task)))
        {
            var (service, oracle, task) = kind.Key;
            var state = new ObservedState(AccountId.Observed(service, oracle, task));
            new ObservedFold(service, oracle, task, state).Step(1, [new ObserverRead(new LogSize("any/log", 1, default), default, [.. kind])], "any/log");
            var json = await JsonAsync(client, $"/v1/observed/{state.Account.ToHex()}");
            Assert.Equal(ObservedWords.NotPromised, json.GetProperty("notPromised").GetString());
            Assert.Equal(state.Segments.Count, json.GetProperty("segments").GetArrayLength());
            foreach (var (segment, shown) in state.Segments.Zip(json.GetProperty("segments").EnumerateArray()))
            {
                var figures = ObservedFigures.Of(segment);
                Assert.Equal(segment.Address.ToHex(), shown.GetProperty("address").GetString());
                Assert.Equal(
                    (figures.Counts.Passed, figures.Counts.Failed, figures.Counts.Unanswered),
                    (shown.GetProperty("passed").GetUInt64(), shown.GetProperty("failed").GetUInt64(), shown.GetProperty("unanswered").GetUInt64()));
                Assert.Equal(figures.Life.FailureBound, shown.GetProperty("failureBound") is { ValueKind: JsonValueKind.Number } bound ? bound.GetUInt32() : null);
                Assert.Equal(figures.LogE, shown.TryGetProperty("logE", out var logE) ? logE.GetInt64() : null);
                Assert.Equal((figures.Refuted, figures.Alarmed), (shown.GetProperty("refuted").GetBoolean(), shown.GetProperty("alarmed").GetBoolean()));
                Assert.Equal(test.Node.Origin, Assert.Single(shown.GetProperty("by").EnumerateArray()).GetProperty("origin").GetString());
            }
        }

        var graded = $"/accounts/observed/{AccountId.Observed(Hostile, ObservationOracle.Graded, Task0).Digest().ToHex()}";
        var page = WebUtility.HtmlDecode(await PageAsync(client, graded));
        // The address that was observed last: 200 verdicts are its baseline, 60 failures after it a change.
        Assert.Contains("Alarmed: more fails than did at first. If the observers are honest: at least", page);
        Assert.Contains("190 pass, 61 fail, 9 without an answer", page);
        Assert.Contains(ObservedWords.NotPromised, page);
        Assert.Contains("Addresses side by side", page);
        Assert.Contains("Failure rate by day", page);
        Assert.Contains("2024-04-03", page);
        Assert.Contains(test.Node.Origin, page);
        Assert.DoesNotContain("mark verified", page);
        var other = WebUtility.HtmlDecode(await PageAsync(client, graded + "?segment=2"));
        Assert.Contains("40 pass, 0 fail, 0 without an answer", other);
        Assert.Contains("there is no history to draw yet", other);
        var timed = WebUtility.HtmlDecode(await PageAsync(client, $"/accounts/observed/{AccountId.Observed(Hostile, ObservationOracle.Service, Task0).Digest().ToHex()}"));
        Assert.Contains("1 incident, 0 longer than 10 probes", timed);
        Assert.Contains("All, of late, and answered", timed);
        var weights = WebUtility.HtmlDecode(await PageAsync(client, $"/accounts/observed/{AccountId.Observed("weights", ObservationOracle.Likelihood, Task0).Digest().ToHex()}"));
        Assert.Contains("Evidence against the claim", weights);
        Assert.Contains("the logarithm is 3.50; it refutes at 3.00", weights);

        foreach (var path in new[] { graded + "?segment=3", graded + "?segment=0", "/accounts/observed/none", "/v1/observed/none", $"/v1/observed/{new string('0', 64)}" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, cancel)).StatusCode);
    }

    [Fact]
    public async Task The_accounts_are_as_public_as_the_log()
    {
        await test.Node.ObserveAsync(Likelihood("weights", 0, 1));
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: "a key of sixteen and more");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.Single((await JsonAsync(client, "/v1/observed")).GetProperty("accounts").EnumerateArray());
    }

    [Fact]
    public async Task Accounts_beyond_the_limit_are_counted_and_not_kept()
    {
        await test.Node.ObserveAsync(Likelihood("a", 0, 1), Likelihood("b", 0, 1), Likelihood("a", 1, 1), Likelihood("b", 1, 1));
        var accounts = new ObservedAccounts(test.Node.Origin, test.Node.Genesis.LogKey.Key.Id, most: 1);
        Assert.Equal(("a", 2UL, 2UL), Look());
        // Looking again counts nothing twice.
        Assert.Equal(("a", 2UL, 2UL), Look());

        (string, ulong, ulong) Look() => accounts.Look(test.Node.Reader, Day0, (all, left) =>
        {
            var only = Assert.Single(all.Values);
            return (only.Service, only.State.Segments[0].Batches, left);
        });
    }

    private ObservationsEvent Letters(string service, ObservationOracle oracle, in Hash address, int day, string letters) =>
        new(test.Node.Origin, service, address, oracle, Task0, Day0.AddDays(day), Day0.AddDays(day).AddHours(1), letters, null);

    private ObservationsEvent Likelihood(string service, int day, long logE) =>
        new(test.Node.Origin, service, First, ObservationOracle.Likelihood, Task0, Day0.AddDays(day), Day0.AddDays(day).AddHours(1), null, logE);

    private static async Task<string> PageAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path) =>
        JsonDocument.Parse(await client.GetStringAsync(path, TestContext.Current.CancellationToken)).RootElement;
}

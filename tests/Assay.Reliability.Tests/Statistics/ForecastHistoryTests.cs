using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Forecasts of what was measured of real services: the answers of two dated models, and days of slow calls.</summary>
public class ForecastHistoryTests
{
    /// <summary>1,000 answers of the version of March 2023, then 1,000 of June's, 50 a day (Chen, Zaharia and Zou, How is ChatGPT's behavior changing over time?, 2023).</summary>
    [Theory]
    [InlineData("gpt-4-0314", "gpt-4-0613")]
    [InlineData("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")]
    public void A_version_that_replaces_another_is_followed(string before, string after)
    {
        bool[] verdicts = [.. RealAnswers.PrimeFailures($"openaichat/{before}"), .. RealAnswers.PrimeFailures($"openaichat/{after}")];
        var (forecast, watch) = (Forecast.Start, new ChangeWatch(500));
        foreach (var (day, answers) in verdicts.Chunk(50).Index())
        {
            var alarms = watch.Alarms;
            foreach (var failed in answers)
                watch.Step(failed, (ulong)day);
            forecast = forecast.Close((ulong)day * 86_400, Counted(answers), watch.Alarms > alarms);
        }
        var nats = Tell($"{before}, {after}", forecast);
        Assert.InRange(nats, 20, 5_000);
        Assert.InRange(Ratio(forecast), 0.85, 1.25);
    }

    /// <summary>A call is slow where its first token took more than a second; each model at each provider by itself, day after day.</summary>
    [Fact]
    public void Days_of_slow_calls_are_expected_no_worse_than_by_the_plain_rate()
    {
        using var reader = new StreamReader(TestData.Require("reliability/thefastest_history.csv"));
        var rows = Csv.Rows(reader).ToList();
        var (time, provider, model, first) = (rows[0].IndexOf("time_utc"), rows[0].IndexOf("provider"), rows[0].IndexOf("model"), rows[0].IndexOf("ttft_s"));
        var (sum, worst, expected, seen, histories) = (0.0, 0.0, 0.0, 0UL, 0);
        foreach (var history in rows.Skip(1).Where(r => r[first].Length > 0).GroupBy(r => (r[provider], r[model])).Where(h => h.Count() >= 20))
        {
            var forecast = Forecast.Start;
            foreach (var day in history.GroupBy(r => DateOnly.ParseExact(r[time][..10], "yyyy-MM-dd").DayNumber).OrderBy(d => d.Key))
                forecast = forecast.Close((ulong)day.Key * 86_400, Counted([.. day.Select(r => double.Parse(r[first]) > 1)]), false);
            var nats = (double)(forecast.Record.Score - forecast.Record.PlainScore) / Math.Pow(2, 64);
            (sum, worst, histories) = (sum + nats, Math.Min(worst, nats), histories + 1);
            (expected, seen) = (expected + (double)forecast.Record.ExpectedFailures / 1e6, seen + forecast.Record.Verdicts.Failures);
        }
        Output($"| {histories} models' days of slow calls | {expected / seen:0.00} | {sum:+0.0;-0.0} in all, {worst:+0.0;-0.0} at worst |");
        Assert.True(histories >= 50 && sum > 0 && worst > -3);
    }

    private static Counts Counted(bool[] failures) => new((ulong)failures.Count(f => !f), (ulong)failures.Count(f => f));

    private static double Ratio(Forecast forecast) => (double)forecast.Record.ExpectedFailures / 1e6 / forecast.Record.Verdicts.Failures;

    private static double Tell(string name, Forecast forecast)
    {
        var nats = (double)(forecast.Record.Score - forecast.Record.PlainScore) / Math.Pow(2, 64);
        Output($"| {name} | {Ratio(forecast):0.00} | {nats:+0.0;-0.0} | hazard {forecast.Hazard}, {forecast.Changes} of {forecast.Calm} |");
        return nats;
    }

    private static void Output(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}

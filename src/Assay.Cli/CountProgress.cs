using System.Diagnostics;
using Spectre.Console;

namespace Assay.Cli;

/// <summary>Shows how much of a known number is done, on standard error: a bar with rate and time left on a terminal, else a line every two seconds.</summary>
internal static class CountProgress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenUpdates = TimeSpan.FromMilliseconds(100);

    /// <param name="unit">What is counted, as a word for many.</param>
    /// <param name="work">Is handed what to call with how many are done and how many there are in all, or null.</param>
    public static T Show<T>(bool quiet, string unit, Func<Action<ulong, ulong>?, T> work) =>
        ShowAsync(quiet, unit, progress => Task.FromResult(work(progress))).GetAwaiter().GetResult();

    /// <inheritdoc cref="Show"/>
    public static async Task<T> ShowAsync<T>(bool quiet, string unit, Func<Action<ulong, ulong>?, Task<T>> work)
    {
        if (quiet)
            return await work(null);
        if (Console.IsErrorRedirected)
            return await work(Every(BetweenLines, (done, all, rate) => Console.Error.WriteLine($"{done} of {all} {unit}, {Rate(rate)}/s{Left(done, all, rate)}")));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("reading");
                return await work(Every(BetweenUpdates, (done, all, rate) =>
                {
                    task.MaxValue = all;
                    task.Value = done;
                    task.Description = $"{done:N0} of {all:N0} {unit}, {Rate(rate)}/s";
                }));
            });
    }

    private static string Rate(double rate) => rate < 10 ? $"{rate:0.0}" : $"{rate:N0}";

    private static string Left(ulong done, ulong all, double rate) =>
        rate > 0 && all > done ? $", {TimeSpan.FromSeconds(Math.Min(Math.Ceiling((all - done) / rate), 359_999)):h\\:mm\\:ss} left" : "";

    // The rate is that since the first call: what was done before it cost no time.
    private static Action<ulong, ulong> Every(TimeSpan interval, Action<ulong, ulong, double> show)
    {
        Stopwatch? clock = null;
        var (next, before) = (interval, 0UL);
        return (done, all) =>
        {
            if (clock is null || done < before)
                (clock, next, before) = (Stopwatch.StartNew(), interval, done);
            if (clock.Elapsed < next)
                return;
            next = clock.Elapsed + interval;
            show(done, all, (done - before) / clock.Elapsed.TotalSeconds);
        };
    }
}

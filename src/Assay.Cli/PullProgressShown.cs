using System.Diagnostics;
using Assay.Store.Pull;
using Spectre.Console;

namespace Assay.Cli;

/// <summary>Shows how far a pull is, on standard error: a bar on a terminal, else a line every few seconds.</summary>
internal static class PullProgressShown
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenUpdates = TimeSpan.FromMilliseconds(100);

    /// <param name="work">Is handed what to call with how far it is, or null.</param>
    public static async Task<T> ShowAsync<T>(bool quiet, Func<Action<PullProgress>?, Task<T>> work)
    {
        if (quiet)
            return await work(null);
        if (Console.IsErrorRedirected)
            return await work(Every(BetweenLines, (at, rate) => Console.Error.WriteLine(Line(at, rate))));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var task = context.AddTask("asking");
                return await work(Every(BetweenUpdates, (at, rate) =>
                {
                    task.IsIndeterminate = at.Total == 0;
                    task.MaxValue = Math.Max(1, at.Total);
                    task.Value = at.Done;
                    task.Description = Markup.Escape(Line(at, rate));
                }));
            });
    }

    /// <summary>File, bytes, rate and time left, as far as they are known.</summary>
    public static string Line(PullProgress at, double rate)
    {
        var of = at.Total > 0 ? $" of {Shared.Bytes(at.Total)}" : "";
        var left = at.Total > 0 && rate > 0 ? $", {TimeSpan.FromSeconds(Math.Min(Math.Ceiling((at.Total - at.Done) / rate), 359_999)):h\\:mm\\:ss} left" : "";
        return $"{at.File}  {Shared.Bytes(at.Done)}{of}, {Shared.Bytes((long)rate)}/s{left}";
    }

    // The rate is that of the last seconds: a pull that is taken up again had its first bytes for nothing.
    private static Action<PullProgress> Every(TimeSpan interval, Action<PullProgress, double> show)
    {
        var clock = Stopwatch.StartNew();
        var (next, since, arrived, rate) = (interval, TimeSpan.Zero, 0L, 0.0);
        return at =>
        {
            var now = clock.Elapsed;
            if (now < next)
                return;
            next = now + interval;
            var fresh = at.Done - at.Had;
            if (now - since > TimeSpan.FromSeconds(2) || rate == 0)
            {
                rate = Math.Max(0, fresh - arrived) / (now - since).TotalSeconds;
                (since, arrived) = (now, fresh);
            }
            show(at, rate);
        };
    }
}

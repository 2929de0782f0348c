using System.Diagnostics;
using Spectre.Console;

namespace Assay.Cli;

/// <summary>Shows how far a check of a log has come, on standard error: a bar on a terminal, else a line every few seconds.</summary>
internal static class FsckProgress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenUpdates = TimeSpan.FromMilliseconds(100);

    /// <param name="work">Is handed what to call with entries done and entries in all.</param>
    public static T Show<T>(bool quiet, Func<Action<ulong, ulong>?, T> work)
    {
        if (quiet)
            return work(null);
        if (Console.IsErrorRedirected)
            return work(Every(BetweenLines, (done, all, rate) => Console.Error.WriteLine($"{done} of {all} entries, {rate:N0}/s")));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .Start(context =>
            {
                var task = context.AddTask("reading");
                return work(Every(BetweenUpdates, (done, all, rate) =>
                {
                    task.MaxValue = all;
                    task.Value = done;
                    task.Description = $"{done:N0} of {all:N0} entries, {rate:N0}/s";
                }));
            });
    }

    private static Action<ulong, ulong> Every(TimeSpan interval, Action<ulong, ulong, double> show)
    {
        var clock = Stopwatch.StartNew();
        var next = interval;
        return (done, all) =>
        {
            if (clock.Elapsed < next)
                return;
            next = clock.Elapsed + interval;
            show(done, all, done / clock.Elapsed.TotalSeconds);
        };
    }
}

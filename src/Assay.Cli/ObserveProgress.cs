using System.Diagnostics;

namespace Assay.Cli;

/// <summary>How far probing is, on standard error: one line that is written over on a terminal, else a line every few seconds.</summary>
internal sealed class ObserveProgress(string what)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly TimeSpan interval = Console.IsErrorRedirected ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(200);
    private TimeSpan next;

    public void Show(string line, bool isLast)
    {
        if (clock.Elapsed < next && !isLast)
            return;
        next = clock.Elapsed + interval;
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine($"{what}: {line}");
        else
            Console.Error.Write($"\r{what}: {line}\u001b[K{(isLast ? "\n" : "")}");
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Assay.Engine.Conformance;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Cli.Commands;

/// <summary>Runs the ONNX backend test suite, and says what passes, what is refused and why.</summary>
internal static class ConformanceCommand
{
    private const int ShownOperators = 40;

    public static Command Make()
    {
        var archive = new Argument<FileInfo>("ARCHIVE") { Description = "The suite's folders (node, simple, pytorch-converted, pytorch-operator, light) as one .tar.gz" };
        var by = new Option<string>("--by") { Description = "fast, reference, or both (default: both must give the same bits; the whole networks of `light` are run by the fast path alone)", DefaultValueFactory = _ => "both" };
        var threads = new Option<int>("--threads") { Description = "Threads of the fast path", DefaultValueFactory = _ => 2 };
        var only = new Option<string?>("--only") { Description = "Only tests whose folder/name contains this", HelpName = "TEXT" };
        var command = new Command("conformance", "Run the ONNX backend test suite. Exit code 10 if an answer is wrong. Example: assay conformance onnx-backend-tests.tar.gz") { archive, by, threads, only };
        command.SetAction((parsed, cancel) =>
        {
            var json = Shared.IsJson(parsed);
            var path = parsed.GetValue(archive)!;
            if (!path.Exists)
                throw new FileNotFoundException($"there is no file '{path}'");
            if (parsed.GetValue(threads) is < 1 or > Workers.MaxThreads)
                throw new UsageException($"--threads {parsed.GetValue(threads)}: from 1 to {Workers.MaxThreads}");
            var executors = parsed.GetValue(by) switch
            {
                "fast" => Executors.Fast,
                "reference" => Executors.Reference,
                "both" => Executors.Both,
                var other => throw new UsageException($"--by {other}: one of fast, reference, both"),
            };
            var tests = SuiteArchive.ReadFile(path.FullName).Where(t => t.FullName.Contains(parsed.GetValue(only) ?? "", StringComparison.Ordinal)).ToList();
            // A cut download must not look like a suite of which nothing is wrong.
            if (tests.Count == 0)
                throw new ModelException($"'{path}' holds no test{(parsed.GetValue(only) is { } text ? $" whose name contains '{text}'" : "")}");
            var clock = Stopwatch.StartNew();
            var report = Run(tests, executors, new() { Threads = parsed.GetValue(threads) }, json, cancel);
            if (json)
                PrintJson(report, clock.Elapsed);
            else
                PrintText(report, clock.Elapsed);
            return Task.FromResult(report.Counts.Failed == 0 ? ExitCode.Ok : ExitCode.Rejected);
        });
        return command;
    }

    private static SuiteReport Run(List<SuiteTest> tests, Executors by, SessionOptions options, bool quiet, CancellationToken cancel)
    {
        var results = new List<SuiteResult>();
        var shown = !quiet && !Console.IsErrorRedirected;
        foreach (var test in tests)
        {
            cancel.ThrowIfCancellationRequested();
            if (shown)
                Console.Error.Write($"\r\e[K{results.Count + 1} of {tests.Count}  {test.FullName}");
            // A whole network takes the reference minutes.
            results.Add(SuiteRunner.Run(test, test.IsLarge && by == Executors.Both ? Executors.Fast : by, options));
        }
        if (shown)
            Console.Error.Write("\r\e[K");
        return new(results);
    }

    private static void PrintText(SuiteReport report, TimeSpan elapsed)
    {
        foreach (var (folder, counts) in report.ByFolder)
            Console.WriteLine($"{folder,-18} {counts.Passed,5} of {counts.Total,5} passed ({Percent(counts)}), {counts.Unsupported} unsupported, {counts.Failed} failed");
        foreach (var failure in report.Failures)
            Console.WriteLine($"failed       {failure.Test.FullName}: {failure.Reason}");
        foreach (var refused in report.ByOperator.Take(ShownOperators))
            Console.WriteLine($"unsupported  {refused.Tests,4}  {refused.Operator}: {refused.Reasons[0]}{(refused.Reasons.Count > 1 ? $" (and {refused.Reasons.Count - 1} more reasons)" : "")}");
        if (report.ByOperator.Count > ShownOperators)
            Console.WriteLine($"unsupported  and {report.ByOperator.Count - ShownOperators} more operators; --json lists them");
        var all = report.Counts;
        Console.WriteLine($"{all.Passed} of {all.Total} passed ({Percent(all)}), {all.Unsupported} unsupported, {all.Failed} failed ({elapsed.TotalSeconds:0.0} s)");
    }

    private static void PrintJson(SuiteReport report, TimeSpan elapsed) => Shared.Print(json =>
    {
        Write(json, report.Counts);
        json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
        json.WriteStartObject("byFolder");
        foreach (var (folder, counts) in report.ByFolder)
        {
            json.WriteStartObject(folder);
            Write(json, counts);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("unsupportedByOperator");
        foreach (var refused in report.ByOperator)
        {
            json.WriteStartObject(refused.Operator);
            json.WriteNumber("tests", refused.Tests);
            json.WriteStartArray("reasons");
            foreach (var reason in refused.Reasons)
                json.WriteStringValue(reason);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        List(json, "failures", report.Failures);
        List(json, "unsupportedTests", report.Unsupported);
    });

    private static void Write(Utf8JsonWriter json, SuiteCounts counts)
    {
        json.WriteNumber("passed", counts.Passed);
        json.WriteNumber("failed", counts.Failed);
        json.WriteNumber("unsupported", counts.Unsupported);
        json.WriteNumber("total", counts.Total);
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<SuiteResult> results)
    {
        json.WriteStartArray(name);
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("test", result.Test.FullName);
            if (result.Operator is not null)
                json.WriteString("operator", result.Operator);
            json.WriteString("reason", result.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Percent(SuiteCounts counts) => counts.Total == 0 ? "-" : $"{100.0 * counts.Passed / counts.Total:0.0} %";
}

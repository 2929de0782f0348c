using System.CommandLine;
using Assay.Simulation.Experiments;
using Assay.Simulation.Worlds;

namespace Assay.Cli.Commands;

/// <summary>The experiment on whether accounts still say something when they are worth money (docs/experiment.md).</summary>
internal static class SimulateCommand
{
    private const int QuickReplications = 10;
    private const int SweepReplications = 40;

    public static Command Make()
    {
        var arms = new Option<string>("--arms") { Description = "Which arms, divided by commas", HelpName = string.Join(',', Experiment.Built), DefaultValueFactory = _ => string.Join(',', Experiment.Built) };
        var seed = new Option<ulong>("--seed") { Description = "Where all random numbers come from", HelpName = "N", DefaultValueFactory = _ => 7 };
        var replications = new Option<int>("--replications") { Description = "How many worlds an arm", HelpName = "N", DefaultValueFactory = _ => 200 }.From(1, 10_000);
        var quick = new Option<bool>("--quick") { Description = $"{QuickReplications} worlds an arm: about a minute" };
        var sweep = new Option<bool>("--sweep") { Description = $"Instead: other audit rates (A, B), and no lazy auditor (A, B, C, E), {SweepReplications} worlds each" };
        var threads = new Option<int>("--threads") { Description = "Worlds at a time; the figures do not depend on it", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount }.From(1, 1024);
        var output = new Option<DirectoryInfo?>("--out") { Description = "Keeps finished worlds here, and goes on with what is there", HelpName = "DIR" };
        var plots = new Option<DirectoryInfo?>("--plots") { Description = "Writes SVG plots here", HelpName = "DIR" };
        var command = new Command("simulate", "Let agents play with and against accounts and markets. Example: assay simulate --quick") { arms, seed, replications, quick, sweep, threads, output, plots };
        command.SetAction(async (parsed, cancel) =>
        {
            var json = Shared.IsJson(parsed);
            var count = parsed.GetValue(quick) ? QuickReplications : parsed.GetValue(replications);
            var plan = parsed.GetValue(sweep)
                ? Experiment.Sweep(parsed.GetValue(seed), parsed.GetValue(quick) ? QuickReplications : SweepReplications)
                : Experiment.Plan(ArmsOf(parsed.GetValue(arms)!), parsed.GetValue(seed), count);
            using var folder = parsed.GetValue(output) is { } chosen ? new RunFolder(chosen.FullName) : null;
            var results = CountProgress.Show(false, "worlds", progress =>
                Experiment.Run(plan, folder, parsed.GetValue(threads), (done, all) => progress?.Invoke((ulong)done, (ulong)all), cancel));
            if (parsed.GetValue(plots) is { } drawn)
            {
                drawn.Create();
                foreach (var (name, svg) in Plots.Of(results))
                    await AtomicFile.WriteAsync(Path.Combine(drawn.FullName, name), System.Text.Encoding.UTF8.GetBytes(svg));
            }
            if (json)
                Shared.Print(writer => ReportFormat.Write(writer, results));
            else
                Console.Write(ReportFormat.Text(results));
            return ExitCode.Ok;
        });
        return command;
    }

    private static List<Arm> ArmsOf(string words)
    {
        var arms = new List<Arm>();
        foreach (var word in words.Split(',', StringSplitOptions.TrimEntries))
            if (word.Length == 1 && Enum.TryParse<Arm>(word, out var arm) && Experiment.Built.Contains(arm) && !arms.Contains(arm))
                arms.Add(arm);
            else
                throw new UsageException($"--arms {words}: some of {string.Join(',', Experiment.Built)}, each once");
        return arms;
    }
}

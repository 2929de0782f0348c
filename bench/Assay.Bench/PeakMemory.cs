using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Engine.Execution;
using Assay.Engine.Models.Onnx;

namespace Assay.Bench;

/// <summary>
/// The most memory that a process held which loaded and ran the four models one after another, on one thread. Each side gets a
/// process of its own, this very program, so both figures hold the same .NET runtime.
/// </summary>
internal static class PeakMemory
{
    private const string Name = "peak-memory-mb", Ours = "ours", Theirs = "onnxruntime";
    private const int Runs = 20;

    /// <summary>Both sides, in two processes.</summary>
    public static Row Row(string library)
    {
        var row = new Row(Name, "MB", Bench.Row.Lower) { Threads = 1 };
        if (library.Length == 0)
            return row with { Skipped = "libonnxruntime is absent: run bench/peers" };
        if (EngineModel.FromData.FirstOrDefault(m => EngineModel.Load(m) is null) is { } absent)
            return row with { Skipped = $"the files of {absent} are absent" };
        var (mine, _) = InProcess(Ours, library);
        var (theirs, version) = InProcess(Theirs, library);
        return (Bench.Row.Of(Name, row.Unit, row.Better, mine) with { Threads = 1 }).Beside(Theirs, version, [theirs]);
    }

    /// <summary>One side, in this process.</summary>
    public static Row Here(string side, string library)
    {
        var version = "";
        if (side == Theirs)
        {
            using var runtime = new OnnxRuntime(library);
            version = runtime.Version;
            foreach (var model in Models())
            {
                using var session = runtime.Open(model.PeerFile, 1, model.Outputs);
                session.Bind(model.Cases[0].Inputs);
                for (var i = 0; i < Runs; i++)
                    session.Run();
            }
        }
        else if (side == Ours)
        {
            foreach (var model in Models())
            {
                using var session = new Session(OnnxModel.Read(model.File), new SessionOptions { Threads = 1 });
                for (var i = 0; i < Runs; i++)
                    session.Run(model.Cases[0].Inputs);
            }
        }
        else
        {
            throw new UsageException($"--peak takes {Ours} or {Theirs}, not '{side}'");
        }
        return Bench.Row.Of(Name, "MB", Bench.Row.Lower, OfThisProcess()) with { Threads = 1, PeerVersion = version };
    }

    private static IEnumerable<EngineModel> Models() => EngineModel.FromData.Select(m => EngineModel.Load(m) ?? throw new BenchException($"the files of {m} are absent"));

    private static (double Megabytes, string Version) InProcess(string side, string library)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["engine", "--json", "--peak", side, "--onnxruntime", library])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        }) ?? throw new BenchException("this program could not be started a second time");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchException($"measuring the memory of {side} ended with exit code {process.ExitCode}");
        var row = JsonDocument.Parse(output).RootElement.GetProperty("rows")[0];
        return (row.GetProperty("value").GetDouble(), row.GetProperty("peerVersion").GetString()!);
    }

    /// <summary>Megabytes. proc_pid_status(5): VmHWM is the peak of the resident set, in KiB.</summary>
    public static double OfThisProcess()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmHWM:".Length, line.Length - "VmHWM:".Length - " kB".Length).Trim(), CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}

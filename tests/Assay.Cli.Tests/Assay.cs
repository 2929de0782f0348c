using System.Diagnostics;
using System.Text.Json;

namespace Assay.Cli.Tests;

/// <summary>What a run of the program gave.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The one line that a failure prints.</summary>
    public string OneLine
    {
        get
        {
            Assert.StartsWith("assay: ", Error, StringComparison.Ordinal);
            Assert.Equal(1, Error.Count(c => c == '\n'));
            return Error;
        }
    }
}

/// <summary>The built program, run as a user would: a fresh process each time, in a scratch folder of its own.</summary>
internal sealed class Assay : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("assay-cli-");

    public string Folder => scratch.FullName;

    public string Data => Path.Combine(Folder, "data");

    public static string Repository { get; } = FindRepository();

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public Outcome Run(params string[] arguments) => RunWith([], arguments);

    public Outcome RunWith((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience), $"assay {string.Join(' ', arguments)} does not end");
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts <c>serve</c> or the like; the caller kills it.</summary>
    public Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository, "artifacts/bin/Assay.Cli/release/assay"), arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["ASSAY_HOME"] = Data;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => scratch.Delete(recursive: true);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("the tests do not run inside a checkout");
    }
}

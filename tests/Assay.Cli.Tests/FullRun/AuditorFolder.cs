using System.Globalization;

namespace Assay.Cli.Tests.FullRun;

/// <summary>An auditor: a data folder with a log of its own, worked by the built program.</summary>
internal sealed class AuditorFolder : IDisposable
{
    private readonly string ahead;

    public AuditorFolder(int ahead)
    {
        this.ahead = ahead.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(0, Program.Run("import", PlayedOperator.ModelFile, "--name", "digits", "--json").ExitCode);
        VerifierKey = Program.Run("log", "vkey").Output.Trim();
    }

    public Assay Program { get; } = new();

    public string VerifierKey { get; }

    public string Origin => VerifierKey.Split('+')[0];

    /// <summary>Where its log is published from.</summary>
    public string Published => Path.Combine(Program.Data, "log", "public");

    public string Evidence => Path.Combine(Published, "evidence");

    /// <summary>Entries of its log that a checkpoint covers.</summary>
    public ulong LogSize => ulong.Parse(File.ReadAllLines(Path.Combine(Published, "checkpoint"))[1], CultureInfo.InvariantCulture);

    public void Follow(PlayedOperator provider, string rate)
    {
        var follow = Program.Run("audit", "follow", provider.Url, "--vkey", provider.VerifierKey, "--rate", rate, "--json");
        Assert.True(follow.ExitCode == 0, follow.Error);
    }

    /// <summary>A night's work: all that can be done now.</summary>
    public Outcome Audit()
    {
        var run = Program.Run(Arguments);
        Assert.True(run.ExitCode is 0 or 10, run.Output + run.Error);
        return run;
    }

    /// <summary>The same, killed once it has logged so many entries.</summary>
    public async Task AuditUntilKilledAsync(ulong entries, CancellationToken cancel)
    {
        var until = LogSize + entries;
        using var run = Program.Start([], Arguments);
        // Nobody reads what it says; it is little.
        while (!run.HasExited && LogSize < until)
            await Task.Delay(10, cancel);
        Assert.False(run.HasExited, "it ended before it could be killed");
        run.Kill(entireProcessTree: true);
        await run.WaitForExitAsync(cancel);
        Assert.NotEqual(0, run.ExitCode);
    }

    public void Dispose() => Program.Dispose();

    private string[] Arguments => ["audit", "run", "--yes", "--json", "--ahead", ahead];
}

namespace Assay.Cli.Tests;

/// <summary>An operator lets others audit: the list of auditors, and the terms.</summary>
public sealed class AuditedTests : IDisposable
{
    private readonly Assay assay = new();
    private readonly Assay auditor = new();

    public void Dispose()
    {
        assay.Dispose();
        auditor.Dispose();
    }

    [Fact]
    public void Auditors_are_named_by_their_logs_key_and_terms_stand_in_the_log()
    {
        Assert.Equal(4, assay.Run("auditors", "list").ExitCode);
        Assert.False(Directory.Exists(assay.Data));
        Assert.StartsWith("this log has no audit terms", assay.Run("audit", "terms").Output, StringComparison.Ordinal);
        Assert.Contains("nobody may audit", assay.Run("auditors", "list").Output, StringComparison.Ordinal);

        Assert.Equal(0, auditor.Run("audit", "terms").ExitCode);
        var vkey = auditor.Run("log", "vkey").Output.Trim();
        Assert.Equal(vkey + "\n", assay.Run("auditors", "add", vkey).Output);
        Assert.Equal(vkey + "\n", assay.Run("auditors", "add", vkey).Output);
        Assert.Equal($"*\n{vkey}\n", assay.Run("auditors", "add", "*").Output);
        Assert.Equal(2, assay.Run("auditors", "add", vkey[..^1]).ExitCode);
        Assert.Equal($"*\n{vkey}\n", File.ReadAllText(Path.Combine(assay.Data, "auditors")));
        Assert.Equal(vkey + "\n", assay.Run("auditors", "remove", "*").Output);
        Assert.Equal(4, assay.Run("auditors", "remove", "nobody").ExitCode);
        var listed = assay.Run("auditors", "remove", vkey.Split('+')[0], "--json").Json;
        Assert.Equal((false, 0), (listed.GetProperty("everybody").GetBoolean(), listed.GetProperty("auditors").GetArrayLength()));

        Assert.Equal(2, assay.Run("audit", "terms", "--epoch-records", "99").ExitCode);
        var logged = assay.Run("audit", "terms", "--epoch-records", "100", "--json").Json;
        Assert.Equal((100, 86_400, 1), (logged.GetProperty("epochRecords").GetInt32(), logged.GetProperty("openingSeconds").GetInt32(), logged.GetProperty("entry").GetInt32()));
        // The same again is not logged again.
        Assert.False(assay.Run("audit", "terms", "--epoch-records", "100", "--json").Json.TryGetProperty("entry", out _));
        Assert.Contains("within 600 s", assay.Run("audit", "terms", "--opening-seconds", "600").Output, StringComparison.Ordinal);
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
    }
}

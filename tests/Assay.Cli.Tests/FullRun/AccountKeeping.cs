using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Verify.Policies;

namespace Assay.Cli.Tests.FullRun;

/// <summary>A third party that keeps accounts of providers, and a stranger that gets them as files.</summary>
internal sealed class AccountKeeping : IDisposable
{
    private readonly Dictionary<string, string> ids = [];
    private string? vkey;

    public Assay Program { get; } = new();

    public void Follow(PlayedOperator provider, params AuditorFolder[] auditors)
    {
        var keys = auditors.Select(a => a.VerifierKey).Append(provider.VerifierKey).SelectMany(k => (string[])["--vkey", k]);
        var follow = Program.Run(["account", "follow", provider.Url, .. auditors.SelectMany(a => (string[])["--auditor", a.Published]), .. keys]);
        Assert.True(follow.ExitCode == 0, follow.Error);
        Assert.DoesNotContain("nobody has said", follow.Output, StringComparison.Ordinal);
    }

    /// <summary>Reads all logs, and folds what is new.</summary>
    public void Update()
    {
        var update = Program.Run("account", "update", "--json");
        Assert.True(update.ExitCode == 0, update.Output + update.Error);
        foreach (var account in update.Json.GetProperty("accounts").EnumerateArray())
            if (account.GetProperty("account").GetString() is { } id)
                ids[account.GetProperty("provider").GetString()!] = id;
    }

    /// <summary>What it says of a provider, to programs and to people.</summary>
    public (JsonElement Account, string Text) Show(PlayedOperator provider) =>
        (Program.Run("account", ids[provider.Node.Origin][..16], "--json").Json.GetProperty("accounts")[0], Program.Run("account", ids[provider.Node.Origin][..16]).Output);

    public string FolderOf(PlayedOperator provider) => Path.Combine(Program.Folder, provider.Node.Origin.Replace('/', '-'));

    /// <summary>Writes the passport of a provider, and the policy of whoever believes these logs, into a folder with nothing else.</summary>
    public (string Folder, long Bytes) Export(PlayedOperator provider, params AuditorFolder[] auditors)
    {
        var folder = Directory.CreateDirectory(FolderOf(provider)).FullName;
        var passport = Path.Combine(folder, "them.passport.jsonl");
        var export = Program.Run("passport", "export", "--account", ids[provider.Node.Origin], "-o", passport, "--json");
        Assert.True(export.ExitCode == 0, export.Output + export.Error);
        string[] keys = [.. auditors.Select(a => a.VerifierKey), provider.VerifierKey, vkey ??= Program.Run("log", "vkey").Output.Trim()];
        var text = string.Concat(keys.Select(k => $"log {k}\n")) + "quorum none\n";
        var genesis = provider.Node.Genesis;
        File.WriteAllBytes(Path.Combine(folder, "them.json"),
            (Policy.ForLog("full-run", genesis.LogKey, genesis.Roots) with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) }).ToBytes());
        return (folder, new FileInfo(passport).Length);
    }

    /// <summary>A stranger recomputes a passport: no network where such a process is to be had, no data, no home.</summary>
    public static JsonElement Verify(string folder, bool withoutNetwork)
    {
        var empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;
        string[] verify = [Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release/assay"), "passport", "verify", "them.passport.jsonl", "--policy", "them.json", "--data", empty, "--json"];
        string[] all = withoutNetwork ? ["unshare", "--map-root-user", "--net", .. verify] : verify;
        var start = new ProcessStartInfo(all[0], all[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["HOME"] = empty;
        start.Environment.Remove("ASSAY_HOME");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((0, 0), (process.ExitCode, Directory.EnumerateFileSystemEntries(empty).Count()));
        return JsonDocument.Parse(output).RootElement;
    }

    public void Dispose() => Program.Dispose();
}

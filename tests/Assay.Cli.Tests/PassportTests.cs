using System.Diagnostics;
using System.Text;
using Assay.Audit.Tests.Accounts;
using Assay.Verify.Policies;

namespace Assay.Cli.Tests;

/// <summary>An account leaves as a file, and is recomputed where there is nothing but the file.</summary>
public class PassportTests
{
    [Fact]
    public async Task A_passport_is_exported_and_verifies_with_no_network_and_an_empty_data_folder()
    {
        using var assay = new Assay();
        await using var kept = await PublishAsync();
        var logs = kept.Auditors.Prepend(kept.Provider).SelectMany(l => (string[])["--log", kept.FolderOf(l)]).ToArray();
        var export = assay.Run(["passport", "export", "--folder", kept.FolderOf(kept.Own), .. logs, "-o", "them.passport.jsonl", "--certificate", "them.certificate.json", "--json"]);
        Assert.True(export.ExitCode == 0, export.Error);
        Assert.Equal("recomputed", export.Json.GetProperty("status").GetString());
        Assert.True(File.Exists(Path.Combine(assay.Folder, "them.certificate.json")));

        var open = assay.Run("passport", "verify", "them.passport.jsonl", "--json");
        Assert.Equal((20, "recomputed", "no-policy"), (open.ExitCode, open.Json.GetProperty("status").GetString(), open.Json.GetProperty("verdict").GetString()));
        assay.Write("them.json", PolicyOf(kept).ToBytes());
        var verify = assay.Run("passport", "verify", "them.passport.jsonl", "--policy", "them.json", "--json");
        Assert.Equal((0, "accepted", 0), (verify.ExitCode, verify.Json.GetProperty("verdict").GetString(), verify.Json.GetProperty("differences").GetArrayLength()));
        Assert.Equal(kept.State.Digest().ToHex(), verify.Json.GetProperty("recomputed").GetProperty("state").GetString());
        Assert.Equal(["whole", "not-checked", "whole", "whole"], verify.Json.GetProperty("completeness").EnumerateArray().Select(l => l.GetProperty("status").GetString()));
        var held = assay.Run(["passport", "verify", "them.passport.jsonl", "--policy", "them.json", "--json", "--logs", kept.FolderOf(kept.Own), .. logs.Where(l => l != "--log")]);
        Assert.Equal(["whole", "whole", "whole", "whole"], held.Json.GetProperty("completeness").EnumerateArray().Select(l => l.GetProperty("status").GetString()));

        var lines = File.ReadAllLines(Path.Combine(assay.Folder, "them.passport.jsonl"));
        lines[^1] = lines[^1].Replace("\"faults\":0", "\"faults\":1", StringComparison.Ordinal);
        assay.Write("changed.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        var changed = assay.Run("passport", "verify", "changed.jsonl", "--policy", "them.json", "--json");
        Assert.Equal((10, "segments[0].faults"), (changed.ExitCode, changed.Json.GetProperty("differences")[0].GetProperty("where").GetString()));
        assay.Write("none.jsonl", "not a passport\n"u8.ToArray());
        Assert.Equal(30, assay.Run("passport", "verify", "none.jsonl").ExitCode);
        Assert.Contains("RECOMPUTED", assay.Run("passport", "verify", "them.passport.jsonl", "--policy", "them.json").Output, StringComparison.Ordinal);

        if (!Namespaces.WithoutNetwork)
            Assert.Skip("no namespace without a network is to be had here");
        Directory.CreateDirectory(Path.Combine(assay.Folder, "empty"));
        using var alone = Unshare(assay, "passport", "verify", "them.passport.jsonl", "--policy", "them.json", "--data", "empty", "--json");
        var output = await alone.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await alone.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, verify.Output), (alone.ExitCode, output));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(assay.Folder, "empty")));
    }

    [Fact]
    public async Task Wrong_uses_say_in_one_line_what_is_wrong()
    {
        using var assay = new Assay();
        await using var kept = await PublishAsync();
        Assert.Equal(4, assay.Run("passport", "verify", "none").ExitCode);
        Assert.Contains("--folder", assay.Run("passport", "export", "-o", "x").OneLine, StringComparison.Ordinal);
        Assert.Contains("is missing or shorter", assay.Run("passport", "export", "--folder", kept.FolderOf(kept.Own), "-o", "x").OneLine, StringComparison.Ordinal);
        Assert.Contains("no steps of an account 'ffffffff'", assay.Run("passport", "export", "--folder", kept.FolderOf(kept.Own), "--account", "ffffffff", "-o", "x").OneLine, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(assay.Folder, "x")));
    }

    private static async Task<Kept> PublishAsync()
    {
        var kept = new Kept();
        kept.Follow();
        kept.Run(4, 400_000, s => s % 17 == 3 ? 'd' : 'r');
        await kept.PublishAsync();
        await kept.UpdateAsync();
        await kept.PublishAsync(kept.Own);
        return kept;
    }

    private static Policy PolicyOf(Kept kept)
    {
        var genesis = kept.Provider.State.Genesis!;
        var text = string.Concat(kept.Auditors.Append(kept.Provider).Append(kept.Own).Select(l => $"log {l.State.Genesis!.LogKey}\n")) + "quorum none\n";
        return Policy.ForLog("test", genesis.LogKey, genesis.Roots) with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
    }

    private static Process Unshare(Assay assay, params string[] arguments) => Process.Start(
        new ProcessStartInfo("unshare", ["--map-root-user", "--net", Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release/assay"), .. arguments])
        {
            WorkingDirectory = assay.Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
}

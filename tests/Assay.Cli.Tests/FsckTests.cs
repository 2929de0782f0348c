using System.Text.Json;

namespace Assay.Cli.Tests;

public class FsckTests
{
    // A log's folder and its key, as someone has them who mirrors the log and knows nothing else of the node.
    private static (string Folder, string Key) MakeLog(Assay assay)
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        var policy = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(assay.Data, "policy.json"))).RootElement;
        var line = policy.GetProperty("log").GetString()!.Split('\n').First(l => l.StartsWith("log ", StringComparison.Ordinal));
        return (Path.Combine(assay.Data, "log"), line.Split(' ')[1]);
    }

    [Fact]
    public void Log_of_the_data_folder_is_checked_with_time_and_rate()
    {
        using var assay = new Assay();
        var (log, _) = MakeLog(assay);
        var text = assay.Run("log", "fsck");
        Assert.Equal(0, text.ExitCode);
        Assert.Matches(@"^\d+ entries, every tile and rule in order \(\d+\.\d s, [\d,]+ entries/s\)\n$", text.Output);
        var json = assay.Run("log", "fsck", "--json").Json;
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal("checked", json.GetProperty("meaning").GetString());
        Assert.True(json.GetProperty("seconds").GetDouble() >= 0);
        Assert.True(json.GetProperty("entriesPerSecond").GetDouble() > 0);

        var tile = Directory.EnumerateFiles(Path.Combine(log, "public", "tile", "0"), "*", SearchOption.AllDirectories).Last();
        var bytes = File.ReadAllBytes(tile);
        bytes[7] ^= 1;
        File.WriteAllBytes(tile, bytes);
        var damaged = assay.Run("log", "fsck");
        Assert.Equal(10, damaged.ExitCode);
        Assert.StartsWith(Path.GetRelativePath(log, tile), damaged.Output, StringComparison.Ordinal);
        Assert.Equal(Path.GetRelativePath(log, tile), assay.Run("log", "fsck", "--json").Json.GetProperty("findings")[0].GetProperty("file").GetString());
    }

    [Fact]
    public void Any_log_is_checked_by_its_folder_and_key_and_its_meaning_is_not()
    {
        using var assay = new Assay();
        using var stranger = new Assay();
        var (log, key) = MakeLog(assay);
        var text = stranger.Run("log", "fsck", "--log", log, "--log-key", key);
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("every tile in order", text.Output, StringComparison.Ordinal);
        Assert.Contains("not checked: what the entries mean", text.Output, StringComparison.Ordinal);
        var json = stranger.Run("log", "fsck", "--log", log, "--log-key", stranger.Write("log.vkey", System.Text.Encoding.ASCII.GetBytes(key + "\n")), "--json").Json;
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal("not checked", json.GetProperty("meaning").GetString());

        Directory.Delete(Path.Combine(log, "state"), recursive: true);
        Assert.Equal(0, stranger.Run("log", "fsck", "--log", log, "--log-key", key).ExitCode);
        Assert.Equal(2, stranger.Run("log", "fsck", "--log", log).ExitCode);
        Assert.Equal(2, stranger.Run("log", "fsck", "--log-key", key).ExitCode);
        Assert.Equal(4, stranger.Run("log", "fsck", "--log", Path.Combine(log, "absent"), "--log-key", key).ExitCode);
        Assert.Equal(30, stranger.Run("log", "fsck", "--log", log, "--log-key", "nobody").ExitCode);

        MakeLog(stranger);
        Assert.Equal(10, stranger.Run("log", "fsck", "--log", Path.Combine(stranger.Data, "log"), "--log-key", key).ExitCode);
    }
}

using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Assay.Cli.Tests;

/// <summary>Witnesses as processes of their own: they cosign a node's log, and notice when it goes back.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly Assay assay = new();
    private readonly List<Process> running = [];
    private readonly HttpClient http = new();

    public void Dispose()
    {
        foreach (var process in running.Where(p => !p.HasExited))
            process.Kill();
        foreach (var process in running)
        {
            process.WaitForExit();
            process.Dispose();
        }
        http.Dispose();
        assay.Dispose();
    }

    [Fact]
    public void Two_of_three_witnesses_cosign_a_receipt_while_the_third_is_down()
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        var witnesses = Enumerable.Range(1, 3).Select(Witness).ToArray();
        Stop(running[2]);
        ServeOnce(witnesses);
        var demo = assay.Run("demo", "--once", "--json");
        Assert.True(demo.ExitCode == 0, demo.Error);
        var file = demo.Json.GetProperty("receiptFile").GetString()!;
        // Who verifies has the policy and the file, and nothing else.
        using var stranger = new Assay();
        var policy = Path.Combine(assay.Data, "policy.json");
        var report = stranger.Run("verify", Path.Combine(assay.Folder, file), "--policy", policy, "--json");
        Assert.Equal(0, report.ExitCode);
        Assert.Equal(("verified", "quorum"), Axis(report.Json, "witnesses"));
        Assert.Equal(("verified", "witnessed"), Axis(report.Json, "time"));
        Assert.Contains("2 of 3", stranger.Run("verify", Path.Combine(assay.Folder, file), "--policy", policy).Output, StringComparison.Ordinal);
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
        Assert.Equal(0, assay.Run("log", "witnesses").ExitCode);
        var cosigned = Path.Combine(assay.Data, "log", "public", "checkpoint.cosigned");
        var sound = File.ReadAllText(cosigned);
        File.WriteAllText(cosigned, sound.Replace("assay.local/witness/", "assay.local/witless/"));
        Assert.Equal(10, assay.Run("log", "fsck").ExitCode);
        File.WriteAllText(cosigned, sound);

        // Under a policy that asks for all three the same receipt is rejected.
        var all = File.ReadAllText(policy).Replace("group witnesses 2 ", "group witnesses all ");
        var rejected = stranger.Run("verify", Path.Combine(assay.Folder, file), "--policy", stranger.Write("all.json", Encoding.UTF8.GetBytes(all)), "--json");
        Assert.Equal(10, rejected.ExitCode);
        Assert.Equal(("refuted", "no-quorum"), Axis(rejected.Json, "witnesses"));
    }

    [Fact]
    public void A_data_folder_put_back_from_an_old_backup_is_noticed_and_issues_nothing()
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        ServeOnce([Witness(1)]);
        var backup = Path.Combine(assay.Folder, "backup");
        CopyFolder(assay.Data, backup);
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);

        Directory.Delete(assay.Data, recursive: true);
        CopyFolder(backup, assay.Data);
        var refused = assay.Run("demo", "--once");
        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("ROLLBACK OR FORK", refused.Error, StringComparison.Ordinal);
        Assert.Contains("has cosigned size", refused.Error, StringComparison.Ordinal);
        var status = assay.Run("log", "witnesses");
        Assert.Equal(10, status.ExitCode);
        Assert.Contains("HALTED", status.Output, StringComparison.Ordinal);
        // It stays so, also where no witness answers, until the operator says otherwise.
        Stop(running[0]);
        Assert.Equal(6, assay.Run("demo", "--once").ExitCode);
        Assert.Equal(0, assay.Run("log", "resume").ExitCode);
        Assert.Equal(0, assay.Run("log", "witnesses").ExitCode);
    }

    [Fact]
    public async Task The_witness_speaks_tlog_witness_and_shows_what_it_has_seen()
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        var url = Witness(1).Split(' ')[1];
        var checkpoint = assay.Run("log", "checkpoint").Output;
        var size = checkpoint.Split('\n')[1];
        var answer = await PostAsync(url + "/add-checkpoint", "old 0\n\n" + checkpoint);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("\u2014 assay.local/witness/", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var conflict = await PostAsync(url + "/log/add-checkpoint", "old 0\n\n" + checkpoint);
        Assert.Equal((HttpStatusCode.Conflict, "text/x.tlog.size", size + "\n"),
            (conflict.StatusCode, conflict.Content.Headers.ContentType!.ToString(), await conflict.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(url + "/add-checkpoint", "rubbish")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(url + "/add-checkpoint", "old 0\n\n" + checkpoint.Replace("assay.local", "other.local"))).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(url + "/add-checkpoint", new string('x', 2_000_000))).StatusCode);
        var status = await http.GetStringAsync(url + "/");
        Assert.Contains($" {size} ", status, StringComparison.Ordinal);
        Assert.DoesNotContain("fault", status, StringComparison.Ordinal);
        var key = Path.Combine(assay.Folder, "w1", "witness.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(5, assay.Run("log", "witness", "--data", Path.Combine(assay.Folder, "w1")).ExitCode);
        Assert.Equal(2, assay.Run("log", "witness").ExitCode);
    }

    [Fact]
    public async Task A_split_view_is_detected_by_witness_and_monitor_and_shown_to_anyone()
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        var url = Witness(1).Split(' ')[1];
        using var other = new Assay();
        CopyFolder(assay.Data, other.Data);
        // One log, two histories: the same number of entries, other receipts.
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        Assert.Equal(0, other.Run("demo", "--once").ExitCode);
        var policy = Path.Combine(assay.Data, "policy.json");

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(url + "/add-checkpoint", "old 0\n\n" + assay.Run("log", "checkpoint").Output)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(url + "/add-checkpoint", "old 0\n\n" + other.Run("log", "checkpoint").Output)).StatusCode);
        var line = (await http.GetStringAsync(url + "/")).Split('\n').Single(l => l.StartsWith("fault ", StringComparison.Ordinal));
        var fault = assay.Write("seen.fault.json", await http.GetByteArrayAsync(url + line["fault ".Length..]));
        AssertProved(fault, policy, "two-roots");
        Assert.Contains("FAULT: split view", running[0].StandardError.ReadLine(), StringComparison.Ordinal);

        var folder = Path.Combine(assay.Folder, "monitor");
        var first = Serve(assay);
        var followed = assay.Run("log", "monitor", first + "/log", "--policy", policy, "--data", folder, "--once", "--json",
            "--promise", Directory.GetFiles(assay.Folder, "*.receipt.json")[0]);
        Assert.True(followed.ExitCode == 0, followed.Output + followed.Error);
        Assert.Equal(1, followed.Json.GetProperty("promisesKept").GetInt32());
        var second = Serve(other);
        var split = assay.Run("log", "monitor", second + "/log", "--policy", policy, "--data", folder, "--once", "--json");
        Assert.Equal(10, split.ExitCode);
        var finding = split.Json.GetProperty("findings").EnumerateArray().Single();
        Assert.Equal("two-roots", finding.GetProperty("kind").GetString());
        AssertProved(Path.Combine(folder, finding.GetProperty("file").GetString()!), policy, "two-roots");

        // The receipt that the first history promised is not in the second: whoever holds it can show that alone.
        var receipts = Directory.GetFiles(assay.Folder, "*.receipt.json").Select(r => (Receipt: r, Index: ulong.Parse(IndexOf(r)))).MaxBy(r => r.Index);
        var dropped = assay.Run("log", "monitor", second + "/log", "--policy", policy, "--data", Path.Combine(assay.Folder, "client"), "--once", "--json", "--promise", receipts.Receipt);
        Assert.Equal(10, dropped.ExitCode);
        var missing = dropped.Json.GetProperty("findings").EnumerateArray().Single();
        AssertProved(Path.Combine(assay.Folder, "client", missing.GetProperty("file").GetString()!), policy, "two-leaves");
    }

    [Fact]
    public void Fault_files_have_their_exit_codes()
    {
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
        var note = assay.Run("log", "checkpoint").Output;
        string Fault(string kind) => assay.Write("x.fault.json", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
            new { mediaType = "application/vnd.assay.fault.v1+json", kind, checkpoints = new[] { note, note } })));
        var policy = Path.Combine(assay.Data, "policy.json");
        using var stranger = new Assay();
        Assert.Equal(10, stranger.Run("log", "fault", Fault("two-roots"), "--policy", policy).ExitCode);
        Assert.Equal(20, stranger.Run("log", "fault", Fault("two-roots")).ExitCode);
        Assert.Equal(20, stranger.Run("log", "fault", Fault("no-roots"), "--policy", policy).ExitCode);
        Assert.Equal(30, stranger.Run("log", "fault", assay.Write("y.fault.json", "{}"u8.ToArray()), "--policy", policy).ExitCode);
    }

    private void AssertProved(string fault, string policy, string kind)
    {
        var judged = assay.Run("log", "fault", fault, "--policy", policy, "--json");
        Assert.True(judged.ExitCode == 0, judged.Output + judged.Error);
        Assert.Equal(kind, judged.Json.GetProperty("kind").GetString());
        Assert.Equal("proved", judged.Json.GetProperty("verdict").GetString());
    }

    private static string IndexOf(string receipt) =>
        JsonDocument.Parse(File.ReadAllBytes(receipt)).RootElement.GetProperty("logProof").GetString()!.Split('\n')[1]["index ".Length..];

    private string Serve(Assay node)
    {
        var process = node.Start([], "serve", "--url", "http://127.0.0.1:0");
        running.Add(process);
        var line = process.StandardOutput.ReadLine();
        return line?["listening on ".Length..] ?? throw new InvalidOperationException(process.StandardError.ReadToEnd());
    }

    // Starts a witness of this node's log; gives "VKEY URL".
    private string Witness(int number)
    {
        var process = assay.Start([], "log", "witness", "--data", Path.Combine(assay.Folder, $"w{number}"), "--url", "http://127.0.0.1:0",
            "--policy", Path.Combine(assay.Data, "policy.json"));
        running.Add(process);
        string? vkey = null;
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith("witness key ", StringComparison.Ordinal))
                vkey = line["witness key ".Length..].Trim();
            else if (line.StartsWith("listening on ", StringComparison.Ordinal))
                return $"{vkey} {line["listening on ".Length..]}";
        throw new InvalidOperationException(process.StandardError.ReadToEnd());
    }

    // Names the witnesses; later starts know them.
    private void ServeOnce(string[] witnesses)
    {
        var process = assay.Start([], ["serve", "--url", "http://127.0.0.1:0", .. witnesses.SelectMany(w => (string[])["--witness", w])]);
        running.Add(process);
        var line = process.StandardOutput.ReadLine();
        Assert.True(line?.StartsWith("listening", StringComparison.Ordinal), line is null ? process.StandardError.ReadToEnd() : line);
        Stop(process);
    }

    private static void Stop(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private async Task<HttpResponseMessage> PostAsync(string url, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        return await http.PostAsync(url, content);
    }

    private static (string, string) Axis(JsonElement report, string axis)
    {
        var check = report.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("axis").GetString() == axis);
        return (check.GetProperty("status").GetString()!, check.GetProperty("reason").GetString()!);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from))
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}

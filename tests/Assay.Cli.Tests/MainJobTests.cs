using System.Text.Json;

namespace Assay.Cli.Tests;

/// <summary>The main job, from outside: run a model, hold a receipt, verify it offline, run it again.</summary>
public class MainJobTests
{
    private static readonly string[] Axes =
    [
        "integrity", "signature", "log", "witnesses", "key", "time", "model", "input", "output", "execution", "venue", "completeness",
    ];

    [Fact]
    public void Demo_gives_a_receipt_that_verify_accepts_and_replay_reproduces()
    {
        using var assay = new Assay();
        var demo = assay.Run("demo", "--once", "--json");
        Assert.True(demo.ExitCode == 0, demo.Error);
        Assert.True(demo.Json.GetProperty("accepted").GetBoolean());
        Assert.Equal("AUTHENTIC · execution not checked", demo.Json.GetProperty("headline").GetString());
        Assert.Equal(7, demo.Json.GetProperty("output").GetProperty("digit").GetInt32());
        Assert.Equal(64, demo.Json.GetProperty("modelDigest").GetString()!.Length);
        Assert.True(demo.Json.GetProperty("seconds").GetDouble() > 0);

        var file = demo.Json.GetProperty("receiptFile").GetString()!;
        var verify = assay.Run("verify", file, "--json");
        Assert.Equal(0, verify.ExitCode);
        Assert.Equal(Checks(demo.Json), Checks(verify.Json));
        Assert.Equal(Axes, Checks(verify.Json).Select(c => c.Axis));
        Assert.Equal(demo.Json.GetProperty("headline").GetString(), verify.Json.GetProperty("headline").GetString());

        var replay = assay.Run("replay", file, "--json");
        Assert.Equal(0, replay.ExitCode);
        Assert.Equal("reproduced", replay.Json.GetProperty("status").GetString());
        Assert.Equal("AUTHENTIC · REPRODUCED bit for bit", replay.Json.GetProperty("headline").GetString());
    }

    [Fact]
    public void Replay_needs_nothing_but_the_model()
    {
        using var assay = new Assay();
        var file = assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!;
        using var elsewhere = new Assay();
        var models = Path.Combine(elsewhere.Data, "models");
        CopyFolder(Path.Combine(assay.Data, "models"), models);
        var replay = elsewhere.Run("replay", Path.Combine(assay.Folder, file), "--json");
        Assert.Equal(0, replay.ExitCode);
        Assert.Equal("reproduced", replay.Json.GetProperty("status").GetString());
        // Nobody was trusted there, so nothing but the run itself was judged.
        Assert.Equal("no-policy", replay.Json.GetProperty("verdict").GetString());
        Assert.Equal(["models"], Directory.EnumerateFileSystemEntries(elsewhere.Data).Select(p => Path.GetFileName(p)));
    }

    [Fact]
    public void Replay_at_every_instruction_set_reproduces()
    {
        using var assay = new Assay();
        var file = assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!;
        (string, string)[][] environments =
        [
            [("ASSAY_ISA", "scalar")], [("DOTNET_EnableAVX512", "0")], [("DOTNET_EnableAVX2", "0")], [("DOTNET_EnableHWIntrinsic", "0")],
            [("DOTNET_TieredCompilation", "0")], [("DOTNET_TieredPGO", "0"), ("DOTNET_TC_QuickJitForLoops", "0")],
        ];
        foreach (var environment in environments)
        {
            var replay = assay.RunWith(environment, "replay", file, "--json");
            Assert.True(replay.ExitCode == 0, $"{environment[0]}: {replay.Output}{replay.Error}");
        }
    }

    [Fact]
    public void Replay_without_the_model_or_with_another_says_so()
    {
        using var assay = new Assay();
        var file = Path.Combine(assay.Folder, assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!);
        using var elsewhere = new Assay();
        var absent = elsewhere.Run("replay", file, "--json");
        Assert.Equal(20, absent.ExitCode);
        Assert.Equal("unverifiable", absent.Json.GetProperty("status").GetString());
        var models = Path.Combine(Assay.Repository, "models/digits");
        var other = elsewhere.Run("replay", file, "--model", Path.Combine(models, "model.onnx"));
        // The same weights, but not all of the files that the receipt's digest is of.
        Assert.Equal(10, other.ExitCode);
        Assert.StartsWith("the receipt names  ", other.Output, StringComparison.Ordinal);
        Assert.Contains("diverged: the model is not the one that the receipt names; its ", other.Output, StringComparison.Ordinal);
        // It is no word against the node.
        Assert.Contains("execution     not checked", other.Output, StringComparison.Ordinal);
        var folder = Directory.CreateDirectory(Path.Combine(elsewhere.Folder, "model")).FullName;
        foreach (var name in (string[])["model.onnx", "README.md"])
            File.Copy(Path.Combine(models, name), Path.Combine(folder, name));
        Assert.Equal(0, elsewhere.Run("replay", file, "--model", folder).ExitCode);
    }

    [Fact]
    public void A_receipt_can_be_had_again_whole_or_with_its_contents_withheld()
    {
        using var assay = new Assay();
        var file = assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!;
        var id = Path.GetFileName(file).Split('-', '.')[1];
        var again = assay.Run("receipt", id, "-o", "again", "--json").Json.GetProperty("receiptFile").GetString()!;
        Assert.Equal(0, assay.Run("verify", again).ExitCode);
        var withheld = assay.Run("receipt", id, "-o", "withheld", "--withhold", "--json").Json.GetProperty("receiptFile").GetString()!;
        var report = assay.Run("verify", withheld, "--json");
        Assert.Equal(10, report.ExitCode);
        Assert.Contains(("input", "not-checked"), Checks(report.Json));
        Assert.Equal(4, assay.Run("receipt", "00000000").ExitCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(assay.Folder, file)));
    }

    [Fact]
    public void A_damaged_salt_accuses_nobody_and_a_forged_receipt_is_no_success()
    {
        using var assay = new Assay();
        var file = Path.Combine(assay.Folder, assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!);
        var text = File.ReadAllText(file);
        var salt = text.IndexOf("\"output\":{\"salt\":\"", StringComparison.Ordinal) + 18;
        var damaged = assay.Run("replay", assay.Write("salt.json", Changed(text, salt)), "--json");
        Assert.Equal(20, damaged.ExitCode);
        Assert.Equal("unverifiable", damaged.Json.GetProperty("status").GetString());

        var signature = text.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 7;
        var forged = assay.Run("replay", assay.Write("forged.json", Changed(text, signature)), "--json");
        Assert.Equal(10, forged.ExitCode);
        Assert.False(forged.Json.GetProperty("accepted").GetBoolean());
    }

    private static byte[] Changed(string text, int at) =>
        System.Text.Encoding.UTF8.GetBytes(text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]);

    [Theory]
    [InlineData("mnist", "digit7_a")]
    [InlineData("version-RFB-320", "seed1")]
    [InlineData("SqueezeNet_fp16", "fish")]
    [InlineData("silero_vad", "seed2")]
    public void Real_models_are_imported_run_verified_and_replayed(string model, string reference)
    {
        var folder = TestData.Require($"models/{model}");
        using var assay = new Assay();
        Assert.Equal(0, assay.Run("import", Path.Combine(folder, "model.onnx")).ExitCode);
        var inputs = Directory.GetFiles(Path.Combine(folder, "reference", reference), "in.*.npy");
        var run = assay.Run(["run", model, .. inputs, "-o", "out", "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(assay.Folder, "out"), "out.*.npy"));
        var file = run.Json.GetProperty("receiptFile").GetString()!;
        Assert.Equal(0, assay.Run("verify", file).ExitCode);
        var replay = assay.Run("replay", file, "--json");
        Assert.Equal("reproduced", replay.Json.GetProperty("status").GetString());
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
    }

    private static List<(string Axis, string Status)> Checks(JsonElement report) =>
        [.. report.GetProperty("checks").EnumerateArray().Select(c => (c.GetProperty("axis").GetString()!, c.GetProperty("status").GetString()!))];

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from))
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Assay.Cli.Tests;

/// <summary>Every wrong use gets one clear line and its documented exit code, and loses nothing (docs/cli.md, Exit codes).</summary>
public class RefusalTests
{
    [Theory]
    [InlineData(2, "'frobnicate' is not known", "frobnicate")]
    [InlineData(2, "--help", "verify")]
    [InlineData(2, "'--loud' is not known", "list", "--loud")]
    [InlineData(2, "not an address", "serve", "--url", "nowhere")]
    [InlineData(4, "no file 'absent.receipt.json'", "verify", "absent.receipt.json")]
    [InlineData(4, "no file 'absent.receipt.json'", "replay", "absent.receipt.json")]
    [InlineData(4, "no model 'absent'", "show", "absent")]
    [InlineData(4, "no model 'absent'", "run", "absent", "x.npy")]
    [InlineData(4, "no file or folder 'absent.onnx'", "import", "absent.onnx")]
    [InlineData(4, "no file or folder 'absent.gguf'", "pull", "absent.gguf")]
    [InlineData(2, "write hf:ORG/REPO", "pull", "hf:only-one-part")]
    [InlineData(2, "write ollama:NAME", "pull", "ollama:")]
    [InlineData(2, "https://example.org/a.gguf#sha256=HEX", "pull", "https://example.org/a.gguf")]
    [InlineData(2, "begins with https://", "pull", "http://example.org/a.gguf#sha256=00")]
    [InlineData(2, "'/etc/passwd' is no model: an .onnx or .gguf file is one, or a folder", "pull", "/etc/passwd")]
    [InlineData(2, "'/etc/passwd' is no model: an .onnx or .gguf file is one, or a folder", "import", "/etc/passwd")]
    [InlineData(2, "'.' is no model: a folder holds one .onnx or .gguf file, or .safetensors", "pull", ".")]
    [InlineData(2, "--name: 'a/b' cannot be a name: use 1 to 64 letters", "pull", "hf:a/b", "--name", "a/b")]
    [InlineData(2, "--version: 'a b' cannot be a version: use 1 to 64 letters", "pull", "absent.gguf", "--version", "a b")]
    [InlineData(2, "--max-gb 0: a whole number from 1 to 100000", "pull", "absent.gguf", "--max-gb", "0")]
    [InlineData(2, "--max-gb x: a whole number from 1 to 100000", "pull", "hf:a/b", "--max-gb", "x")]
    [InlineData(2, "--temperature abc: a number from 0 to 2;", "run", "absent", "a text", "--temperature", "abc")]
    [InlineData(2, "--temperature 0,5: a number from 0 to 2;", "run", "absent", "a text", "--temperature", "0,5")]
    [InlineData(2, "--temperature NaN: a number from 0 to 2;", "chat", "absent", "--temperature", "NaN")]
    [InlineData(2, "--temperature 2.1: a number from 0 to 2;", "chat", "absent", "--temperature", "2.1")]
    [InlineData(2, "--temperature -1: a number from 0 to 2;", "chat", "absent", "--temperature", "-1")]
    [InlineData(2, "--top-p 1.5: a number from 0 to 1;", "run", "absent", "a text", "--top-p", "1.5")]
    [InlineData(2, "--seed 1.5: a whole number from -9223372036854775808 to 9223372036854775807;", "chat", "absent", "--seed", "1.5")]
    [InlineData(2, "--max-tokens 0: a whole number from 1;", "run", "absent", "a text", "--max-tokens", "0")]
    [InlineData(2, "--max-tokens many: a whole number from 1;", "chat", "absent", "--max-tokens", "many")]
    [InlineData(2, "--dimensions 0: a whole number from 1;", "embed", "absent", "a text", "--dimensions", "0")]
    [InlineData(2, "--dimensions x: a whole number from 1;", "embed", "absent", "a text", "--dimensions", "x")]
    [InlineData(2, "--epoch-every 0: a whole number from 1;", "serve", "--epoch-every", "0")]
    [InlineData(2, "--accounts-every -5: a whole number from 0 to 86400, where 0 is never;", "serve", "--accounts-every", "-5")]
    [InlineData(2, "--quorum most: a whole number from 1;", "serve", "--quorum", "most")]
    [InlineData(2, "--quorum 0: a whole number from 1;", "serve", "--quorum", "0")]
    [InlineData(2, "'rsa' is not an algorithm: ed25519 or p256", "serve", "--serving-key-algorithm", "rsa")]
    [InlineData(2, "--witness 'w': not a verifier key", "serve", "--witness", "w http://127.0.0.1:1")]
    [InlineData(2, "--indexer 'i': not a verifier key", "serve", "--indexer", "i")]
    [InlineData(4, "--auditors: there is no file 'absent'", "serve", "--auditors", "absent")]
    [InlineData(4, "--log-policy: there is no file 'absent'", "serve", "--log-policy", "absent")]
    [InlineData(2, "--interval soon: a number;", "log", "monitor", "http://127.0.0.1:1/log", "--interval", "soon")]
    [InlineData(2, "--hub ftp://example.org/", "pull", "hf:a/b", "--hub", "ftp://example.org/")]
    [InlineData(4, "no directory", "log", "fsck")]
    [InlineData(2, "--run-seconds -1: a whole number from 0 to 86400, where 0 is no limit;", "serve", "--run-seconds", "-1")]
    [InlineData(2, "--run-seconds 86401: a whole number from 0 to 86400, where 0 is no limit;", "run", "absent", "x.npy", "--run-seconds", "86401")]
    [InlineData(3, "can be reached from other machines", "serve", "--url", "http://0.0.0.0:0")]
    public void A_wrong_command_says_what_is_wrong(int exitCode, string line, params string[] arguments)
    {
        using var assay = new Assay();
        var outcome = assay.Run(arguments);
        Assert.Contains(line, outcome.OneLine, StringComparison.Ordinal);
        Assert.Equal(exitCode, outcome.ExitCode);
    }

    [Fact]
    public void A_folder_whose_links_lead_in_a_circle_is_no_model()
    {
        using var assay = new Assay();
        Directory.CreateDirectory(Path.Combine(assay.Folder, "around"));
        Directory.CreateSymbolicLink(Path.Combine(assay.Folder, "around", "again"), Path.Combine(assay.Folder, "around"));
        var refused = assay.Run("pull", "around");
        Assert.Contains("'around' is no model: a folder holds one .onnx or .gguf file", refused.OneLine, StringComparison.Ordinal);
        Assert.Equal(2, refused.ExitCode);
    }

    [Fact]
    public void A_nonce_that_is_too_long_and_words_about_pictures_that_mean_nothing_are_told()
    {
        using var assay = new Assay();
        assay.Run("demo", "--once");
        var picture = Path.Combine(Assay.Repository, "models/digits/samples/3.png");
        foreach (var (line, arguments) in ((string, string[])[])
            [
                ("--nonce of 257 characters: at most 256", ["--nonce", new string('n', 257)]),
                ("channels 'cmyk' are not gray, rgb or bgr", ["--channels", "cmyk"]),
                ("--mean, --scale: 'x' is not a number such as 0.5 or 1/255", ["--mean", "x"]),
                ("--mean, --scale: '1/0' is not a number such as 0.5 or 1/255", ["--scale", "1/0"]),
            ])
        {
            var refused = assay.Run(["run", "digits", picture, .. arguments]);
            Assert.Contains(line, refused.OneLine, StringComparison.Ordinal);
            Assert.Equal(2, refused.ExitCode);
        }
    }

    [Fact]
    public void Every_verb_has_help_with_an_example()
    {
        using var assay = new Assay();
        foreach (var verb in (string[])["demo", "serve", "pull", "import", "list", "show", "rm", "run", "verify", "replay", "log", "key", "doctor", "conformance", "digest"])
        {
            var help = assay.Run(verb, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains($"Example: assay {verb}", help.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_changed_receipt_is_rejected_and_a_cut_one_malformed()
    {
        using var assay = new Assay();
        var file = assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!;
        var good = File.ReadAllBytes(Path.Combine(assay.Folder, file));
        var text = System.Text.Encoding.UTF8.GetString(good);

        var cut = assay.Run("verify", assay.Write("cut.json", good[..^10]));
        Assert.Equal(30, cut.ExitCode);
        Assert.StartsWith("MALFORMED", cut.Output, StringComparison.Ordinal);

        // Another output of the right length: the commitment does not open.
        var at = text.IndexOf("\"output\":{\"salt\":", StringComparison.Ordinal) + 20;
        var changed = text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
        var rejected = assay.Run("verify", assay.Write("changed.json", System.Text.Encoding.UTF8.GetBytes(changed)), "--json");
        Assert.Equal(10, rejected.ExitCode);
        Assert.False(rejected.Json.GetProperty("accepted").GetBoolean());

        var both = assay.Run("verify", file, "cut.json", "--json");
        Assert.Equal(30, both.ExitCode);
        Assert.False(both.Json.GetProperty("accepted").GetBoolean());
    }

    [Fact]
    public void Without_a_policy_nothing_is_judged_and_another_nodes_policy_rejects()
    {
        using var assay = new Assay();
        using var stranger = new Assay();
        var file = Path.Combine(assay.Folder, assay.Run("demo", "--once", "--json").Json.GetProperty("receiptFile").GetString()!);
        Assert.Equal(20, stranger.Run("verify", file).ExitCode);
        Assert.Equal(0, stranger.Run("verify", file, "--policy", Path.Combine(assay.Data, "policy.json")).ExitCode);
        Assert.Equal(0, stranger.Run("demo", "--once").ExitCode);
        Assert.Equal(10, stranger.Run("verify", file).ExitCode);
    }

    [Fact]
    public void A_model_that_lies_is_refused_and_leaves_nothing_behind()
    {
        using var assay = new Assay();
        var digits = File.ReadAllBytes(Path.Combine(Assay.Repository, "models/digits/model.onnx"));
        foreach (var bytes in (byte[][])[[], [1, 2, 3], digits[..^1000], [.. digits[..200], .. digits[300..]]])
        {
            var outcome = assay.Run("import", assay.Write("lie.onnx", bytes));
            Assert.Equal(3, outcome.ExitCode);
            _ = outcome.OneLine;
        }
        Assert.Empty(assay.Run("list", "--json").Json.GetProperty("models").EnumerateArray());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(assay.Data, "models", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void An_output_folder_that_takes_nothing_is_told_before_the_run()
    {
        using var assay = new Assay();
        assay.Run("demo", "--once");
        var before = assay.Run("log", "checkpoint", "--json").Json.GetProperty("size").GetInt32();
        File.WriteAllText(Path.Combine(assay.Folder, "file"), "");
        var refused = assay.Run("run", "digits", Path.Combine(Assay.Repository, "models/digits/samples/3.png"), "-o", "file");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--output 'file' is a file: a folder is right", refused.OneLine, StringComparison.Ordinal);
        Assert.Equal(before, assay.Run("log", "checkpoint", "--json").Json.GetProperty("size").GetInt32());
    }

    [Fact]
    public void A_log_that_is_gone_is_not_begun_anew_under_its_name()
    {
        using var assay = new Assay();
        assay.Run("demo", "--once");
        Directory.Delete(Path.Combine(assay.Data, "log"), recursive: true);
        var outcome = assay.Run("demo", "--once");
        Assert.Equal(6, outcome.ExitCode);
        Assert.Contains("log of this node is gone", outcome.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_usage_is_one_json_object_too()
    {
        using var assay = new Assay();
        Assert.Equal(2, assay.Run("verify", "--json").Json.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void An_input_that_does_not_fit_names_what_would()
    {
        using var assay = new Assay();
        assay.Run("demo", "--once");
        var wrong = assay.Run("run", "digits", assay.Write("x.json", "[[1,2],[3,4]]"u8.ToArray()));
        Assert.Equal(3, wrong.ExitCode);
        Assert.Contains("1x1x28x28", wrong.OneLine, StringComparison.Ordinal);
        var ragged = assay.Run("run", "digits", assay.Write("y.json", "[[1,2],[3]]"u8.ToArray()));
        Assert.Equal(3, ragged.ExitCode);
        Assert.Contains("y.json", ragged.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_in_use_and_a_folder_in_use_are_told_apart()
    {
        using var assay = new Assay();
        using var stranger = new Assay();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = stranger.Run("serve", "--url", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
        Assert.Equal(5, port.ExitCode);
        Assert.Contains("address is in use", port.OneLine, StringComparison.Ordinal);

        using var serving = assay.Start([], "serve", "--url", "http://127.0.0.1:0");
        try
        {
            var listening = serving.StandardOutput.ReadLine();
            Assert.StartsWith("listening on http://127.0.0.1:", listening, StringComparison.Ordinal);
            var folder = assay.Run("demo", "--once");
            Assert.Equal(5, folder.ExitCode);
            Assert.Contains($"in use by process {serving.Id}, serving at {listening!["listening on ".Length..]}", folder.OneLine, StringComparison.Ordinal);
            Assert.Equal(5, assay.Run("pull", "hf:org/repo", "--hub", "http://127.0.0.1:1").ExitCode);
            Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
            Assert.Equal(0, assay.Run("list").ExitCode);
        }
        finally
        {
            serving.Kill();
        }
        serving.WaitForExit();
        Assert.Equal(0, assay.Run("demo", "--once").ExitCode);
    }

    [Fact]
    public void A_full_disk_is_refused_clearly_and_loses_nothing()
    {
        using var assay = new Assay();
        var mount = Directory.CreateDirectory(assay.Data);
        Assert.SkipUnless(Mounts(mount.FullName), "a small file system cannot be mounted here: root or unprivileged user namespaces are needed");
        // In a mount namespace of its own: fill the disk between two runs, then make room.
        var program = Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release/assay");
        var script = $$"""
            mount -t tmpfs -o size=3m none "$ASSAY_HOME" || exit 99
            "{{program}}" demo --once --json > first.json || exit 1
            cat /dev/zero > "$ASSAY_HOME/filler" 2>/dev/null
            "{{program}}" demo --once > second.txt 2> second.err
            test $? = 6 || exit 2
            rm "$ASSAY_HOME/filler"
            "{{program}}" demo --once || exit 3
            "{{program}}" log fsck || exit 4
            "{{program}}" verify "$(sed -n 's/.*"receiptFile": "\(.*\)",/\1/p' first.json)" || exit 5
            """;
        using var shell = Unshare(script, assay.Folder, assay.Data);
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"step {shell.ExitCode}: {shell.StandardOutput.ReadToEnd()}{shell.StandardError.ReadToEnd()}");
        var line = File.ReadAllText(Path.Combine(assay.Folder, "second.err"));
        Assert.Contains("disk is full", line, StringComparison.Ordinal);
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    [Fact]
    public void A_read_only_file_system_is_refused_clearly_and_loses_nothing()
    {
        using var assay = new Assay();
        var mount = Directory.CreateDirectory(assay.Data);
        Assert.SkipUnless(Mounts(mount.FullName), "a small file system cannot be mounted here: root or unprivileged user namespaces are needed");
        var program = Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release/assay");
        var script = $$"""
            mount -t tmpfs -o size=8m none "$ASSAY_HOME" || exit 99
            "{{program}}" demo --once --json > first.json || exit 1
            mount -o remount,ro "$ASSAY_HOME" || exit 98
            "{{program}}" demo --once > second.txt 2> second.err
            test $? = 6 || exit 2
            "{{program}}" log fsck || exit 3
            mount -o remount,rw "$ASSAY_HOME" || exit 97
            "{{program}}" demo --once || exit 4
            "{{program}}" log fsck || exit 5
            "{{program}}" verify "$(sed -n 's/.*"receiptFile": "\(.*\)",/\1/p' first.json)" || exit 6
            """;
        using var shell = Unshare(script, assay.Folder, assay.Data);
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"step {shell.ExitCode}: {shell.StandardOutput.ReadToEnd()}{shell.StandardError.ReadToEnd()}");
        var line = File.ReadAllText(Path.Combine(assay.Folder, "second.err"));
        Assert.Contains("read-only", line, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    internal static bool Mounts(string folder)
    {
        try
        {
            using var shell = Unshare($"mount -t tmpfs -o size=1m none '{folder}'", folder, folder);
            shell.WaitForExit();
            return shell.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    internal static Process Unshare(string script, string folder, string home) => Process.Start(
        new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "bash", "-c", script])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            Environment = { ["ASSAY_HOME"] = home },
        })!;
}

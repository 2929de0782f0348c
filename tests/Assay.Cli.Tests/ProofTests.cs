using System.Text.Json;
using Assay.Engine.Models.Formats;
using Assay.Engine.Tests.Models.Int8;

namespace Assay.Cli.Tests;

/// <summary>commit, run, prove, verify: as the one who serves a model does it, and the one who has nothing but the bundle and a policy.</summary>
public class ProofTests
{
    [Fact]
    public void A_proof_is_verified_on_a_machine_that_has_neither_the_model_nor_the_node()
    {
        using var server = new Assay();
        using var client = new Assay();
        Import(server);
        var committed = server.Run("commit", "tiny", "--out", "tiny.commitment");
        Assert.True(committed.ExitCode == 0, committed.Error);
        Assert.Contains("proofs hide nothing of the model", committed.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(server.Folder, "tiny.commitment")));

        var shown = server.Run("show", "tiny", "--json").Json.GetProperty("proofModel").GetString()!;
        Assert.Contains(shown, committed.Output, StringComparison.Ordinal);
        var receipt = server.Run("run", "tiny", "picture.npy", "--nonce", "mine", "--json").Json.GetProperty("receiptFile").GetString()!;
        var proved = server.Run("prove", receipt, "-o", "proved.receipt.json", "--json");
        Assert.True(proved.ExitCode == 0, proved.Error);
        Assert.True(proved.Json.GetProperty("proofBytes").GetInt64() > 1000);
        foreach (var file in (string[])["proved.receipt.json", receipt, "data/policy.json"])
            File.Copy(Path.Combine(server.Folder, file), Path.Combine(client.Folder, Path.GetFileName(file)));
        Directory.Delete(server.Data, recursive: true);

        AskForProof(Path.Combine(client.Folder, "policy.json"));
        var verified = client.Run("verify", "proved.receipt.json", "--policy", "policy.json");
        Assert.True(verified.ExitCode == 0, verified.Output);
        Assert.Contains("AUTHENTIC · PROVED", verified.Output, StringComparison.Ordinal);
        Assert.Equal(10, client.Run("verify", Path.GetFileName(receipt), "--policy", "policy.json").ExitCode);
        var bytes = File.ReadAllText(Path.Combine(client.Folder, "proved.receipt.json"));
        var other = JsonDocument.Parse(bytes).RootElement.GetProperty("evidence")[0].GetProperty("commitment").GetProperty("bytes").GetString()!;
        client.Write("bad.receipt.json", System.Text.Encoding.UTF8.GetBytes(bytes.Replace(other, "AAAA" + other[4..], StringComparison.Ordinal)));
        Assert.Equal(30, client.Run("verify", "bad.receipt.json", "--policy", "policy.json").ExitCode);
    }

    [Fact]
    public void Our_digit_model_runs_is_proved_and_is_verified_where_the_model_is_gone()
    {
        using var assay = new Assay();
        var model = Path.Combine(Assay.Repository, "models/digits-int8/model.onnx");
        Assert.Contains("whole numbers already", assay.Run("quantize", model).OneLine, StringComparison.Ordinal);
        Assert.Equal(0, assay.Run("import", model, "--name", "digits").ExitCode);
        var committed = assay.Run("commit", "digits", "--json");
        Assert.True(committed.ExitCode == 0, committed.Error);
        Assert.True(committed.Json.GetProperty("bits").GetDouble() >= 100);
        var receipt = assay.Run("run", "digits", Path.Combine(Assay.Repository, "models/digits/samples/3.png"), "--json").Json.GetProperty("receiptFile").GetString()!;
        var proved = assay.Run("prove", receipt, "--json");
        Assert.True(proved.ExitCode == 0, proved.Error);
        Assert.True(proved.Json.GetProperty("proofBytes").GetInt64() <= committed.Json.GetProperty("proofBytes").GetInt64());

        // A copy of everything but the model: its file, its blobs, its commitment.
        Directory.Delete(Path.Combine(assay.Data, "models"), recursive: true);
        AskForProof(Path.Combine(assay.Data, "policy.json"));
        var verified = assay.Run("verify", receipt);
        Assert.True(verified.ExitCode == 0, verified.Output);
        Assert.Contains("AUTHENTIC · PROVED", verified.Output, StringComparison.Ordinal);
        Assert.Equal(20, assay.Run("replay", receipt).ExitCode);
    }

    [Fact]
    public void The_weights_are_proved_once_and_their_proof_comes_in_the_bundle_or_as_a_file()
    {
        using var assay = new Assay();
        Import(assay);
        var without = assay.Run("commit", "tiny", "--no-weight-proof");
        Assert.True(without.ExitCode == 0, without.Error);
        Assert.Contains("this log's word", without.Output, StringComparison.Ordinal);
        var bare = assay.Run("prove", "tiny", "picture.npy", "--json").Json.GetProperty("receiptFile").GetString()!;
        Assert.Equal("log-word", Weights(assay.Run("verify", bare, "--json")));

        var committed = assay.Run("commit", "tiny", "--weights-out", "tiny.weights", "--json");
        Assert.True(committed.ExitCode == 0, committed.Error);
        Assert.Equal(new FileInfo(Path.Combine(assay.Folder, "tiny.weights")).Length, committed.Json.GetProperty("weightProofBytes").GetInt64());
        Assert.Equal("proved", Weights(assay.Run("verify", bare, "--weights", "tiny.weights", "--json")));
        var proved = assay.Run("prove", bare, "-o", "with.receipt.json", "--json").Json;
        Assert.Equal(committed.Json.GetProperty("weightProofBytes").GetInt64(), proved.GetProperty("weightProofBytes").GetInt64());
        var verified = assay.Run("verify", "with.receipt.json");
        Assert.Contains("its weights are proved", verified.Output, StringComparison.Ordinal);
        Assert.Equal("proved", Weights(assay.Run("verify", "with.receipt.json", "--json")));
        Assert.Equal(0, assay.Run("prove", bare, "-o", "bare.receipt.json", "--no-weight-proof", "--json").Json.GetProperty("weightProofBytes").GetInt64());

        // What is no such proof, and one that nothing was held against, do not pass silently; one that does not hold refuses.
        Assert.Equal(2, assay.Run("verify", bare, "--weights", "picture.npy").ExitCode);
        var run = assay.Run("run", "tiny", "picture.npy", "--json").Json.GetProperty("receiptFile").GetString()!;
        Assert.Equal(2, assay.Run("verify", run, "--weights", "tiny.weights").ExitCode);
        var bad = File.ReadAllBytes(Path.Combine(assay.Folder, "tiny.weights"));
        bad[^1] ^= 1;
        assay.Write("bad.weights", bad);
        Assert.Equal(10, assay.Run("verify", bare, "--weights", "bad.weights").ExitCode);
        Assert.Equal(2, assay.Run("commit", "tiny", "--no-weight-proof", "--weights-out", "x").ExitCode);

        static string? Weights(Outcome verified) => verified.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("axis").GetString() == "execution").GetProperty("weights").GetString();
    }

    [Fact]
    public void A_model_is_run_and_proved_in_one_step_and_only_when_it_is_committed()
    {
        using var assay = new Assay();
        Import(assay);
        var refused = assay.Run("prove", "tiny", "picture.npy");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("commit tiny@1", refused.OneLine, StringComparison.Ordinal);
        assay.Run("run", "tiny", "picture.npy", "-o", "before");
        assay.Run("commit", "tiny");
        var before = Directory.GetFiles(Path.Combine(assay.Folder, "before"), "*.receipt.json").Single();
        Assert.Contains("had not been committed", assay.Run("prove", before).OneLine, StringComparison.Ordinal);
        var proved = assay.Run("prove", "tiny", "picture.npy", "--json");
        Assert.True(proved.ExitCode == 0, proved.Error);
        Assert.Equal("scores", proved.Json.GetProperty("outputs")[0].GetProperty("name").GetString());
        var file = proved.Json.GetProperty("receiptFile").GetString()!;
        Assert.Contains("AUTHENTIC · PROVED", assay.Run("verify", file).Output, StringComparison.Ordinal);
        Assert.Equal(2, assay.Run("prove", "tiny").ExitCode);
        Assert.Equal(4, assay.Run("prove", "nothing.receipt.json").ExitCode);
    }

    [Fact]
    public void A_proof_of_a_receipt_of_this_node_is_kept_and_goes_only_where_all_is_shown()
    {
        using var assay = new Assay();
        Import(assay);
        assay.Run("commit", "tiny");
        var file = assay.Run("run", "tiny", "picture.npy", "--json").Json.GetProperty("receiptFile").GetString()!;
        var proved = assay.Run("prove", file[5..13]);
        Assert.True(proved.ExitCode == 0, proved.Error);
        Assert.StartsWith($"proved   {file}", proved.Output, StringComparison.Ordinal);
        Assert.Contains("leaks    a part of the weights", proved.Output, StringComparison.Ordinal);
        Assert.Equal(2, assay.Run("prove", file, "-o", "data").ExitCode);
        Assert.Contains("there is no folder 'nowhere'", assay.Run("prove", file, "-o", "nowhere/x").OneLine, StringComparison.Ordinal);

        File.Delete(Path.Combine(assay.Folder, file));
        assay.Run("receipt", file[5..13]);
        Assert.Contains("AUTHENTIC · PROVED", assay.Run("verify", file).Output, StringComparison.Ordinal);
        assay.Run("receipt", "disclose", file, "--output", "0", "-o", "part.receipt.json");
        assay.Run("receipt", file[5..13], "--withhold", "-o", "withheld");
        foreach (var part in (string[])["part.receipt.json", $"withheld/{file}"])
            Assert.Equal(0, JsonDocument.Parse(File.ReadAllText(Path.Combine(assay.Folder, part))).RootElement.GetProperty("evidence").GetArrayLength());
    }

    private static void Import(Assay assay)
    {
        assay.Write("tiny.onnx", TinyInt8.Classifier());
        assay.Write("picture.npy", Npy.Write(TinyInt8.Picture(1)));
        var imported = assay.Run("import", "tiny.onnx");
        Assert.True(imported.ExitCode == 0, imported.Error);
    }

    private static void AskForProof(string policy) =>
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("\"execution\":\"any\"", "\"execution\":\"proved\"", StringComparison.Ordinal));
}

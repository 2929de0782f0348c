using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models.Int8;

namespace Assay.Cli.Tests;

/// <summary>A model of whole numbers is run, held to its receipt and run again like any other, and its receipt names its own profile.</summary>
public class Int8Tests
{
    [Fact]
    public void A_model_of_whole_numbers_is_run_verified_and_replayed_at_every_width()
    {
        using var assay = new Assay();
        var model = assay.Write("tiny.onnx", TinyInt8.Classifier());
        var input = assay.Write("image.npy", Npy.Write(TinyInt8.Picture(3)));
        Assert.Equal(0, assay.Run("import", model, "--name", "tiny", "--json").ExitCode);
        var run = assay.Run("run", "tiny", $"image={input}", "--json");
        Assert.True(run.ExitCode == 0, run.Error);

        var receipt = run.Json.GetProperty("receiptFile").GetString()!;
        var verify = assay.Run("verify", receipt, "--json");
        Assert.True(verify.ExitCode == 0, verify.Error);
        var profile = Convert.ToHexStringLower(Int8Profile.Digest.AsSpan());
        Assert.Contains(profile, verify.Output, StringComparison.Ordinal);
        foreach (var isa in Isas.Supported)
        {
            var replay = assay.RunWith([(Isas.Switch, isa.Name())], "replay", receipt, "--json");
            Assert.True(replay.ExitCode == 0, $"{isa.Name()}: {replay.Output}{replay.Error}");
            Assert.Equal("reproduced", replay.Json.GetProperty("status").GetString());
            Assert.Equal(profile, replay.Json.GetProperty("profile").GetString());
        }
    }

    [Fact]
    public void A_model_with_a_figure_out_of_its_range_is_refused_in_one_line()
    {
        using var assay = new Assay();
        var model = new Int8Writer();
        model.Dequantize(model.Table(model.Quantize(model.Input("x", 1, 2), 1, 0), [1, 2, 3]), 1, 0, "y", 1, 2);
        var outcome = assay.Run("import", assay.Write("bad.onnx", model.ToBytes()), "--json");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("node 1 (Table): table is int8 3; 256 entries are needed", outcome.OneLine, StringComparison.Ordinal);
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using Assay.Engine.Conformance;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Conformance;

/// <summary>The runner of the suite, on a suite that is made here.</summary>
public sealed class SuiteTests
{
    private static readonly (string Path, byte[] Bytes)[] Made =
    [
        .. Test("node/test_relu", new OnnxWriter(16).Input("x", DType.Float32, 3).Node("Relu", ["x"], ["y"]).Output("y"), [-1, 0, 2], [0, 0, 2]),
        .. Test("node/test_wrong", new OnnxWriter(16).Input("x", DType.Float32, 3).Node("Neg", ["x"], ["y"]).Output("y"), [-1, 0, 2], [0, 0, 2]),
        .. Test("simple/test_unknown", new OnnxWriter(16).Input("x", DType.Float32, 3).Node("NoSuchOperator", ["x"], ["y"]).Output("y"), [-1, 0, 2], [0, 0, 2]),
        ("light/light_ramp.onnx", new OnnxWriter(16).Input("x", DType.Float32, 1, 4).Node("Identity", ["x"], ["y"]).Output("y").ToBytes()),
        ("light/light_ramp_output_0.pb", TensorFile.Write(new("y", Tensor.From<float>(Shape.Of(1, 4), [0, 0.25f, 0.5f, 0.75f])))),
        ("light/README.md", "not a test"u8.ToArray()),
        ("elsewhere/test_x/model.onnx", [1]),
    ];

    private static SuiteReport Report(Executors by = Executors.Both) =>
        new([.. SuiteArchive.Read(Pack(Made)).Select(t => SuiteRunner.Run(t, by, new() { Threads = 1 }))]);

    [Theory, InlineData(Executors.Both), InlineData(Executors.Reference), InlineData(Executors.Fast)]
    public void Tests_pass_fail_or_are_unsupported_and_are_counted_by_folder_and_operator(Executors by)
    {
        var report = Report(by);
        Assert.Equal(new SuiteCounts(2, 1, 1), report.Counts);
        Assert.Equal([("node", new SuiteCounts(1, 1, 0)), ("simple", new SuiteCounts(0, 0, 1)), ("light", new SuiteCounts(1, 0, 0))], report.ByFolder);
        Assert.Equal("output 'y': element 0 is 1, not 0", Assert.Single(report.Failures).Reason);
        var refused = Assert.Single(report.ByOperator);
        Assert.Equal(("NoSuchOperator", 1), (refused.Operator, refused.Tests));
        Assert.Equal(["operator 'NoSuchOperator' is not supported"], refused.Reasons);
    }

    [Fact]
    public void Numbers_agree_within_the_suites_tolerance_and_nothing_else_does()
    {
        static Tensor Of(params float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);
        Assert.Null(Agreement.Difference(Of(1.0009f, float.NaN, float.NegativeInfinity, 0.9e-7f), Of(1, float.NaN, float.NegativeInfinity, 0)));
        Assert.Equal("element 1 is 1.002, not 1", Agreement.Difference(Tensor.From<double>(Shape.Of(2), [1, 1.002]), Tensor.From<double>(Shape.Of(2), [1, 1])));
        Assert.NotNull(Agreement.Difference(Of(float.NaN), Of(1)));
        Assert.NotNull(Agreement.Difference(Of(1), Of(float.NaN)));
        Assert.NotNull(Agreement.Difference(Of(float.PositiveInfinity), Of(float.NegativeInfinity)));
        Assert.NotNull(Agreement.Difference(Of(3e38f), Of(float.PositiveInfinity)));
        Assert.Equal("float32 2 where float32 1 is expected", Agreement.Difference(Of(1, 1), Of(1)));
        Assert.NotNull(Agreement.Difference(Tensor.Scalar(1), Tensor.Scalar(1L)));
        Assert.NotNull(Agreement.Difference(Tensor.Scalar(2L), Tensor.Scalar(1L)));
    }

    [Fact]
    public void Damaged_archives_are_refused_or_read_and_nothing_else()
    {
        var noise = new Noise(31);
        var plain = Tar(Made);
        var refused = 0;
        for (var i = 0; i < 2_000; i++)
            try
            {
                SuiteArchive.Read(i % 2 == 0 ? new MemoryStream(noise.Mutate(Pack(Made).ToArray())) : Gzip(noise.Mutate(plain)));
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        Assert.InRange(refused, 500, 2_000);
    }

    [Fact]
    public void An_archive_that_unpacks_to_too_much_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0L; i <= SuiteArchive.MaxBytes; i += zeros.Length)
                gzip.Write(zeros);
        }
        packed.Position = 0;
        Assert.Contains("unpacks to more than", Assert.Throws<ModelException>(() => SuiteArchive.Read(packed)).Message, StringComparison.Ordinal);
    }

    private static (string Path, byte[] Bytes)[] Test(string name, OnnxWriter model, float[] input, float[] output) =>
    [
        ($"{name}/model.onnx", model.ToBytes()),
        ($"{name}/test_data_set_0/input_0.pb", TensorFile.Write(new("x", Tensor.From<float>(Shape.Of(input.Length), input)))),
        ($"{name}/test_data_set_0/output_0.pb", TensorFile.Write(new("y", Tensor.From<float>(Shape.Of(output.Length), output)))),
    ];

    private static MemoryStream Pack((string Path, byte[] Bytes)[] files) => Gzip(Tar(files));

    private static MemoryStream Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        packed.Position = 0;
        return packed;
    }

    private static byte[] Tar((string Path, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
            foreach (var (path, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        return bytes.ToArray();
    }
}

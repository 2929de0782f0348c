using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Tests.Models;

public sealed class ExternalDataTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("assay-external-").FullName;

    public ExternalDataTests()
    {
        Directory.CreateDirectory(Path.Combine(root, "model", "weights"));
        File.WriteAllBytes(Path.Combine(root, "secret"), new byte[16]);
        var bytes = new byte[16];
        Tensor.From<float>(Shape.Of(2), [3, 4]).Bytes.CopyTo(bytes.AsSpan(8));
        File.WriteAllBytes(Path.Combine(root, "model", "weights", "w.bin"), bytes);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_tensor_in_a_file_beside_the_model_is_read_from_its_offset()
    {
        var graph = Read("weights/w.bin", "8", "8");
        Assert.Equal([3f, 4f], Assert.Single(graph.Constants).Value.Span<float>().ToArray());
    }

    [Theory]
    [InlineData("../secret", "0", "8", "not a plain path")]
    [InlineData("weights/../../secret", "0", "8", "not a plain path")]
    [InlineData("/etc/passwd", "0", "8", "not a plain path")]
    [InlineData("", "0", "8", "not a plain path")]
    [InlineData("weights//w.bin", "0", "8", "not a plain path")]
    [InlineData("./weights/w.bin", "0", "8", "not a plain path")]
    [InlineData("weights\\w.bin", "0", "8", "not a plain path")]
    [InlineData("C:w.bin", "0", "8", "not a plain path")]
    [InlineData("nothing.bin", "0", "8", "'nothing.bin' is not there")]
    [InlineData("weights", "0", "8", "'weights' is not there")]
    [InlineData("weights/w.bin/x", "0", "8", "is not there")]
    [InlineData("weights/w.bin", "9", "8", "bytes 9 to 17 of 'weights/w.bin', which has 16")]
    [InlineData("weights/w.bin", "9223372036854775807", "8", "which has 16")]
    [InlineData("weights/w.bin", "-8", "8", "'-8' is not a number")]
    [InlineData("weights/w.bin", "0", "9", "9 bytes declared, 8 needed")]
    [InlineData("weights/w.bin", "0", "x", "'x' is not a number")]
    public void Locations_and_ranges_that_lead_elsewhere_are_refused(string location, string offset, string length, string why) =>
        Assert.Contains(why, Assert.Throws<ModelException>(() => Read(location, offset, length)).Message, StringComparison.Ordinal);

    [Fact]
    public void Symbolic_links_are_refused_wherever_they_are_in_the_path()
    {
        File.CreateSymbolicLink(Path.Combine(root, "model", "link.bin"), Path.Combine(root, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(root, "model", "folder"), root);
        foreach (var location in new[] { "link.bin", "folder/secret" })
            Assert.Contains("symbolic link", Assert.Throws<ModelException>(() => Read(location, "0", "8")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_no_file_is_read() =>
        Assert.Contains("is not there", Assert.Throws<ModelException>(() => OnnxModel.Read(Model("weights/w.bin", "8", "8"))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_sum_of_what_is_read_is_bounded() =>
        Assert.Contains("more than 7 bytes", Assert.Throws<ModelException>(() => OnnxModel.Read(
            Model("weights/w.bin", "8", "8"), ModelFiles.InFolder(Path.Combine(root, "model")), new() { ExternalBytes = 7 })).Message, StringComparison.Ordinal);

    private Graph Read(string location, string offset, string length)
    {
        var path = Path.Combine(root, "model", "model.onnx");
        File.WriteAllBytes(path, Model(location, offset, length));
        return OnnxModel.ReadFile(path);
    }

    private static byte[] Model(string location, string offset, string length)
    {
        var writer = new OnnxWriter(13).Input("x", DType.Float32, 2).Node("Add", ["x", "w"], ["y"]).Output("y");
        var tensor = new TensorProto { Name = "w", DataType = 1, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add(2);
        foreach (var (key, value) in new[] { ("location", location), ("offset", offset), ("length", length) })
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        writer.Message.Graph.Initializer.Add(tensor);
        return writer.ToBytes();
    }
}

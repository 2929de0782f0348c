using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Client.Tests;

/// <summary>JSON against canonical encodings that the engine made: every type, and what is not the same.</summary>
public class TensorJsonTests
{
    public static TheoryData<string, DType, string> Types => new()
    {
        { "BOOL", DType.Bool, "[true,false]" },
        { "INT8", DType.Int8, "[-128,127]" },
        { "UINT8", DType.UInt8, "[0,255]" },
        { "INT16", DType.Int16, "[-32768,32767]" },
        { "UINT16", DType.UInt16, "[0,65535]" },
        { "INT32", DType.Int32, "[-2147483648,2147483647]" },
        { "UINT32", DType.UInt32, "[0,4294967295]" },
        { "INT64", DType.Int64, "[-9223372036854775808,9223372036854775807]" },
        { "UINT64", DType.UInt64, "[0,18446744073709551615]" },
        { "FP16", DType.Float16, "[0.1,\"-Infinity\"]" },
        { "FP32", DType.Float32, "[0.1,\"NaN\"]" },
        { "FP64", DType.Float64, "[0.1,5e-324]" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Tensor_is_recognised_in_every_type_and_its_neighbour_is_not(string name, DType type, string data)
    {
        var signed = Encoded("x", JsonTensors.Read(System.Text.Encoding.UTF8.GetBytes(data), type));
        Assert.Null(Difference(name, "[2]", data, signed));
        var items = JsonDocument.Parse(data).RootElement.EnumerateArray().Select(i => i.GetRawText()).ToArray();
        Assert.NotNull(Difference(name, "[2]", $"[{items[1]},{items[0]}]", signed));
        Assert.NotNull(Difference(name, "[2]", $"[{items[0]}]", signed));
        Assert.NotNull(Difference(name, "[2]", $"[{items[0]},{items[1]},{items[1]}]", signed));
        Assert.NotNull(Difference(name, "[1,2]", data, signed));
        Assert.NotNull(Difference(name == "FP32" ? "FP16" : "FP32", "[2]", data, signed));
    }

    [Fact]
    public void Float_is_compared_as_it_is_rounded_and_with_its_sign()
    {
        var signed = Encoded("x", Tensor.From<float>(Shape.Of(2), [0.1f, 0f]));
        Assert.Null(Difference("FP32", "[2]", "[0.1000000014901161193847656,0]", signed));
        Assert.NotNull(Difference("FP32", "[2]", "[0.1,-0.0]", signed));
        Assert.NotNull(Difference("FP32", "[2]", "[0.10000001,0]", signed));
        Assert.NotNull(Difference("FP32", "[2]", "[1e999,0]", signed));
        Assert.NotNull(Difference("FP32", "[2]", "[null,0]", signed));
    }

    [Theory]
    [InlineData("[1,2,3,4,5,6]", true)]
    [InlineData("[[1,2,3],[4,5,6]]", true)]
    [InlineData("[[1,2],[3,4],[5,6]]", false)]
    [InlineData("[[1,2,3,4,5,6],[]]", false)]
    [InlineData("[[[1,2,3],[4,5,6]]]", false)]
    [InlineData("[1,2,3,[4,5,6]]", false)]
    [InlineData("1", false)]
    [InlineData("{}", false)]
    public void Elements_are_flat_or_nested_as_the_shape_says(string data, bool same)
    {
        var signed = Encoded("x", Tensor.From<float>(Shape.Of(2, 3), [1, 2, 3, 4, 5, 6]));
        Assert.Equal(same, Difference("FP32", "[2,3]", data, signed) is null);
    }

    [Fact]
    public void Missing_and_repeated_tensors_are_differences()
    {
        var signed = Encoded("x", Tensor.From<float>(Shape.Of(1), [1]));
        const string X = """{"name":"x","datatype":"FP32","shape":[1],"data":[1]}""";
        Assert.Null(TensorJson.Difference(JsonDocument.Parse("[]").RootElement, signed, isAnswer: true, []));
        Assert.NotNull(TensorJson.Difference(JsonDocument.Parse("[]").RootElement, signed, isAnswer: true));
        Assert.NotNull(TensorJson.Difference(JsonDocument.Parse($"[{X},{X}]").RootElement, signed, isAnswer: true));
    }

    [Fact]
    public void Damaged_encoding_is_refused_and_nothing_worse()
    {
        var good = TensorEncoding.Encode([new NamedTensor("x", Tensor.From<float>(Shape.Of(2), [1, 2]))]);
        for (var cut = 0; cut < good.Length; cut++)
            Assert.Throws<FormatException>(() => CanonicalTensors.Read(good.AsMemory(0, cut)));
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                _ = CanonicalTensors.Read(bad);
            }
            catch (FormatException)
            {
                // The one way in which a reader may refuse.
            }
        }
    }

    private static string? Difference(string type, string shape, string data, IReadOnlyList<CanonicalTensor> signed) =>
        TensorJson.Difference(
            JsonDocument.Parse($$"""[{"name":"x","datatype":"{{type}}","shape":{{shape}},"data":{{data}}}]""").RootElement, signed, isAnswer: true);

    private static IReadOnlyList<CanonicalTensor> Encoded(string name, Tensor tensor) =>
        CanonicalTensors.Read(TensorEncoding.Encode([new NamedTensor(name, tensor)]));
}

using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Images, regions and transposed windows (6.3 to 7.9 of the profile), by hand.</summary>
public sealed class ImageTests
{
    private static readonly Tensor Empty = Tensor.Create(DType.Float32, Shape.Of(0));

    [Fact]
    public void Nearest_copies_bits_of_any_type_and_an_axis_at_rest_is_left_alone()
    {
        var x = Tensor.From<long>(Shape.Of(1, 2), [long.MinValue, 7]);
        Assert.Equal([long.MinValue, long.MinValue, 7, 7], Run("Resize", x, Empty, F(1, 2)).Span<long>().ToArray());
        // Were the first axis interpolated too, the infinity of its neighbour would make 0 * infinity of it.
        var rows = Tensor.From<float>(Shape.Of(2, 2), [1, 3, float.PositiveInfinity, 5]);
        var y = OpsetTests.Floats(OpsetTests.Run(19, "Resize", [rows, Empty, F(1, 2)], ("mode", "linear")));
        Assert.Equal([1f, 1.5f, 2.5f, 3], y[..4]);
    }

    [Fact]
    public void Cubic_weights_are_keys_own()
    {
        // At a fraction of 1/4, a = -3/4: -27/256, 225/256, 67/256, -9/256.
        var x = Tensor.From<float>(Shape.Of(6), [0, 0, 1, 0, 0, 0]);
        var y = OpsetTests.Floats(OpsetTests.Run(19, "Resize", [x, Empty, F(2)], ("mode", "cubic")));
        Assert.Equal([0f, -9 / 256f, -27 / 256f, 67 / 256f, 225 / 256f, 225 / 256f, 67 / 256f, -27 / 256f, -9 / 256f, 0, 0, 0], y);
    }

    [Fact]
    public void A_region_reads_beyond_the_image_what_it_is_told()
    {
        var x = Tensor.From<float>(Shape.Of(3), [1, 2, 3]);
        var y = OpsetTests.Run(19, "Resize", [x, F(-1, 1), Empty, OpsetTests.Ints(5)], ("mode", "linear"), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 9f));
        Assert.Equal([9f, 9, 1, 2, 3], OpsetTests.Floats(y));
        var nearest = OpsetTests.Run(19, "Resize", [Tensor.From<byte>(Shape.Of(3), [1, 2, 3]), F(-1, 1), Empty, OpsetTests.Ints(5)], ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 300f));
        Assert.Equal([255, 255, 1, 2, 3], nearest.Bytes.ToArray());
    }

    [Fact]
    public void A_resize_refuses_what_does_not_fit()
    {
        var x = Tensor.Create(DType.Float32, Shape.Of(2, 3));
        Refused("one of scales and sizes", "Resize", x);
        Refused("one of scales and sizes", "Resize", x, Empty, F(1, 1), OpsetTests.Ints(1, 1));
        Refused("not one float32 for each of 2 axes", "Resize", x, Empty, F(1));
        Refused("a scale of NaN", "Resize", x, Empty, F(1, float.NaN));
        Refused("a scale of 1E+30", "Resize", x, Empty, F(1, 1e30f));
        Refused("3 sizes for 2 axes", "Resize", x, Empty, Empty, OpsetTests.Ints(1, 1, 1));
        Refused("more than 2147483647 elements", "Resize", x, Empty, Empty, OpsetTests.Ints(int.MaxValue, int.MaxValue));
        Assert.Contains("needs a region of 4 numbers", OpsetTests.Refused(19, "Resize", [x, F(0, 1), F(1, 1)], ("coordinate_transformation_mode", "tf_crop_and_resize")), StringComparison.Ordinal);
        Assert.Contains("mode 'sharp' is not known", OpsetTests.Refused(19, "Resize", [x, Empty, F(1, 1)], ("mode", "sharp")), StringComparison.Ordinal);
        Refused("an extent of 0 resized to 4", "Resize", Tensor.Create(DType.Float32, Shape.Of(0)), Empty, Empty, OpsetTests.Ints(4));
    }

    [Fact]
    public void Scales_that_only_running_tells_are_read_by_both_executors()
    {
        var model = new OnnxWriter(19).Input("x", DType.Float32, -1, -1).Input("s", DType.Float32, 2).Node("Mul", ["s", "s"], ["t"])
            .Node("Resize", ["x", "", "t"], ["y"], ("mode", "linear")).Output("y").ToBytes();
        var y = PlaceTests.Both(model, ("x", Tensor.From<float>(Shape.Of(2, 2), [1, 2, 3, 4])), ("s", F(1, 2)))[0];
        Assert.Equal(Shape.Of(2, 8), y.Shape);
    }

    [Fact]
    public void A_grid_reads_around_the_image_by_its_padding()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 1, 3), [1, 2, 3]);
        // Places -1.5, -0.5, 0.5, 2.5 and one that is no number.
        var grid = Tensor.From<float>(Shape.Of(1, 1, 5, 2), [-5f / 3, 0, -1, 0, -1f / 3, 0, 1, 0, float.NaN, 0]);
        Assert.Equal([0f, 0.5f, 1.5f, 1.5f, 0], Sample("zeros"));
        Assert.Equal([1f, 1, 1.5f, 3, 1], Sample("border"));
        Assert.Equal([1.5f, 1, 1.5f, 3, 1], Sample("reflection"));

        float[] Sample(string padding) => [.. OpsetTests.Floats(OpsetTests.Run(20, "GridSample", [x, grid], ("padding_mode", padding))).Select(v => MathF.Round(v * 4096) / 4096)];
    }

    [Fact]
    public void A_transposed_convolution_spreads_each_input()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 3), [1, 10, 100]);
        var w = Tensor.From<float>(Shape.Of(1, 1, 2), [1, 2]);
        Assert.Equal([1f, 12, 120, 200], OpsetTests.Floats(Run("ConvTranspose", x, w)));
        Assert.Equal([1f, 2, 10, 20, 100, 200], OpsetTests.Floats(OpsetTests.Run(19, "ConvTranspose", [x, w], ("strides", new long[] { 2 }))));
        Assert.Equal([13f, 121, 201], OpsetTests.Floats(OpsetTests.Run(19, "ConvTranspose", [x, w, F(1)], ("pads", new long[] { 1, 0 }))));
        Assert.Equal([1f, 0, 12, 0, 120, 0, 200], OpsetTests.Floats(OpsetTests.Run(19, "ConvTranspose", [x, w], ("strides", new long[] { 2 }), ("dilations", new long[] { 2 }))));
        Assert.Equal([1f, 12, 120, 200, 0], OpsetTests.Floats(OpsetTests.Run(19, "ConvTranspose", [x, w], ("output_shape", new long[] { 5 }))));
        Assert.Contains("an output extent of -1", OpsetTests.Refused(19, "ConvTranspose", [x, w], ("pads", new long[] { 3, 2 })), StringComparison.Ordinal);
        Assert.Contains("2 channels do not divide", OpsetTests.Refused(19, "ConvTranspose", [Tensor.Create(DType.Float32, Shape.Of(1, 2, 3)), Tensor.Create(DType.Float32, Shape.Of(2, 1, 2))], ("group", 3)), StringComparison.Ordinal);
        Refused("channels of the input and of the weights", "ConvTranspose", x, Tensor.Create(DType.Float32, Shape.Of(2, 1, 2)));
    }

    [Fact]
    public void The_place_of_a_maximum_is_that_of_the_first_and_may_be_counted_by_columns()
    {
        var x = Tensor.From<float>(Shape.Of(1, 2, 2, 3), [1, 5, 5, 0, 5, 2, -0f, 0, -0f, float.NaN, 9, float.NaN]);
        Assert.Equal([1L, 1, 9, 11], Places(0));
        Assert.Equal([2L, 2, 7, 11], Places(1));

        long[] Places(int order)
        {
            var model = new OnnxWriter(19).Input("x", DType.Float32, 1, 2, 2, 3).Node("MaxPool", ["x"], ["y", "i"], ("kernel_shape", new long[] { 2, 2 }), ("storage_order", order)).Output("y").Output("i").ToBytes();
            return PlaceTests.Both(model, ("x", x))[1].Span<long>().ToArray();
        }
    }

    [Fact]
    public void Pools_of_bytes_and_of_powers_are_exact()
    {
        var x = Tensor.From<sbyte>(Shape.Of(1, 1, 3), [-5, -1, -3]);
        Assert.Equal([-5, -1, -1, -3], OpsetTests.Run(19, "MaxPool", [x], ("kernel_shape", new long[] { 2 }), ("pads", new long[] { 1, 1 })).Span<sbyte>().ToArray());
        var f = Tensor.From<float>(Shape.Of(1, 1, 3), [-3, 4, 0]);
        Assert.Equal([5f, 4], OpsetTests.Floats(OpsetTests.Run(19, "LpPool", [f], ("kernel_shape", new long[] { 2 }))));
        Assert.Equal([7f], OpsetTests.Floats(OpsetTests.Run(19, "GlobalLpPool", [f], ("p", 1))));
        Assert.Contains("p is 0", OpsetTests.Refused(19, "LpPool", [f], ("kernel_shape", new long[] { 2 }), ("p", 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Regions_pool_their_own_part()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 2, 2), [1, 2, 3, 4]);
        Assert.Equal([2.5f], OpsetTests.Floats(Run("RoiAlign", x, Tensor.From<float>(Shape.Of(1, 4), [0, 0, 2, 2]), OpsetTests.Ints(0))));
        Assert.Equal([1f, 2, 3, 4], OpsetTests.Floats(OpsetTests.Run(19, "MaxRoiPool", [x, Tensor.From<float>(Shape.Of(1, 5), [0, 0, 0, 1, 1])], ("pooled_shape", new long[] { 2, 2 }))));
        Refused("index 1 into an extent of 1", "RoiAlign", x, Tensor.From<float>(Shape.Of(1, 4), [0, 0, 2, 2]), OpsetTests.Ints(1));
        Refused("samples along one axis", "RoiAlign", x, Tensor.From<float>(Shape.Of(1, 4), [0, 0, 1e9f, 2]), OpsetTests.Ints(0));
        Assert.Contains("batch 3 of 1", OpsetTests.Refused(19, "MaxRoiPool", [x, Tensor.From<float>(Shape.Of(1, 5), [3, 0, 0, 1, 1])], ("pooled_shape", new long[] { 2, 2 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_and_columns_go_back_to_where_they_came_from()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 2, 4), [1, 2, 3, 4, 5, 6, 7, 8]);
        var depth = OpsetTests.Run(19, "SpaceToDepth", [x], ("blocksize", 2));
        Assert.Equal([1f, 3, 2, 4, 5, 7, 6, 8], OpsetTests.Floats(depth));
        Assert.Equal(OpsetTests.Floats(x), OpsetTests.Floats(OpsetTests.Run(19, "DepthToSpace", [depth], ("blocksize", 2))));
        Assert.Contains("cannot become", OpsetTests.Refused(19, "SpaceToDepth", [x], ("blocksize", 3)), StringComparison.Ordinal);
        var columns = Tensor.From<float>(Shape.Of(1, 2, 3), [1, 2, 3, 10, 20, 30]);
        Assert.Equal([1f, 12, 23, 30], OpsetTests.Floats(Run("Col2Im", columns, OpsetTests.Ints(4), OpsetTests.Ints(2))));
        Refused("columns and windows", "Col2Im", columns, OpsetTests.Ints(5), OpsetTests.Ints(2));
        Assert.Equal([2f, 3], OpsetTests.Floats(Run("CenterCropPad", F(1, 2, 3, 4), OpsetTests.Ints(2))));
        Assert.Equal([1f, 2, 3, 4, 0], OpsetTests.Floats(Run("CenterCropPad", F(1, 2, 3, 4), OpsetTests.Ints(5))));
    }

    [Fact]
    public void Offsets_bend_a_convolution()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 2, 2), [1, 2, 3, 4]);
        var w = Tensor.From<float>(Shape.Of(1, 1, 1, 1), [10]);
        var offsets = Tensor.From<float>(Shape.Of(1, 2, 2, 2), [0, 0.5f, 0, -9, 0, 0, 0.5f, 0]);
        Assert.Equal([10f, 30, 35, 0], OpsetTests.Floats(Run("DeformConv", x, w, offsets)));
        Refused("where", "DeformConv", x, w, Tensor.Create(DType.Float32, Shape.Of(1, 4, 2, 2)));
    }

    private static Tensor Run(string op, params Tensor[] operands) => OpsetTests.Run(19, op, operands);

    private static void Refused(string why, string op, params Tensor[] operands) => Assert.Contains(why, OpsetTests.Refused(19, op, operands), StringComparison.Ordinal);

    private static Tensor F(params float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);
}

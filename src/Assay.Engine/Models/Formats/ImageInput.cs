using System.Collections.Immutable;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>The order of a picture's channels in a tensor.</summary>
public enum ChannelOrder { Gray, Rgb, Bgr }

/// <summary>How pixels become elements: <c>(pixel - mean) * scale</c>, each step rounded to float32.</summary>
/// <param name="Channels">Order of the channels; null takes gray for one channel and RGB for three.</param>
/// <param name="Mean">One value, or one for each channel in the tensor's order.</param>
/// <param name="Scale">Factor of every channel.</param>
public sealed record ImageOptions(ChannelOrder? Channels, ImmutableArray<float> Mean, float Scale)
{
    /// <summary>Pixels as they are, 0 to 255.</summary>
    public static readonly ImageOptions Default = new(null, [0f], 1f);
}

/// <summary>Pictures as inputs of image models.</summary>
public static class ImageInput
{
    /// <summary>Whether the input could take a picture: rank 4 (batch, channels, height, width), 1 or 3 channels, float32, float16 or uint8.</summary>
    public static bool Takes(ValueInfo input) =>
        input is { Dims: { IsDefault: false, Length: 4 }, Type: DType.Float32 or DType.Float16 or DType.UInt8 }
        && input.Dims[0] is 1 or -1 && input.Dims[1] is 1 or 3;

    /// <summary>The tensor of shape 1 x C x H x W. The picture's size has to be the model's: nothing is resized or cropped.</summary>
    /// <exception cref="ModelException">The input takes no picture, or one of another size.</exception>
    public static Tensor ToTensor(Picture picture, ValueInfo input, ImageOptions options)
    {
        if (!Takes(input))
            throw new ModelException($"input '{Onnx.OnnxModel.Cut(input.Name)}' ({input.Type?.Name() ?? "?"} {Fact.Describe(input.Dims)}) does not take a picture: 1xCxHxW with 1 or 3 channels is needed");
        int channels = input.Dims[1], height = input.Dims[2], width = input.Dims[3];
        if (height >= 0 && height != picture.Height || width >= 0 && width != picture.Width)
            throw new ModelException($"input '{Onnx.OnnxModel.Cut(input.Name)}' takes a picture of {Side(width)} by {Side(height)} pixels, not {picture.Width} by {picture.Height}; pictures are not resized here");
        var order = options.Channels ?? (channels == 1 ? ChannelOrder.Gray : ChannelOrder.Rgb);
        if (order == ChannelOrder.Gray != (channels == 1))
            throw new ModelException($"input '{Onnx.OnnxModel.Cut(input.Name)}' has {channels} channel(s), which {order.ToString().ToLowerInvariant()} does not fill");
        if (options.Mean.Length != 1 && options.Mean.Length != channels)
            throw new ModelException($"{options.Mean.Length} means for {channels} channel(s)");
        if (input.Type == DType.UInt8 && (options.Scale != 1 || options.Mean.Any(m => m != 0)))
            throw new ModelException($"input '{Onnx.OnnxModel.Cut(input.Name)}' takes pixels as they are (uint8): no mean and no scale");
        var tensor = Tensor.Create(input.Type!.Value, Shape.Of(1, channels, picture.Height, picture.Width));
        var plane = picture.Height * picture.Width;
        for (var c = 0; c < channels; c++)
            for (var i = 0; i < plane; i++)
                Put(tensor, c * plane + i, Channel(picture, i, order, c), options.Mean[options.Mean.Length == 1 ? 0 : c], options.Scale);
        return tensor;
    }

    private static string Side(int extent) => extent < 0 ? "any number" : $"{extent}";

    private static byte Channel(Picture picture, int pixel, ChannelOrder order, int c)
    {
        if (picture.Channels == 1)
            return picture.Pixels[pixel];
        var rgb = picture.Pixels.AsSpan(pixel * 3, 3);
        return order switch
        {
            ChannelOrder.Rgb => rgb[c],
            ChannelOrder.Bgr => rgb[2 - c],
            // ITU-R BT.601 luma in whole thousandths, to the nearest.
            _ => (byte)((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000),
        };
    }

    private static void Put(Tensor tensor, int i, byte pixel, float mean, float scale)
    {
        var value = (pixel - mean) * scale;
        switch (tensor.Type)
        {
            case DType.Float32: tensor.MutableSpan<float>()[i] = ScalarMath.Canonical(value); break;
            case DType.Float16: tensor.MutableSpan<ushort>()[i] = HalfFloat.FromSingle(value); break;
            default: tensor.MutableBytes[i] = pixel; break;
        }
    }
}

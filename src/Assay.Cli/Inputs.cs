using System.Collections.Immutable;
using System.Globalization;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Node.Receipts;

namespace Assay.Cli;

/// <summary>Reads a model's inputs from files: <c>PATH</c>, or <c>NAME=PATH</c> where the model has several.</summary>
internal static class Inputs
{
    private const long MaxFile = 1L << 30;

    /// <exception cref="ModelException">A file is not a tensor, or does not say which input it is.</exception>
    public static Dictionary<string, Tensor> Read(Graph graph, IReadOnlyList<string> arguments, ImageOptions? image)
    {
        var infos = graph.Inputs.Select(id => graph.Values[id]).ToList();
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var (name, path) = Split(argument, infos);
            var bytes = ReadFile(path);
            var (tensor, own) = Parse(path, bytes, name, infos, image ?? ImageOptionsOf(graph));
            name ??= own ?? (infos.Count == 1
                ? infos[0].Name
                : throw new ModelException($"'{path}' does not say which input it is: write NAME={path}, with NAME one of {string.Join(", ", infos.Select(i => i.Name))}"));
            if (!inputs.TryAdd(name, tensor))
                throw new ModelException($"input '{name}' is given twice");
        }
        return inputs;
    }

    /// <summary>The bytes of a lone picture or text, as they "came": committed to beside the tensors.</summary>
    public static WireInput? Wire(IReadOnlyList<string> arguments)
    {
        if (arguments is not [var only] || MediaTypeOf(only) is not { } mediaType)
            return null;
        return new WireInput(mediaType, File.ReadAllBytes(only[(only.IndexOf('=', StringComparison.Ordinal) + 1)..]));
    }

    private static (Tensor Tensor, string? Name) Parse(string path, byte[] bytes, string? name, List<ValueInfo> infos, ImageOptions image)
    {
        var info = infos.Count == 1 ? infos[0] : infos.Find(i => i.Name == name);
        try
        {
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".npy":
                    return (Npy.Read(bytes), FromFileName(path, infos));
                case ".pb":
                    var named = TensorFile.Read(bytes);
                    return (named.Value, infos.Exists(i => i.Name == named.Name) ? named.Name : null);
                case ".json":
                    return (JsonTensors.Read(bytes, (info ?? throw Which(path)).Type ?? DType.Float32), null);
                case ".png":
                    return (ImageInput.ToTensor(Png.Read(bytes), info ?? throw Which(path), image), null);
                default:
                    throw new ModelException("known are .npy, .pb, .json and .png");
            }
        }
        catch (ModelException e)
        {
            throw new ModelException($"{path}: {e.Message}", e);
        }
    }

    // in.NAME.npy, as reference data is often filed, or NAME.npy.
    private static string? FromFileName(string path, List<ValueInfo> infos)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        return infos.Find(i => stem == i.Name || stem == "in." + i.Name)?.Name;
    }

    private static (string? Name, string Path) Split(string argument, List<ValueInfo> infos)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && infos.Exists(i => i.Name == argument[..equals]) ? (argument[..equals], argument[(equals + 1)..]) : (null, argument);
    }

    private static byte[] ReadFile(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"there is no file '{path}'");
        return file.Length <= MaxFile ? File.ReadAllBytes(path) : throw new ModelException($"{path}: {file.Length} bytes, above {MaxFile}");
    }

    private static string? MediaTypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".json" => "application/json",
        _ => null,
    };

    /// <summary>What the model's own metadata says of pictures: <c>assay.image.channels</c>, <c>.mean</c>, <c>.scale</c>.</summary>
    public static ImageOptions ImageOptionsOf(Graph graph) => ImageOptions(
        graph.Metadata.GetValueOrDefault("assay.image.channels"),
        graph.Metadata.GetValueOrDefault("assay.image.mean"),
        graph.Metadata.GetValueOrDefault("assay.image.scale"));

    /// <exception cref="ModelException">A value that is not one.</exception>
    public static ImageOptions ImageOptions(string? channels, string? mean, string? scale) => new(
        channels switch
        {
            null => null,
            "gray" => ChannelOrder.Gray,
            "rgb" => ChannelOrder.Rgb,
            "bgr" => ChannelOrder.Bgr,
            _ => throw new ModelException($"channels '{channels}' are not gray, rgb or bgr"),
        },
        mean is null ? [0f] : [.. mean.Split(',').Select(Number)],
        scale is null ? 1f : Number(scale));

    // 1/255 is how people write it.
    private static float Number(string text)
    {
        var parts = text.Split('/');
        if (parts.Length <= 2 && parts.All(p => float.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            var numbers = parts.Select(p => float.Parse(p, NumberStyles.Float, CultureInfo.InvariantCulture)).ToArray();
            var number = numbers.Length == 1 ? numbers[0] : numbers[0] / numbers[1];
            if (float.IsFinite(number))
                return number;
        }
        throw new ModelException($"'{text}' is not a number such as 0.5 or 1/255");
    }

    private static ModelException Which(string path) => new($"say which input it is: NAME={path}");
}

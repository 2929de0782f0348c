using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Digits.Tests;

/// <summary>The files in <c>models/digits</c>, and the model run by the engine's reference interpreter.</summary>
internal static class Committed
{
    private static readonly Lazy<Graph> Loaded = new(() => OnnxModel.Read(Bytes("model.onnx")));

    public static Graph Model => Loaded.Value;

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder(), name));

    /// <summary>The ten probabilities for 784 values between 0 and 1.</summary>
    public static float[] Run(ReadOnlySpan<float> image)
    {
        var inputs = new Dictionary<string, Tensor> { ["image"] = Tensor.From(Shape.Of(1, 1, 28, 28), image) };
        return Reference.Run(Model, inputs)[0].Value.Span<float>().ToArray();
    }

    public static int Greatest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best])
                best = i;
        return best;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "models", "digits") is var path && Directory.Exists(path))
                return path;
        throw new DirectoryNotFoundException("models/digits is not above the test binary");
    }
}

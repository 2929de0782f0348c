using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Bench;

/// <summary>One set of inputs. What they are expected to give is known for models that came with reference outputs.</summary>
internal sealed record EngineCase(string Name, Dictionary<string, Tensor> Inputs, Dictionary<string, Tensor>? Expected);

/// <summary>A model to be measured: the file's bytes and its cases, the one that is timed first.</summary>
/// <param name="Row">Its name in the rows.</param>
/// <param name="Tolerance">Largest absolute difference of an output that the order of the arithmetic explains.</param>
internal sealed record EngineModel(string Row, byte[] File, string[] Outputs, ImmutableArray<EngineCase> Cases, double Tolerance)
{
    /// <summary>The file for the peer: nothing but what is fed stands among the inputs.</summary>
    public byte[] PeerFile { get; } = Initializers.AsConstants(File);

    private sealed record Known(string Row, string Folder, string Timed, double Tolerance);

    // Tolerances: what the reference runtime itself differs by when it optimises (README of the data), rounded up. Scores of
    // mnist run to several thousand; SqueezeNet computes in float16.
    private static readonly Known[] known =
    [
        new("mnist", "mnist", "digit0_a", 1e-2),
        new("silero-vad", "silero_vad", "seed1", 1e-5),
        new("rfb-320", "version-RFB-320", "seed1", 1e-4),
        new("squeezenet", "SqueezeNet_fp16", "fish", 1e-2),
    ];

    public const string Digits = "digits";

    /// <summary>One product of two square matrices, the right one a constant of the model.</summary>
    public static readonly string[] Products = ["sgemm-480", "sgemm-960", "sgemm-1920"];

    /// <summary>The rows of the geometric mean.</summary>
    public static readonly string[] FromData = [.. known.Select(k => k.Row)];

    /// <summary>The model of that row; null where its files are absent.</summary>
    public static EngineModel? Load(string row) =>
        row == Digits ? LoadDigits() : Products.Contains(row) ? Product(row) : LoadKnown(known.Single(k => k.Row == row));

    private static EngineModel? LoadKnown(Known model)
    {
        if (Places.Data(Path.Combine("models", model.Folder)) is not { } folder)
            return null;
        var reference = Path.Combine(folder, "reference");
        using var cases = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(reference, "cases.json")));
        var all = cases.RootElement.GetProperty("cases").EnumerateArray()
            .Select(c => new EngineCase(c.GetProperty("name").GetString()!, Tensors(c.GetProperty("inputs")), Tensors(c.GetProperty("outputs"))))
            .OrderByDescending(c => c.Name == model.Timed).ToImmutableArray();
        return new EngineModel(model.Row, System.IO.File.ReadAllBytes(Path.Combine(folder, "model.onnx")), [.. all[0].Expected!.Keys], all, model.Tolerance);

        Dictionary<string, Tensor> Tensors(JsonElement kind) => kind.EnumerateObject().ToDictionary(
            p => p.Name, p => Npy.Read(System.IO.File.ReadAllBytes(Path.Combine(reference, p.Value.GetProperty("file").GetString()!))), StringComparer.Ordinal);
    }

    private static EngineModel Product(string row)
    {
        var n = int.Parse(row.AsSpan(row.IndexOf('-', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
        var file = new OnnxWriter(17).Input("a", DType.Float32, n, n).Initialiser("b", Square(n, 1)).Node("MatMul", ["a", "b"], ["y"]).Output("y", DType.Float32, n, n).ToBytes();
        return new EngineModel(row, file, ["y"], [new EngineCase("square", new(StringComparer.Ordinal) { ["a"] = Square(n, 2) }, null)], 1e-3);
    }

    // Numbers between -1/2 and 1/2.
    private static Tensor Square(int n, uint seed)
    {
        var values = new float[n * n];
        for (var i = 0; i < values.Length; i++)
        {
            seed = (seed * 1664525) + 1013904223;
            values[i] = ((seed >> 8) / (float)(1 << 24)) - 0.5f;
        }
        return Tensor.From<float>(Shape.Of(n, n), values);
    }

    private static EngineModel? LoadDigits()
    {
        if (Places.InRepository("models/digits/model.onnx") is not { } file)
            return null;
        var samples = Path.Combine(Path.GetDirectoryName(file)!, "samples");
        var image = new ValueInfo("image", DType.Float32, [1, 1, 28, 28]);
        var cases = Enumerable.Range(0, 10).Select(digit => new EngineCase($"{digit}", new(StringComparer.Ordinal)
        {
            [image.Name] = ImageInput.ToTensor(Png.Read(System.IO.File.ReadAllBytes(Path.Combine(samples, $"{digit}.png"))), image, new ImageOptions(null, [0], 1f / 255)),
        }, null));
        return new EngineModel(Digits, System.IO.File.ReadAllBytes(file), ["probabilities"], [.. cases], 1e-5);
    }
}

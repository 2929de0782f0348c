using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using Assay.Node.Receipts;

namespace Assay.Node.Tests;

/// <summary>The repository's own model and its samples; and models made on the spot where several are wanted.</summary>
internal static class Digits
{
    private static readonly string Root = FindRoot();

    public static string ModelFile { get; } = Path.Combine(Root, "models", "digits", "model.onnx");

    public static byte[] Png(int digit) => File.ReadAllBytes(Path.Combine(Root, "models", "digits", "samples", $"{digit}.png"));

    public static Dictionary<string, Tensor> Sample(int digit)
    {
        var graph = OnnxModel.ReadFile(ModelFile);
        var info = graph.Values[graph.Inputs[0]];
        return new() { [info.Name] = ImageInput.ToTensor(Engine.Models.Formats.Png.Read(Png(digit)), info, new ImageOptions(null, [0f], 1f / 255f)) };
    }

    public static CallerTerms WithWire(int digit) => new(Nonce: "a nonce", Auditable: true, Wire: new WireInput("image/png", Png(digit)));

    /// <summary>y = x + c on two elements.</summary>
    public static byte[] Adder(float c) => new OnnxWriter(13)
        .Input("x", DType.Float32, 2).Output("y", DType.Float32, 2)
        .Initialiser("c", Tensor.From<float>(Shape.Of(2), [c, c]))
        .Node("Add", ["x", "c"], ["y"]).ToBytes();

    public static Dictionary<string, Tensor> Pair(float a, float b) => new() { ["x"] = Tensor.From<float>(Shape.Of(2), [a, b]) };

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("the tests are not inside the repository");
    }
}

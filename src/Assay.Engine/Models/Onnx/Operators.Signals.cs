namespace Assay.Engine.Models.Onnx;

/// <content>Signals: transforms, windows, filter banks.</content>
internal static partial class Operators
{
    private static Rule[] Signals =>
    [
        new("DFT", 1, 3, Dft),
        new("STFT", 2, 4, n => n.Output(0, n.Emit(Primitive.Stft, WithInt(Attributes.None, "onesided", n.Int("onesided", 1) == 0 ? 0 : 1, 1), n.Input(0), n.Input(1), n.Optional(2), n.Optional(3)))),
        new("HannWindow", 1, 1, n => CosineWindow(n, "hann")),
        new("HammingWindow", 1, 1, n => CosineWindow(n, "hamming")),
        new("BlackmanWindow", 1, 1, n => CosineWindow(n, "blackman")),
        new("MelWeightMatrix", 5, 5, n => n.Output(0, n.Emit(Primitive.MelWeightMatrix, WithType(n), n.Input(0), n.Input(1), n.Input(2), n.Input(3), n.Input(4)))),
    ];

    private static void Dft(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "inverse", n.Int("inverse", 0) == 0 ? 0 : 1, 0);
        a = WithInt(a, "onesided", n.Int("onesided", 0) == 0 ? 0 : 1, 0);
        // The axis was an attribute before version 20.
        if (n.Opset < 20)
            a = WithInt(a, "axis", n.Int("axis", 1), -2);
        n.Output(0, n.Emit(Primitive.Dft, a, n.Input(0), n.Optional(1), n.Opset < 20 ? -1 : n.Optional(2)));
    }

    private static void CosineWindow(OnnxNode n, string kind)
    {
        var a = WithInt(WithType(n), "periodic", n.Int("periodic", 1) == 0 ? 0 : 1, 1);
        n.Output(0, n.Emit(Primitive.CosineWindow, kind == "hann" ? a : a.With("kind", kind), n.Input(0)));
    }

    private static Attributes WithType(OnnxNode n) => WithInt(Attributes.None, "to", n.Int("output_datatype", (long)DType.Float32), (long)DType.Float32);
}

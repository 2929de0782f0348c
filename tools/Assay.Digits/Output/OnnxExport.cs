using Assay.Digits.Drawing;
using Assay.Digits.Training;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Digits.Output;

/// <summary>The trained network as an ONNX file of operator set 13, with what a reader needs to feed it a picture.</summary>
internal static class OnnxExport
{
    public const string Input = "image", Result = "probabilities";

    /// <param name="parameters">Laid out as <see cref="Network.Parameters"/> says.</param>
    public static byte[] File(float[] parameters)
    {
        var file = new OnnxWriter(opset: 13, name: "digits", producer: "assay-digits")
            .Input(Input, DType.Float32, 1, 1, DigitImage.Side, DigitImage.Side)
            .Output(Result, DType.Float32, 1, Network.Classes);
        foreach (var p in Network.Parameters)
            file.Initialiser(p.Name, Tensor.From<float>(Shape.Of(p.Dims), parameters.AsSpan(p.Offset, p.Count)));

        return file
            .Node("Conv", [Input, "conv1.weight", "conv1.bias"], ["conv1"], ("kernel_shape", new[] { 5, 5 }))
            .Node("Relu", ["conv1"], ["relu1"])
            .Node("MaxPool", ["relu1"], ["pool1"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Conv", ["pool1", "conv2.weight", "conv2.bias"], ["conv2"], ("kernel_shape", new[] { 5, 5 }))
            .Node("Relu", ["conv2"], ["relu2"])
            .Node("MaxPool", ["relu2"], ["pool2"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Flatten", ["pool2"], ["flat"], ("axis", 1))
            .Node("Gemm", ["flat", "hidden.weight", "hidden.bias"], ["hidden"], ("transB", 1))
            .Node("Relu", ["hidden"], ["relu3"])
            .Node("Gemm", ["relu3", "last.weight", "last.bias"], ["logits"], ("transB", 1))
            .Node("Softmax", ["logits"], [Result], ("axis", 1))
            .Metadata("assay.image.channels", "gray")
            .Metadata("assay.image.mean", "0")
            .Metadata("assay.image.scale", "0.003921569")
            .Metadata("assay.labels", "0,1,2,3,4,5,6,7,8,9")
            .ToBytes();
    }
}

namespace Assay.Engine.Models.Onnx;

/// <content>Functions of one number.</content>
internal static partial class Operators
{
    private static Rule[] Functions =>
    [
        new("Erf", 1, 1, n => Unary(n, Primitive.Erf)),
        new("Round", 1, 1, n => Unary(n, Primitive.Round)),
        new("Floor", 1, 1, n => Unary(n, Primitive.Floor)),
        new("Ceil", 1, 1, n => Unary(n, Primitive.Ceil)),
        new("Sign", 1, 1, n => Unary(n, Primitive.Sign)),
    ];
}

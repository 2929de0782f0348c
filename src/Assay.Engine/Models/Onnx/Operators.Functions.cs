namespace Assay.Engine.Models.Onnx;

/// <content>Functions of one number.</content>
internal static partial class Operators
{
    private static Rule[] Functions =>
    [
        new("Erf", 1, 1, n => Unary(n, Primitive.Erf)),
        new("Sin", 1, 1, n => Unary(n, Primitive.Sin)),
        new("Cos", 1, 1, n => Unary(n, Primitive.Cos)),
        new("Tan", 1, 1, n => Unary(n, Primitive.Tan)),
        new("Asin", 1, 1, n => Unary(n, Primitive.Asin)),
        new("Acos", 1, 1, n => Unary(n, Primitive.Acos)),
        new("Atan", 1, 1, n => Unary(n, Primitive.Atan)),
        new("Sinh", 1, 1, n => Unary(n, Primitive.Sinh)),
        new("Cosh", 1, 1, n => Unary(n, Primitive.Cosh)),
        new("Asinh", 1, 1, n => Unary(n, Primitive.Asinh)),
        new("Acosh", 1, 1, n => Unary(n, Primitive.Acosh)),
        new("Atanh", 1, 1, n => Unary(n, Primitive.Atanh)),
        new("Softplus", 1, 1, n => Unary(n, Primitive.Softplus)),
        new("Round", 1, 1, n => Unary(n, Primitive.Round)),
        new("Floor", 1, 1, n => Unary(n, Primitive.Floor)),
        new("Ceil", 1, 1, n => Unary(n, Primitive.Ceil)),
        new("Sign", 1, 1, n => Unary(n, Primitive.Sign)),
    ];
}

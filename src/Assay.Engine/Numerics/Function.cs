namespace Assay.Engine.Numerics;

/// <summary>The profile's functions of one number (sections 4 and 5).</summary>
public enum Function
{
    Sqrt, Exp, Log, Tanh, Sigmoid, Erf,

    // Of float32: computed in float64
    Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Softplus,

    // Exact
    Round, Floor, Ceil, Sign,
}

namespace Assay.Engine.Numerics;

/// <summary>The profile's functions of one number (sections 4 and 5).</summary>
public enum Function
{
    Sqrt, Exp, Log, Tanh, Sigmoid, Erf,

    // Exact
    Round, Floor, Ceil, Sign,
}

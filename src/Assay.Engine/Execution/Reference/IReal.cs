using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// The numbers that a real-valued kernel computes with: float32 (which float16 and bfloat16 compute in, too) or float64. A kernel is
/// written once over it, operation by operation as the profile says; every operator is the IEEE 754 operation, rounded once.
/// </summary>
/// <remarks>Not-a-number is made canonical by <see cref="Store"/>, and nowhere before.</remarks>
internal interface IReal<T> where T : unmanaged, IReal<T>
{
    /// <summary>The nearest number: of attributes, counts and constants, which are exact in float64.</summary>
    static abstract T Of(double value);

    /// <summary>The same number as float64; exact.</summary>
    static abstract double ToDouble(T a);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>The sign bit flipped.</summary>
    static abstract T operator -(T a);

    static abstract bool operator <(T a, T b);

    static abstract bool operator >(T a, T b);

    static abstract bool Equal(T a, T b);

    static abstract bool IsNaN(T a);

    static abstract bool IsNegative(T a);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract T Fma(T a, T b, T c);

    /// <summary>A function of section 4, or one of section 5 that has one real operand.</summary>
    static abstract T Apply(Function function, T x);

    static abstract T Pow(T x, T y);

    /// <inheritdoc cref="Remainder.Of"/>
    static abstract T Rest(T x, T y);

    /// <summary>Writes one result: rounded once to the tensor's type, NaN canonical.</summary>
    /// <exception cref="Models.ModelException">The tensor's type is not one of this number's.</exception>
    static abstract void Store(Models.Tensor y, int i, T value);

    static virtual T Zero => default;

    static virtual T One => T.Of(1);

    /// <summary>The sign bit cleared.</summary>
    static virtual T Abs(T a) => T.IsNegative(a) ? -a : a;

    static virtual T Sqrt(T a) => T.Apply(Function.Sqrt, a);

    static virtual T Exp(T a) => T.Apply(Function.Exp, a);

    static virtual T Log(T a) => T.Apply(Function.Log, a);

    static virtual T Tanh(T a) => T.Apply(Function.Tanh, a);

    static virtual T Sigmoid(T a) => T.Apply(Function.Sigmoid, a);

    /// <summary>The greater; NaN where either is NaN; +0 above -0 (1.5).</summary>
    static virtual T Max(T a, T b) => T.IsNaN(a) ? a : T.IsNaN(b) ? b : a > b || T.Equal(a, b) && T.IsNegative(b) ? a : b;

    /// <summary>The lesser; NaN where either is NaN; -0 below +0 (1.5).</summary>
    static virtual T Min(T a, T b) => -T.Max(-a, -b);
}

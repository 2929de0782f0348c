using System.Runtime.InteropServices;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>What one function did over a set of float32s.</summary>
/// <param name="Inputs">Arguments at which the vector forms were compared.</param>
/// <param name="Measured">Those of them at which they were compared with the scalar form, and its error was measured.</param>
/// <param name="Worst">Greatest error, in units of the last place.</param>
/// <param name="At">Where.</param>
/// <param name="Misrounded">Results that are not the float32 nearest to the true value, by the reference's estimate.</param>
internal sealed record Swept(long Inputs, long Measured, double Worst, float At, long Misrounded)
{
    public static readonly Swept None = new(0, 0, 0, 0, 0);

    public Swept And(Swept other) => new(
        Inputs + other.Inputs, Measured + other.Measured, Math.Max(Worst, other.Worst), other.Worst > Worst ? other.At : At, Misrounded + other.Misrounded);
}

/// <summary>Compares every form of a function, and measures its error.</summary>
internal abstract unsafe class FunctionSweep(Function function)
{
    private const int Block = 4096;

    /// <summary>One for each function of one number.</summary>
    public static IReadOnlyDictionary<Function, FunctionSweep> All { get; } = new FunctionSweep[]
    {
        new Of<SqrtFunction>(Function.Sqrt), new Of<ExpFunction>(Function.Exp), new Of<LogFunction>(Function.Log), new Of<TanhFunction>(Function.Tanh),
        new Of<SigmoidFunction>(Function.Sigmoid), new Of<ErfFunction>(Function.Erf), new Of<RoundFunction>(Function.Round), new Of<FloorFunction>(Function.Floor),
        new Of<CeilFunction>(Function.Ceil), new Of<SignFunction>(Function.Sign), new Of<Wide<SinFunction>>(Function.Sin), new Of<Wide<CosFunction>>(Function.Cos),
        new Of<Wide<TanFunction>>(Function.Tan), new Of<Wide<AsinFunction>>(Function.Asin), new Of<Wide<AcosFunction>>(Function.Acos), new Of<Wide<AtanFunction>>(Function.Atan),
        new Of<Wide<SinhFunction>>(Function.Sinh), new Of<Wide<CoshFunction>>(Function.Cosh), new Of<Wide<AsinhFunction>>(Function.Asinh),
        new Of<Wide<AcoshFunction>>(Function.Acosh), new Of<Wide<AtanhFunction>>(Function.Atanh), new Of<Wide<SoftplusFunction>>(Function.Softplus),
    }.ToDictionary(s => s.Which);

    public Function Which => function;

    /// <summary>
    /// <paramref name="count"/> bit patterns from <paramref name="from"/> on: the vector forms at all of them, the scalar form and the error at one in
    /// <paramref name="every"/>, another one in each block.
    /// </summary>
    public Swept Range(uint from, long count, int every)
    {
        var total = Swept.None;
        float[] x = new float[Block], part = new float[Block];
        for (long done = 0; done < count; done += Block)
        {
            var n = (int)Math.Min(Block, count - done);
            for (var i = 0; i < n; i++)
                x[i] = BitConverter.UInt32BitsToSingle(unchecked(from + (uint)(done + i)));
            var chosen = 0;
            for (var i = (int)(Sample.Hash((ulong)(from + done)) % (ulong)every); i < n; i += every)
                part[chosen++] = x[i];
            Compare(x.AsSpan(0, n));
            total = total.And(Check(part.AsSpan(0, chosen)) with { Inputs = n });
        }
        return total;
    }

    /// <summary>All forms, and the error.</summary>
    /// <exception cref="InvalidOperationException">Two forms differ.</exception>
    public Swept Check(ReadOnlySpan<float> inputs)
    {
        var values = Compare(inputs, Isa.Scalar);
        var (worst, at, misrounded) = (0.0, 0f, 0L);
        for (var i = 0; i < values.Length; i++)
        {
            var error = Ulps.Between(values[i], Precise.Apply(function, inputs[i]));
            if (error > worst)
                (worst, at) = (error, inputs[i]);
            // The reference itself is off by 10^-8 of such a unit, so a tie cannot be told from its neighbourhood.
            if (error > 0.5 + 1e-8)
                misrounded++;
            if (float.IsNaN(values[i]) && BitConverter.SingleToInt32Bits(values[i]) != 0x7FC00000)
                throw new InvalidOperationException($"{function} of {inputs[i]:R} is a NaN that is not canonical");
        }
        return new Swept(inputs.Length, inputs.Length, worst, at, misrounded);
    }

    /// <summary>The function's values; every form from <paramref name="first"/> on gives the same.</summary>
    private float[] Compare(ReadOnlySpan<float> inputs, Isa first = Isa.V128)
    {
        float[] one = new float[inputs.Length], other = new float[inputs.Length];
        var forms = Isas.Supported.Where(isa => isa >= first).ToArray();
        fixed (float* x = inputs, p = one, q = other)
        {
            for (var form = 0; form < forms.Length; form++)
            {
                Apply(forms[form], x, form == 0 ? p : q, inputs.Length);
                if (form > 0 && !MemoryMarshal.AsBytes<float>(one).SequenceEqual(MemoryMarshal.AsBytes<float>(other)))
                    for (var i = 0; i < one.Length; i++)
                        if (((int*)p)[i] != ((int*)q)[i])
                            throw new InvalidOperationException($"{function} of {((int*)x)[i]:X8} is {((int*)q)[i]:X8} at {forms[form].Name()}, not {((int*)p)[i]:X8} as at {forms[0].Name()}");
            }
        }
        return one;
    }

    private void Apply(Isa isa, float* x, float* y, int count)
    {
        switch (isa)
        {
            case Isa.Scalar: Apply<Lane1>(x, y, count); break;
            case Isa.V128: Apply<Lane4>(x, y, count); break;
            case Isa.Avx2: Apply<Lane8>(x, y, count); break;
            default: Apply<Lane16>(x, y, count); break;
        }
    }

    protected abstract void Apply<T>(float* x, float* y, int count) where T : unmanaged, ILanes<T>;

    private sealed class Of<TFunction>(Function which) : FunctionSweep(which) where TFunction : unmanaged, IUnaryFunction
    {
        protected override void Apply<T>(float* x, float* y, int count) => UnaryKernel<TFunction>.Apply<T>(x, y, count);
    }
}

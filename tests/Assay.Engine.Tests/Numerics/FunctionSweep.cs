using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>What one function did over a set of float32s.</summary>
/// <param name="Inputs">How many arguments.</param>
/// <param name="Worst">Greatest error, in units of the last place.</param>
/// <param name="At">Where.</param>
/// <param name="Misrounded">Results that are not the float32 nearest to the true value, by the reference's estimate.</param>
internal sealed record Swept(long Inputs, double Worst, float At, long Misrounded)
{
    public Swept And(Swept other) => new(Inputs + other.Inputs, Math.Max(Worst, other.Worst), other.Worst > Worst ? other.At : At, Misrounded + other.Misrounded);
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

    /// <summary>Every <paramref name="step"/>-th of the 2^32 bit patterns from <paramref name="from"/> on, <paramref name="count"/> of them.</summary>
    public Swept Range(uint from, long count, uint step)
    {
        var total = new Swept(0, 0, 0, 0);
        var x = new float[Block];
        for (long done = 0; done < count; done += Block)
        {
            var n = (int)Math.Min(Block, count - done);
            for (var i = 0; i < n; i++)
                x[i] = BitConverter.UInt32BitsToSingle(unchecked(from + ((uint)(done + i) * step)));
            total = total.And(Check(x.AsSpan(0, n)));
        }
        return total;
    }

    /// <exception cref="InvalidOperationException">Two forms differ.</exception>
    public Swept Check(ReadOnlySpan<float> inputs)
    {
        float[] one = new float[inputs.Length], wide = new float[inputs.Length];
        fixed (float* x = inputs, p = one, q = wide)
        {
            Apply<Lane1>(x, p, inputs.Length);
            foreach (var isa in Isas.Supported.Skip(1))
            {
                if (isa == Isa.V128)
                    Apply<Lane4>(x, q, inputs.Length);
                else if (isa == Isa.Avx2)
                    Apply<Lane8>(x, q, inputs.Length);
                else
                    Apply<Lane16>(x, q, inputs.Length);
                for (var i = 0; i < one.Length; i++)
                    if (((int*)p)[i] != ((int*)q)[i])
                        throw new InvalidOperationException($"{function} of {((int*)x)[i]:X8} is {((int*)q)[i]:X8} at {isa.Name()}, not {((int*)p)[i]:X8}");
            }
        }
        var (worst, at, misrounded) = (0.0, 0f, 0L);
        for (var i = 0; i < one.Length; i++)
        {
            var error = Ulps.Between(one[i], Precise.Apply(function, inputs[i]));
            if (error > worst)
                (worst, at) = (error, inputs[i]);
            // The reference itself is off by 10^-8 of such a unit, so a tie cannot be told from its neighbourhood.
            if (error > 0.5 + 1e-8)
                misrounded++;
            if (float.IsNaN(one[i]) && BitConverter.SingleToInt32Bits(one[i]) != 0x7FC00000)
                throw new InvalidOperationException($"{function} of {inputs[i]:R} is a NaN that is not canonical");
        }
        return new Swept(inputs.Length, worst, at, misrounded);
    }

    protected abstract void Apply<T>(float* x, float* y, int count) where T : unmanaged, ILanes<T>;

    private sealed class Of<TFunction>(Function which) : FunctionSweep(which) where TFunction : unmanaged, IUnaryFunction
    {
        protected override void Apply<T>(float* x, float* y, int count) => UnaryKernel<TFunction>.Apply<T>(x, y, count);
    }
}

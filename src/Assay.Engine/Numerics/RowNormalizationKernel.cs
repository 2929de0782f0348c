using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// A scale or bias of rows: element i of row r has value[(r mod Rows) · n / Run + i / Run]. So one value an element, one a row, or
/// one a run of a row's elements.
/// </summary>
internal unsafe struct RowOperand
{
    public float* Values;
    public int Rows, Run;

    /// <summary>The values of one row of <paramref name="n"/> elements.</summary>
    public readonly float* Of(int row, int n) => Values + ((long)(row % Rows) * (n / Run));
}

/// <summary>Rows normalised by their own mean and variance, or mean square (8.8 and 8.9 of the profile). One item is one row.</summary>
internal unsafe struct RowNormalizationKernel : IKernel
{
    public float* X, Y;

    /// <summary>Where the statistics go, or null.</summary>
    public float* Mean, Inverse;
    public int N;
    public float Epsilon;
    public bool IsCentred;

    /// <summary>Either may be absent: no values.</summary>
    public RowOperand Scale, Bias;

    public static void Run(Launcher launcher, Isa isa, in RowNormalizationKernel kernel, int rows) =>
        launcher.Run(isa, rows, kernel, Cost.Of(kernel.N, perNanosecond: 2, start: 20));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            float* x = X + ((long)row * N), y = Y + ((long)row * N);
            var mean = IsCentred ? ReductionKernel.Sum<T>(x, N) / N : 0;
            Squares<T>(x, y, mean);
            var deviation = MathF.Sqrt((ReductionKernel.Sum<T>(y, N) / N) + Epsilon);
            Divide<T>(x, y, mean, deviation, row);
            if (Mean is not null)
                Mean[row] = ScalarMath.Canonical(mean);
            if (Inverse is not null)
                Inverse[row] = ScalarMath.Canonical(1 / deviation);
        }
    }

    private readonly void Squares<T>(float* x, float* y, float mean) where T : unmanaged, ILanes<T>
    {
        var i = 0;
        for (; i + T.Width <= N; i += T.Width)
        {
            var d = Centred(T.Load(x + i), mean);
            T.Store(d * d, y + i);
        }
        for (; i < N; i++)
        {
            var d = Centred(new Lane1(x[i]), mean);
            Lane1.Store(d * d, y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly T Centred<T>(T x, float mean) where T : unmanaged, ILanes<T> => IsCentred ? x - T.Broadcast(mean) : x;

    /// <summary>The quotients, and scale and bias in the same pass where they have a value for each element, as is usual.</summary>
    private readonly void Divide<T>(float* x, float* y, float mean, float deviation, int row) where T : unmanaged, ILanes<T>
    {
        var isPlain = Scale.Values is null || Scale.Run != 1 || (Bias.Values is not null && Bias.Run != 1);
        float* scale = isPlain ? null : Scale.Of(row, N), bias = isPlain || Bias.Values is null ? null : Bias.Of(row, N);
        var i = 0;
        for (; i + T.Width <= N; i += T.Width)
        {
            var q = Centred(T.Load(x + i), mean) / T.Broadcast(deviation);
            if (scale is not null)
                q *= T.Load(scale + i);
            if (bias is not null)
                q += T.Load(bias + i);
            T.Store(LaneMath.Canonical(q), y + i);
        }
        for (; i < N; i++)
        {
            var q = Centred(new Lane1(x[i]), mean) / new Lane1(deviation);
            if (scale is not null)
                q *= new Lane1(scale[i]);
            if (bias is not null)
                q += new Lane1(bias[i]);
            Lane1.Store(LaneMath.Canonical(q), y + i);
        }
        if (isPlain && Scale.Values is not null)
            Apply<T, MultiplyFunction>(y, row, Scale);
        if (isPlain && Bias.Values is not null)
            Apply<T, AddFunction>(y, row, Bias);
    }

    private readonly void Apply<T, TFunction>(float* y, int row, RowOperand operand) where T : unmanaged, ILanes<T> where TFunction : unmanaged, IBinaryFunction
    {
        var values = operand.Of(row, N);
        if (operand.Run == 1)
        {
            var i = 0;
            for (; i + T.Width <= N; i += T.Width)
                T.Store(TFunction.Apply(T.Load(y + i), T.Load(values + i)), y + i);
            for (; i < N; i++)
                Lane1.Store(TFunction.Apply(new Lane1(y[i]), new Lane1(values[i])), y + i);
            return;
        }
        for (var run = y; run < y + N; run += operand.Run, values++)
        {
            var i = 0;
            for (; i + T.Width <= operand.Run; i += T.Width)
                T.Store(TFunction.Apply(T.Load(run + i), T.Broadcast(*values)), run + i);
            for (; i < operand.Run; i++)
                Lane1.Store(TFunction.Apply(new Lane1(run[i]), new Lane1(*values)), run + i);
        }
    }
}

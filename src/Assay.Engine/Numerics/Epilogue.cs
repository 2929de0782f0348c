using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// What follows a finished chain, element by element, while it is still in the cache: the bias, then a normalisation, Relu and
/// the rounding to 16 bits, if they are asked for. Each step is the operation that the profile writes down.
/// </summary>
internal unsafe struct Epilogue
{
    /// <summary>One number per channel; -0, which changes no sum, where there is no bias.</summary>
    public float* Bias;

    /// <summary>BatchNormalization per channel, y = fma(x - mean, factor, shift); all null where there is none.</summary>
    public float* Mean, Factor, Shift;

    public bool Relu;

    /// <summary>The outputs are stored as float16 (bfloat16): they are rounded to it.</summary>
    public bool ToHalf, ToBrain;

    /// <summary>The same for channels counted from <paramref name="channel"/>.</summary>
    public readonly Epilogue From(int channel)
    {
        var rest = this;
        rest.Bias += channel;
        if (Mean is not null)
        {
            rest.Mean += channel;
            rest.Factor += channel;
            rest.Shift += channel;
        }
        return rest;
    }

    /// <summary>Finishes <paramref name="count"/> elements of each of <paramref name="rows"/> channels, which stand <paramref name="step"/> floats apart.</summary>
    public readonly void Apply<T>(float* x, nint step, int count, int channel, int rows) where T : unmanaged, ILanes<T>
    {
        // The forms are told apart here, outside the loops over elements.
        for (var end = channel + rows; channel < end; channel++, x += step)
            if (Mean is not null || ToHalf || ToBrain)
                General<T>(x, count, channel);
            else if (Relu)
                Row<T, BiasAndRelu>(x, count, Bias[channel]);
            else
                Row<T, BiasOnly>(x, count, Bias[channel]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<T, TStep>(float* x, int count, float bias) where T : unmanaged, ILanes<T> where TStep : unmanaged, IBiasStep
    {
        var add = T.Broadcast(bias);
        var i = 0;
        for (; i + T.Width <= count; i += T.Width)
            T.Store(TStep.Apply(T.Load(x + i) + add), x + i);
        for (; i < count; i++)
            Lane1.Store(TStep.Apply(new Lane1(x[i]) + new Lane1(bias)), x + i);
    }

    private readonly void General<T>(float* x, int count, int channel) where T : unmanaged, ILanes<T>
    {
        var normalize = Mean is not null;
        var (relu, half, brain, bias) = (Relu, ToHalf, ToBrain, Bias[channel]);
        var (mean, factor, shift) = normalize ? (Mean[channel], Factor[channel], Shift[channel]) : default;
        var i = 0;
        for (; i + T.Width <= count; i += T.Width)
            T.Store(One(T.Load(x + i)), x + i);
        if (i == count)
            return;
        var edge = stackalloc float[16];
        for (var j = i; j < count; j++)
            edge[j - i] = x[j];
        T.Store(One(T.Load(edge)), edge);
        for (var j = i; j < count; j++)
            x[j] = edge[j - i];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        TLane One<TLane>(TLane value) where TLane : unmanaged, ILanes<TLane>
        {
            value += TLane.Broadcast(bias);
            if (normalize)
                value = TLane.Fma(value - TLane.Broadcast(mean), TLane.Broadcast(factor), TLane.Broadcast(shift));
            value = relu ? LaneMath.Relu(value) : LaneMath.Canonical(value);
            return half ? RoundToHalf.Apply(value) : brain ? RoundToBrain.Apply(value) : value;
        }
    }

    private interface IBiasStep
    {
        static abstract T Apply<T>(T x) where T : unmanaged, ILanes<T>;
    }

    private readonly struct BiasOnly : IBiasStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Canonical(x);
    }

    private readonly struct BiasAndRelu : IBiasStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Relu(x);
    }
}

using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// What follows a finished chain, element by element, before it is stored: the bias, then a normalisation, Relu and the rounding
/// to 16 bits, if they are asked for. Each step is the operation that the profile writes down.
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

    /// <summary>Finishes <paramref name="count"/> elements of a channel that have been stored unfinished.</summary>
    public readonly void Finish<T, TFinish>(float* x, int count, nint channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var i = 0;
        var numbers = At<T>(channel);
        for (; i + T.Width <= count; i += T.Width)
            T.Store(TFinish.Apply(T.Load(x + i), numbers), x + i);
        if (i == count)
            return;
        var edge = stackalloc float[16];
        for (var j = i; j < count; j++)
            edge[j - i] = x[j];
        T.Store(TFinish.Apply(T.Load(edge), numbers), edge);
        for (var j = i; j < count; j++)
            x[j] = edge[j - i];
    }

    /// <summary>The numbers of one channel in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Channel<T> At<T>(nint channel) where T : unmanaged, ILanes<T>
    {
        Channel<T> numbers = default;
        numbers.Bias = T.Broadcast(Bias[channel]);
        if (Mean is not null)
        {
            numbers.Mean = T.Broadcast(Mean[channel]);
            numbers.Factor = T.Broadcast(Factor[channel]);
            numbers.Shift = T.Broadcast(Shift[channel]);
        }
        return numbers;
    }

    /// <summary>The numbers of neighbouring channels, one in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Channel<T> Along<T>(nint channel) where T : unmanaged, ILanes<T>
    {
        Channel<T> numbers = default;
        numbers.Bias = T.Load(Bias + channel);
        if (Mean is not null)
        {
            numbers.Mean = T.Load(Mean + channel);
            numbers.Factor = T.Load(Factor + channel);
            numbers.Shift = T.Load(Shift + channel);
        }
        return numbers;
    }

    /// <summary>Runs <paramref name="work"/> in the form that is compiled for this epilogue: the forms are told apart once, outside all loops.</summary>
    public readonly void Choose<T, TWork>(TWork work, int part, int from, int to) where T : unmanaged, ILanes<T> where TWork : unmanaged, IFinishingKernel
    {
        switch (Mean is not null, Relu, ToHalf, ToBrain)
        {
            case (_, true, true, _): work.Run<T, ReluThen<RoundToHalf>>(part, from, to); break;
            case (_, false, true, _): work.Run<T, BiasThen<RoundToHalf>>(part, from, to); break;
            case (_, true, _, true): work.Run<T, ReluThen<RoundToBrain>>(part, from, to); break;
            case (_, false, _, true): work.Run<T, BiasThen<RoundToBrain>>(part, from, to); break;
            case (true, true, _, _): work.Run<T, NormalizeThen<ReluFunction>>(part, from, to); break;
            case (true, false, _, _): work.Run<T, NormalizeThen<CanonicalFunction>>(part, from, to); break;
            case (_, true, _, _): work.Run<T, BiasThen<ReluFunction>>(part, from, to); break;
            default: work.Run<T, BiasThen<CanonicalFunction>>(part, from, to); break;
        }
    }
}

/// <summary>What an epilogue knows of a channel; what it does not use costs nothing.</summary>
internal struct Channel<T> where T : unmanaged, ILanes<T>
{
    public T Bias, Mean, Factor, Shift;
}

/// <summary>A kernel with a form for each kind of epilogue.</summary>
internal interface IFinishingKernel
{
    void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish;
}

/// <summary>One kind of epilogue.</summary>
internal interface IFinish
{
    static abstract T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T>;
}

/// <summary>The bias, then a function whose results are canonical.</summary>
internal readonly struct BiasThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => TFunction.Apply(x + channel.Bias);
}

/// <summary>The bias, Relu, then the rounding to storage.</summary>
internal readonly struct ReluThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => TFunction.Apply(LaneMath.Relu(x + channel.Bias));
}

/// <summary>The bias, the normalisation, then a function whose results are canonical.</summary>
internal readonly struct NormalizeThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> =>
        TFunction.Apply(T.Fma(x + channel.Bias - channel.Mean, channel.Factor, channel.Shift));
}

/// <summary>No bias and nothing else: NaN is made canonical.</summary>
internal readonly struct NothingMore : IFinish
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => LaneMath.Canonical(x);
}

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

    /// <summary>Runs <paramref name="work"/> in the form that is compiled for this epilogue: the forms are told apart once, outside all loops.</summary>
    public readonly void Choose<T, TWork>(TWork work, int part, int from, int to) where T : unmanaged, ILanes<T> where TWork : unmanaged, IFinishingKernel
    {
        switch (Mean is not null, Relu, ToHalf, ToBrain)
        {
            case (_, true, true, _): work.Run<T, ReluThenHalf>(part, from, to); break;
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
    /// <summary>Too many operations to stand in a tile beside its registers: some follow when the tile is stored.</summary>
    static abstract bool IsLong { get; }

    /// <summary>Computes a tile with as much of this as can stand in it.</summary>
    static abstract void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T>;

    /// <summary>The rest, of a number from the tile. What is not exact for all numbers says so: a lane of <paramref name="most"/> is then above <see cref="HalfFloat.Most"/>.</summary>
    static abstract T End<T>(T x, ref T most) where T : unmanaged, ILanes<T>;

    /// <summary>The rest, of any number.</summary>
    static abstract T End<T>(T x) where T : unmanaged, ILanes<T>;

    /// <summary>The numbers of one channel in every lane.</summary>
    static abstract Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T>;

    /// <summary>The numbers of neighbouring channels, one in each lane.</summary>
    static abstract Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T>;

    static abstract T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T>;
}

/// <summary>The bias, then a function whose results are canonical.</summary>
internal readonly struct BiasThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    public static bool IsLong => typeof(TFunction) == typeof(RoundToHalf) || typeof(TFunction) == typeof(RoundToBrain);

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T>
    {
        if (IsLong)
            RowTiles.Form<T, BiasThen<CanonicalFunction>>(tile, height, rows, vectors);
        else
            RowTiles.Form<T, BiasThen<TFunction>>(tile, height, rows, vectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T> => IsLong ? TFunction.Apply(x) : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => IsLong ? TFunction.Apply(x) : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Broadcast(epilogue.Bias[channel]) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Load(epilogue.Bias + channel) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => TFunction.Apply(x + channel.Bias);
}

/// <summary>The bias, Relu, then the rounding to float16, which no sign is left to trouble.</summary>
internal readonly struct ReluThenHalf : IFinish
{
    public static bool IsLong => true;

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> => RowTiles.Form<T, BiasThen<ReluFunction>>(tile, height, rows, vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T>
    {
        most = T.MaxInt(most, x);
        return HalfFloat.RoundSmall(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => T.Canonical(HalfFloat.RoundPositive(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Broadcast(epilogue.Bias[channel]) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Load(epilogue.Bias + channel) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => T.Canonical(HalfFloat.RoundPositive(T.Relu(x + channel.Bias)));
}

/// <summary>The bias, Relu, then the rounding to storage.</summary>
internal readonly struct ReluThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    public static bool IsLong => true;

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> => RowTiles.Form<T, BiasThen<ReluFunction>>(tile, height, rows, vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T> => TFunction.Apply(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => TFunction.Apply(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Broadcast(epilogue.Bias[channel]) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new() { Bias = T.Load(epilogue.Bias + channel) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => TFunction.Apply(LaneMath.Relu(x + channel.Bias));
}

/// <summary>The bias, the normalisation, then a function whose results are canonical.</summary>
internal readonly struct NormalizeThen<TFunction> : IFinish where TFunction : unmanaged, IUnaryFunction
{
    public static bool IsLong => false;

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> => RowTiles.Form<T, NormalizeThen<TFunction>>(tile, height, rows, vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new()
    {
        Bias = T.Broadcast(epilogue.Bias[channel]), Mean = T.Broadcast(epilogue.Mean[channel]),
        Factor = T.Broadcast(epilogue.Factor[channel]), Shift = T.Broadcast(epilogue.Shift[channel]),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => new()
    {
        Bias = T.Load(epilogue.Bias + channel), Mean = T.Load(epilogue.Mean + channel),
        Factor = T.Load(epilogue.Factor + channel), Shift = T.Load(epilogue.Shift + channel),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> =>
        TFunction.Apply(T.Fma(x + channel.Bias - channel.Mean, channel.Factor, channel.Shift));
}

/// <summary>No bias and nothing else: NaN is made canonical.</summary>
internal readonly struct NothingMore : IFinish
{
    public static bool IsLong => false;

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> => RowTiles.Form<T, NothingMore>(tile, height, rows, vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => LaneMath.Canonical(x);
}

/// <summary>Chains as they are: what follows is done elsewhere.</summary>
internal readonly struct Unfinished : IFinish
{
    public static bool IsLong => false;

    public static void Begin<T>(in Tile tile, int height, int rows, int vectors) where T : unmanaged, ILanes<T> => RowTiles.Form<T, Unfinished>(tile, height, rows, vectors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x, ref T most) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T End<T>(T x) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<T> At<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Channel<T> Along<T>(in Epilogue epilogue, nint channel) where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, in Channel<T> channel) where T : unmanaged, ILanes<T> => x;
}

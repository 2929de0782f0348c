using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>A tensor among the parameters, which all lie in one array.</summary>
/// <param name="FanIn">Inputs that one output sees; 0 for a bias.</param>
internal readonly record struct Parameter(string Name, int Offset, int[] Dims, int FanIn)
{
    public int Count => Dims.Aggregate(1, (product, d) => product * d);
}

/// <summary>
/// The classifier, after LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998): Conv 5x5, Relu, MaxPool 2x2, twice; then Gemm, Relu,
/// Gemm, Softmax. Values and slopes of one batch live in a <see cref="Workspace{TBatch}"/>; parameters and their slopes
/// are the caller's.
/// </summary>
internal static class Network
{
    public const int Classes = 10;

    public static readonly Convolution First = new(InChannels: 1, InSide: 28, OutChannels: 8, Kernel: 5);
    public static readonly Convolution Second = new(InChannels: 8, InSide: 12, OutChannels: 16, Kernel: 5);
    public static readonly Dense Hidden = new(InCount: 256, OutCount: 64);
    public static readonly Dense Last = new(InCount: 64, OutCount: Classes);

    public static readonly Parameter[] Parameters = Place(
        ("conv1.weight", [8, 1, 5, 5], First.FanIn), ("conv1.bias", [8], 0),
        ("conv2.weight", [16, 8, 5, 5], Second.FanIn), ("conv2.bias", [16], 0),
        ("hidden.weight", [64, 256], Hidden.InCount), ("hidden.bias", [64], 0),
        ("last.weight", [10, 64], Last.InCount), ("last.bias", [10], 0));

    public static readonly int ParameterCount = Parameters[^1].Offset + Parameters[^1].Count;

    /// <summary>From <see cref="Workspace{TBatch}.Input"/> to <see cref="Workspace{TBatch}.Logits"/>.</summary>
    public static void Forward<TBatch, TScalar>(ReadOnlySpan<TScalar> parameters, Workspace<TBatch> space)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        First.Forward<TBatch, TScalar>(space.Input, Of(parameters, 0), Of(parameters, 1), space.First);
        ReluPool.Relu<TBatch, TScalar>(space.First);
        ReluPool.Pool<TBatch, TScalar>(First.OutChannels, First.OutSide, space.First, space.FirstPool);
        Second.Forward<TBatch, TScalar>(space.FirstPool, Of(parameters, 2), Of(parameters, 3), space.Second);
        ReluPool.Relu<TBatch, TScalar>(space.Second);
        ReluPool.Pool<TBatch, TScalar>(Second.OutChannels, Second.OutSide, space.Second, space.SecondPool);
        Hidden.Forward<TBatch, TScalar>(space.SecondPool, Of(parameters, 4), Of(parameters, 5), space.Hidden);
        ReluPool.Relu<TBatch, TScalar>(space.Hidden);
        Last.Forward<TBatch, TScalar>(space.Hidden, Of(parameters, 6), Of(parameters, 7), space.Logits);
    }

    /// <summary>
    /// After <see cref="Forward"/>: adds the slopes of the loss by each parameter, given those by each logit in
    /// <see cref="Workspace{TBatch}.LogitSlopes"/>.
    /// </summary>
    public static void Backward<TBatch, TScalar>(ReadOnlySpan<TScalar> parameters, Workspace<TBatch> space, Span<TScalar> slopes)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        Last.Backward<TBatch, TScalar>(space.Hidden, Of(parameters, 6), space.LogitSlopes, Of(slopes, 6), Of(slopes, 7), space.HiddenSlopes);
        ReluPool.ReluSlopes<TBatch, TScalar>(space.Hidden, space.HiddenSlopes);
        Hidden.Backward<TBatch, TScalar>(space.SecondPool, Of(parameters, 4), space.HiddenSlopes, Of(slopes, 4), Of(slopes, 5), space.SecondPoolSlopes);
        ReluPool.PoolSlopes<TBatch, TScalar>(Second.OutChannels, Second.OutSide, space.Second, space.SecondPool, space.SecondPoolSlopes, space.SecondSlopes);
        ReluPool.ReluSlopes<TBatch, TScalar>(space.Second, space.SecondSlopes);
        Second.WeightSlopes<TBatch, TScalar>(space.FirstPool, space.SecondSlopes, Of(slopes, 2), Of(slopes, 3));
        Second.InputSlopes<TBatch, TScalar>(Of(parameters, 2), space.SecondSlopes, space.FirstPoolSlopes);
        ReluPool.PoolSlopes<TBatch, TScalar>(First.OutChannels, First.OutSide, space.First, space.FirstPool, space.FirstPoolSlopes, space.FirstSlopes);
        ReluPool.ReluSlopes<TBatch, TScalar>(space.First, space.FirstSlopes);
        First.WeightSlopes<TBatch, TScalar>(space.Input, space.FirstSlopes, Of(slopes, 0), Of(slopes, 1));
    }

    private static ReadOnlySpan<TScalar> Of<TScalar>(ReadOnlySpan<TScalar> all, int parameter) =>
        all.Slice(Parameters[parameter].Offset, Parameters[parameter].Count);

    private static Span<TScalar> Of<TScalar>(Span<TScalar> all, int parameter) =>
        all.Slice(Parameters[parameter].Offset, Parameters[parameter].Count);

    private static Parameter[] Place(params (string Name, int[] Dims, int FanIn)[] parameters)
    {
        var placed = new Parameter[parameters.Length];
        var offset = 0;
        for (var i = 0; i < placed.Length; i++)
        {
            placed[i] = new(parameters[i].Name, offset, parameters[i].Dims, parameters[i].FanIn);
            offset += placed[i].Count;
        }
        return placed;
    }
}

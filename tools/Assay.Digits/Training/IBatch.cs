using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>
/// The same number of several samples side by side, one sample to a lane, so that the layers read as if they dealt with one
/// sample (TScalar is the type of one lane, and of a parameter). No operation but <see cref="Sum"/> mixes lanes, and none is fused or approximate: the bits do not depend on the machine.
/// </summary>
internal interface IBatch<TSelf, TScalar> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>, IMultiplyOperators<TSelf, TSelf, TSelf>
    where TSelf : struct, IBatch<TSelf, TScalar>
    where TScalar : struct, INumber<TScalar>
{
    /// <summary>Lanes, that is samples.</summary>
    static abstract int Width { get; }

    static abstract TSelf Broadcast(TScalar value);

    static abstract TSelf Load(ReadOnlySpan<TScalar> lanes);

    static abstract void Store(TSelf value, Span<TScalar> lanes);

    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary><paramref name="value"/> in the lanes where a = b, else 0.</summary>
    static abstract TSelf WhereEqual(TSelf a, TSelf b, TSelf value);

    /// <summary><paramref name="value"/> in the lanes where a > 0, else 0.</summary>
    static abstract TSelf WherePositive(TSelf a, TSelf value);

    /// <summary>All lanes added up, in one fixed order.</summary>
    static abstract TScalar Sum(TSelf value);

    static abstract TScalar Exp(TScalar x);

    static abstract TScalar Log(TScalar x);
}

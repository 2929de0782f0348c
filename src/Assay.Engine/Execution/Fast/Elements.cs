using System.Numerics;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Elementwise work on integers and bools: masks, positions and the like.</summary>
/// <remarks>Short values, which may say what shape another has, are left to the reference, whose outputs are known at once.</remarks>
internal static unsafe class Elements
{
    private const int Few = 1024;

    /// <summary>Operations that give their operands' type.</summary>
    public static Value[]? Pair(in Call call) => call.Operand(0)!.Type switch
    {
        DType.Int64 => Pair<long>(call),
        DType.Int32 => Pair<int>(call),
        DType.UInt8 => Pair<byte>(call),
        DType.Int8 => Pair<sbyte>(call),
        DType.Bool when call.Node.Op is Primitive.And or Primitive.Or or Primitive.Xor => Pair<byte>(call),
        _ => null,
    };

    public static Value[]? Compare(in Call call) => call.Operand(0)!.Type switch
    {
        DType.Int64 => Compare<long>(call),
        DType.Int32 => Compare<int>(call),
        DType.UInt8 or DType.Bool => Compare<byte>(call),
        DType.Int8 => Compare<sbyte>(call),
        DType.Float32 or DType.Float16 or DType.BFloat16 => Compare<float>(call),
        _ => null,
    };

    public static Value[]? Not(in Call call) =>
        call.Operand(0)!.Type == DType.Bool ? Launch<Conversions<NotBool, byte, byte>>(call) : null;

    public static Value[]? Where(in Call call)
    {
        if (call.OutputShape().Count <= Few)
            return null;
        Value x = call.Operand(1)!, y = call.Operand(2)!;
        if (x.IsWide)
            return x.IsWideExact && y.IsWideExact ? Launch<Choices<float>>(call) : null;
        return x.Type.Size() switch
        {
            1 => Launch<Choices<byte>>(call),
            2 => Launch<Choices<ushort>>(call),
            4 => Launch<Choices<uint>>(call),
            _ => Launch<Choices<ulong>>(call),
        };
    }

    /// <summary>From integers and bools to float32, bool, and integers of 32 and 64 bits; from floats to bool and integers.</summary>
    public static Value[]? Cast(in Call call) => call.Operand(0)!.Type switch
    {
        DType.Int64 => Cast<long>(call),
        DType.Int32 => Cast<int>(call),
        DType.UInt8 or DType.Bool => Cast<byte>(call),
        DType.Int8 => Cast<sbyte>(call),
        DType.Float32 or DType.Float16 or DType.BFloat16 => call.OutputType switch
        {
            DType.Bool => Launch<Conversions<ToBool<float>, float, byte>>(call),
            DType.Int64 => Launch<Conversions<Truncated<long>, float, long>>(call),
            DType.Int32 => Launch<Conversions<Truncated<int>, float, int>>(call),
            DType.UInt8 => Launch<Conversions<Truncated<byte>, float, byte>>(call),
            DType.Int8 => Launch<Conversions<Truncated<sbyte>, float, sbyte>>(call),
            _ => null,
        },
        _ => null,
    };

    private static Value[]? Pair<T>(in Call call) where T : unmanaged, IBinaryInteger<T> => call.Node.Op switch
    {
        Primitive.Add => Launch<Pairs<AddPair<T>, T, T>>(call),
        Primitive.Sub => Launch<Pairs<SubtractPair<T>, T, T>>(call),
        Primitive.Mul => Launch<Pairs<MultiplyPair<T>, T, T>>(call),
        Primitive.Min => Launch<Pairs<MinPair<T>, T, T>>(call),
        Primitive.Max => Launch<Pairs<MaxPair<T>, T, T>>(call),
        Primitive.And => Launch<Pairs<AndPair<T>, T, T>>(call),
        Primitive.Or => Launch<Pairs<OrPair<T>, T, T>>(call),
        Primitive.Xor => Launch<Pairs<XorPair<T>, T, T>>(call),
        _ => null,
    };

    private static Value[]? Compare<T>(in Call call) where T : unmanaged, INumber<T> => call.Node.Op switch
    {
        Primitive.Equal => Launch<Pairs<EqualPair<T>, T, byte>>(call),
        Primitive.Less => Launch<Pairs<LessPair<T>, T, byte>>(call),
        _ => Launch<Pairs<GreaterPair<T>, T, byte>>(call),
    };

    private static Value[]? Cast<T>(in Call call) where T : unmanaged, IBinaryInteger<T> => call.OutputType switch
    {
        DType.Float32 => Launch<Conversions<ToSingle<T>, T, float>>(call),
        DType.Int64 => Launch<Conversions<ToInteger<T, long>, T, long>>(call),
        DType.Int32 => Launch<Conversions<ToInteger<T, int>, T, int>>(call),
        DType.Bool => Launch<Conversions<ToBool<T>, T, byte>>(call),
        _ => null,
    };

    private static Value[]? Launch<TFunction>(in Call call) where TFunction : unmanaged, IRowFunction
    {
        var shape = call.OutputShape();
        if (shape.Count <= Few)
            return null;
        void* a = Pointer(call, 0), b = Pointer(call, 1), c = Pointer(call, 2);
        var isWide = call.IsWideOutput;
        var y = isWide ? call.Rent() : call.Context.Pool.Rent((((long)shape.Count * call.OutputType.Size()) + 3) / 4);
        ZipKernel<TFunction>.Run(call.Launcher, call.Isa, a, Dims(call, 0), b, Dims(call, 1), c, Dims(call, 2), y.Pointer, shape.Dims.AsSpan());
        return [isWide ? call.Moved(y) : Value.Stored(call.OutputType, shape, y, call.Context)];
    }

    private static ReadOnlySpan<int> Dims(in Call call, int i) => call.Operand(i) is { } operand ? operand.Shape.Dims.AsSpan() : [];

    private static void* Pointer(in Call call, int i) =>
        call.Operand(i) is not { } operand ? null : operand.IsWide ? operand.Floats(call.Context).Pointer : operand.Stored(call.Context);
}

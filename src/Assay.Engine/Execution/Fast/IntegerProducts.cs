using System.Numerics;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>MatMulInteger where there is one matrix on the right, and one zero point on the left.</summary>
internal static unsafe class IntegerProducts
{
    public static Value[]? MatMul(in Call call) => call.Operand(0)!.Type == DType.UInt8 ? MatMul<byte>(call) : MatMul<sbyte>(call);

    private static Value[]? MatMul<TA>(in Call call) where TA : unmanaged, IBinaryInteger<TA> =>
        call.Operand(1)!.Type == DType.UInt8 ? MatMul<TA, byte>(call) : MatMul<TA, sbyte>(call);

    private static Value[]? MatMul<TA, TB>(in Call call) where TA : unmanaged, IBinaryInteger<TA> where TB : unmanaged, IBinaryInteger<TB>
    {
        Shape a = call.ShapeOf(0), b = call.ShapeOf(1);
        var zeros = call.Operand(3);
        if (b.Rank != 2 || a.Count == 0 || b.Count == 0 || call.Operand(2) is { Shape.Count: not 1 } || (zeros is not null && zeros.Shape.Count != 1 && zeros.Shape.Count != b[1]))
            return null;
        var y = call.Context.Pool.Rent(call.OutputShape().Count);
        var kernel = new IntegerProduct<TA, TB>
        {
            N = b[1], K = b[0], Y = (int*)y.Pointer, A = (TA*)call.Operand(0)!.Stored(call.Context), B = (TB*)call.Operand(1)!.Stored(call.Context),
            ZeroA = call.Operand(2) is { } zero ? (TA*)zero.Stored(call.Context) : null, ZeroB = zeros is null ? null : (TB*)zeros.Stored(call.Context),
            StepZeroB = zeros is { Shape.Count: > 1 } ? 1 : 0,
        };
        call.Launcher.Run(call.Isa, a.Count / b[0], kernel, Cost.Of(b.Count, perNanosecond: 4));
        return [Value.Stored(DType.Int32, call.OutputShape(), y, call.Context)];
    }
}

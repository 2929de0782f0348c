using Assay.Proofs.Field;
using Assay.Proofs.Models;

namespace Assay.Proofs.Protocol.Weights;

/// <summary>1 where a piece of a block of several axes is padded, 0 where it is real.</summary>
/// <param name="axes">Of the whole block.</param>
/// <param name="log">The piece has 2^this places.</param>
/// <param name="number">Which of the pieces of that size it is: the bits before a place's own.</param>
internal sealed class PaddingColumn(TensorShape axes, int log, int number) : PublicColumn
{
    public override int At(int place)
    {
        var whole = number << log | place;
        for (var axis = 0; axis < axes.Axes.Length; axis++)
            if (axes.Index(whole, axis) >= axes.Axes[axis].Size)
                return 1;
        return 0;
    }

    public override int[] Values(int log)
    {
        var (values, last) = (new int[1 << log], axes.Axes.Length - 1);
        var run = Math.Min(values.Length, 1 << axes.Axes[last].Log);
        for (var from = 0; from < values.Length; from += run)
        {
            // Places of one run differ in the last axis alone.
            var whole = number << log | from;
            var real = Math.Clamp(axes.Axes[last].Size - axes.Index(whole, last), 0, run);
            for (var axis = 0; axis < last; axis++)
                if (axes.Index(whole, axis) >= axes.Axes[axis].Size)
                    real = 0;
            values.AsSpan(from + real, run - real).Fill(1);
        }
        return values;
    }

    public override Felt4 Evaluate(ReadOnlySpan<Felt4> point)
    {
        var whole = new Felt4[axes.Log];
        for (var i = 0; i < axes.Log - log; i++)
            whole[i] = Felt4.From(number >> axes.Log - log - 1 - i & 1);
        point.CopyTo(whole.AsSpan(axes.Log - log));
        var real = Felt4.One;
        for (var axis = 0; axis < axes.Axes.Length; axis++)
            real *= Below(axes.Of(whole, axis), axes.Axes[axis].Size);
        return Felt4.One - real;
    }

    // The extension of "a place's number is below n": bit by bit from the highest, what is surely below and what is undecided.
    private static Felt4 Below(ReadOnlySpan<Felt4> point, int n)
    {
        if (n == 1 << point.Length)
            return Felt4.One;
        var (below, equal) = (Felt4.Zero, Felt4.One);
        for (var i = 0; i < point.Length; i++)
            if ((n >> point.Length - 1 - i & 1) == 1)
                (below, equal) = (below + equal * (Felt4.One - point[i]), equal * point[i]);
            else
                equal *= Felt4.One - point[i];
        return below;
    }
}

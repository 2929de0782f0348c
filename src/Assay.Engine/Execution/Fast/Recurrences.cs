using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Lstm.</summary>
internal static unsafe class Recurrences
{
    /// <summary>The cell as it is nearly always: no lengths, no peepholes, nothing clipped or coupled, the usual functions.</summary>
    private static bool IsPlain(in Call call) => call.Operand(4) is null && call.Operand(7) is null && !call.Attributes.Has("clip")
        && !call.Attributes.Has("input_forget") && !call.Attributes.Has("activations");

    public static Value[]? Lstm(in Call call)
    {
        var x = call.ShapeOf(0);
        var r = call.ShapeOf(2);
        if (!IsPlain(call) || !call.IsWide() || call.OutputShape(0).Count == 0 || call.ShapeOf(1).Count == 0)
            return null;
        int steps = x[0], batch = x[1], inputs = x[2], directions = r[0], hidden = r[2];
        var packed = call.Packed;
        var weights = packed is null ? directions * LstmCell.PackedSize(inputs, hidden) : 0;
        if (weights > call.Context.MostScratch)
            return null;
        if (packed is null)
            LstmCell.Pack(call.Launcher, call.Isa, call.Input(1), call.Input(2), call.Input(3), directions, inputs, hidden, packed = call.Scratch.Weights(weights));
        var (y, h, c) = (call.Rent(0), call.Rent(1), call.Rent(2));
        var state = (long)batch * hidden;
        Start(call, call.Input(5), h.Pointer, directions * state);
        Start(call, call.Input(6), c.Pointer, directions * state);
        for (var d = 0; d < directions; d++)
        {
            var reverse = d == 1 || call.Attributes.Text("direction", "forward") == "reverse";
            LstmCell.Run(call.Launcher, call.Isa, call.Scratch, packed + (d * LstmCell.PackedSize(inputs, hidden)), steps, batch, inputs, hidden, reverse,
                call.Input(0), h.Pointer + (d * state), c.Pointer + (d * state), y.Pointer + (d * state), (nint)(directions * state));
        }
        foreach (var last in new[] { h, c })
            UnaryKernel<CanonicalFunction>.Run(call.Launcher, call.Isa, last.Pointer, last.Pointer, directions * state);
        return [call.Rounded(y, 0), call.Rounded(h, 1), call.Rounded(c, 2)];
    }

    /// <summary>All directions' weights, one after the other.</summary>
    public static void Pack(Isa isa, float* w, float* r, float* b, int directions, int inputs, int hidden, float* packed)
    {
        for (var d = 0L; d < directions; d++)
            LstmCell.Pack(isa, w + (d * 4 * hidden * inputs), r + (d * 4 * hidden * hidden), b is null ? null : b + (d * 8 * hidden), inputs, hidden, packed + (d * LstmCell.PackedSize(inputs, hidden)));
    }

    private static void Start(in Call call, float* initial, float* state, long count)
    {
        if (initial is null)
            FillKernel.Run(call.Launcher, call.Isa, null, state, count);
        else
            CopyKernel.Run(call.Launcher, call.Isa, initial, state, count);
    }
}

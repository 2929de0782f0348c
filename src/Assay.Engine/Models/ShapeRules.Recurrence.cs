using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Recurrent cells.</content>
public static partial class ShapeRules
{
    /// <summary>Gates of a cell, in rows of H of its weights.</summary>
    public static int Gates(Primitive op) => op switch { Primitive.Lstm => 4, Primitive.Gru => 3, _ => 1 };

    /// <summary>
    /// X [T,N,I], W [D,GH,I], R [D,GH,H], B [D,2GH], sequence lengths [N], initial h [D,N,H], and of Lstm initial c [D,N,H] and
    /// peepholes [D,3H], to Y [T,D,N,H], Y_h [D,N,H] and of Lstm Y_c [D,N,H].
    /// </summary>
    private static ImmutableArray<Fact> Recurrent(Primitive op, Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        var gates = Gates(op);
        var directions = a.Text("direction", "forward") switch
        {
            "forward" or "reverse" => 1,
            "bidirectional" => 2,
            var other => throw new ModelException($"direction '{Onnx.OnnxModel.Cut(other)}' is not forward, reverse or bidirectional"),
        };
        Activation.Of(op, a, directions);
        int steps = -1, batch = -1, inputs = -1, hidden = (int)Math.Clamp(a.Int("hidden_size", -1), -1, int.MaxValue);
        if (x[0]!.HasRank)
            (steps, batch, inputs) = Three(x[0]!, "X");
        (inputs, hidden) = GateRows(x[1]!, "W", gates, directions, inputs, hidden, recurrent: false);
        (_, hidden) = GateRows(x[2]!, "R", gates, directions, -1, hidden, recurrent: true);
        // R has as many columns, and rows for each gate: no run can have so many, and the rows of B must be countable.
        if (hidden > int.MaxValue / (2 * gates))
            throw new ModelException($"a hidden size of {hidden} is more than {int.MaxValue / (2 * gates)}");
        Matrix(x, 3, "B", directions, hidden < 0 ? -1 : 2 * gates * hidden);
        Matrix(x, 7, "P", directions, hidden < 0 ? -1 : 3 * hidden);
        for (var i = 1; i < x.Length; i++)
            if (x[i] is not null && i != 4)
                Same(x[0]!, x[i]!);
        if (x.Length > 4 && x[4] is { } lengths)
        {
            if (lengths.Type is not (null or DType.Int32) || lengths is { HasRank: true, Dims.Length: not 1 })
                throw new ModelException($"sequence_lens is {lengths}, not a list of int32");
            if (lengths.HasRank)
                batch = Agree(lengths.Dims[0], batch, "sequence_lens against the batch");
        }
        for (var i = 5; i < Math.Min(x.Length, 7); i++)
            if (x[i] is { HasRank: true } state)
            {
                var name = i == 5 ? "initial_h" : "initial_c";
                var (d, n, h) = Three(state, name);
                Agree(d, directions, $"directions of {name}");
                batch = Agree(n, batch, $"batch of {name}");
                hidden = Agree(h, hidden, $"hidden size of {name}");
            }
        var last = Fact.Of(type, [directions, batch, hidden]);
        var all = Fact.Of(type, [steps, directions, batch, hidden]);
        return op == Primitive.Lstm ? [all, last, last] : [all, last];
    }

    private static (int, int, int) Three(Fact x, string name) =>
        x.Dims.Length == 3 ? (x.Dims[0], x.Dims[1], x.Dims[2]) : throw new ModelException($"{name} has rank {x.Dims.Length}, not 3");

    private static void Matrix(ReadOnlySpan<Fact?> x, int i, string name, int rows, int columns)
    {
        if (i >= x.Length || x[i] is not { HasRank: true } fact)
            return;
        if (fact.Dims.Length != 2)
            throw new ModelException($"{name} has rank {fact.Dims.Length}, not 2");
        Agree(fact.Dims[0], rows, $"directions of {name}");
        Agree(fact.Dims[1], columns, $"extent of {name}");
    }

    private static (int Inputs, int Hidden) GateRows(Fact w, string name, int gates, int directions, int inputs, int hidden, bool recurrent)
    {
        if (!w.HasRank)
            return (inputs, hidden);
        var (d, rows, columns) = Three(w, name);
        Agree(d, directions, $"directions of {name}");
        if (rows >= 0 && rows % gates != 0)
            throw new ModelException($"{name} has {rows} rows, not {gates} gate(s) of equal size");
        hidden = Agree(rows < 0 ? -1 : rows / gates, hidden, $"hidden size of {name}");
        if (recurrent)
            hidden = Agree(columns, hidden, $"columns of {name} against the hidden size");
        else
            inputs = Agree(columns, inputs, $"columns of {name} against the input size");
        return (inputs, hidden);
    }
}

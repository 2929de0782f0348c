using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Attention and LinearAttention.</summary>
internal static unsafe class Attentions
{
    public static Value[]? Attention(in Call call)
    {
        var bias = call.Operand(3);
        // Scores are looked at in tests of the operator, hardly in models.
        if (call.Outputs > 1 || !call.IsWideOutput || bias is { IsWide: false } || call.OutputShape().Count == 0)
            return null;
        Shape q = call.ShapeOf(0), k = call.ShapeOf(1), v = call.ShapeOf(2);
        int batch = q[0], step = AttentionKernel.StepOf(Math.Min(k[2], int.MaxValue / 2));
        if (k.Count == 0 || Math.Max((long)batch * k[1] * k[3] * step, call.Launcher.Threads * AttentionKernel.ScratchSize(k[2], k[3])) > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        var kernel = new AttentionKernel
        {
            Q = call.Input(0), V = call.Input(2), Y = y.Pointer, Turned = call.Scratch.Weights((long)batch * k[1] * k[3] * step),
            KeyStep = step, ValueStep = (long)k[2] * v[3], Heads = q[1], Groups = k[1], L = q[2], S = k[2], E = k[3], F = v[3],
            Scale = call.Attributes.Has("scale") ? call.Attributes.Float("scale", 0) : 1 / MathF.Sqrt(k[3]),
            Softcap = call.Attributes.Float("softcap", 0), Length = k[2], Offset = long.MaxValue,
        };
        if (bias is not null)
        {
            var steps = Steps(bias.Shape);
            kernel.Bias = call.Input(3);
            (kernel.BiasKeys, kernel.BiasBatch, kernel.BiasHead, kernel.BiasRow) = (bias.Shape.Dims[^1], steps[0], steps[1], steps[2]);
        }
        TurnKernel.Run(call.Launcher, call.Isa, new() { From = call.Input(1), To = kernel.Turned, S = k[2], E = k[3], Step = step }, batch * k[1]);
        Tensor? lengths = call.Tensor(4), offsets = call.Tensor(5);
        if (lengths is null && offsets is not { Count: > 1 })
        {
            kernel.Offset = offsets is null ? long.MaxValue : offsets.Span<long>()[0];
            AttentionKernel.Run(call.Launcher, call.Isa, call.Scratch, kernel, batch);
            return [call.Rounded(y)];
        }
        for (kernel.Batch = 0; kernel.Batch < batch; kernel.Batch++)
        {
            kernel.Length = lengths is null ? k[2] : (int)Math.Clamp(lengths.Span<long>()[kernel.Batch], 0, k[2]);
            kernel.Offset = offsets is null ? long.MaxValue : offsets.Span<long>()[offsets.Count == 1 ? 0 : kernel.Batch];
            AttentionKernel.Run(call.Launcher, call.Isa, call.Scratch, kernel, 1);
        }
        return [call.Rounded(y)];
    }

    public static Value[]? Linear(in Call call)
    {
        Shape q = call.ShapeOf(0), state = call.OutputShape(1);
        int groups = state[1], depth = state[2];
        if (!call.IsWide() || state.Count == 0 || call.OutputShape().Count == 0 || call.Launcher.Threads * LinearAttentionKernel.ScratchSize(depth) > call.Context.MostScratch)
            return null;
        Floats y = call.Rent(), last = call.Rent(1);
        LinearAttentionKernel.Run(call.Launcher, call.Isa, call.Scratch, new()
        {
            Q = call.Input(0), K = call.Input(1), V = call.Input(2), Y = y.Pointer, Past = call.Input(3), State = last.Pointer,
            Decay = call.Input(4), Beta = call.Input(5), Erase = call.Input(6),
            Steps = q[1], Heads = (int)call.Attributes.Int("q_num_heads"), Groups = groups, D = depth, M = state[3],
            DecayIsPerHead = call.Operand(4) is { } decay && decay.Shape[2] == groups, BetaIsShared = call.Operand(5) is { } beta && beta.Shape[2] == 1,
            Scale = call.Attributes.Has("scale") ? call.Attributes.Float("scale", 0) : 1 / MathF.Sqrt(depth),
        }, q[0]);
        return [call.Rounded(y), call.Rounded(last, 1)];
    }

    /// <summary>Elements between neighbours along batch, heads and rows; 0 along an axis that is broadcast.</summary>
    private static long[] Steps(Shape bias)
    {
        var steps = new long[3];
        long run = bias.Dims[^1];
        for (var i = 2; i <= bias.Rank; i++)
        {
            steps[^(i - 1)] = bias.Dims[^i] == 1 ? 0 : run;
            run *= bias.Dims[^i];
        }
        return steps;
    }
}

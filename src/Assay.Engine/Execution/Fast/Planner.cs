using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Makes plans: a run is recorded, and recorded once more when it is known where its values lie.</summary>
internal sealed class Planner(Graph graph, Weights weights, Liveness liveness, RunLimits limits)
{
    /// <summary>Kernels beyond which a run is not kept.</summary>
    public const int MostLaunches = 100_000;

    private readonly string[] names = [.. graph.Outputs.Select(id => graph.Values[id].Name)];
    // Learnt: the values of small inputs, such as a sampling rate, decide how a run goes on.
    private volatile bool withValues;

    /// <summary>The key under which a plan for these inputs would be found.</summary>
    public PlanKey KeyOf(Tensor[] inputs) => new(inputs, withValues);

    /// <summary>A plan for these inputs, or null where such runs have to go node by node.</summary>
    public Plan? Make(Tensor[] inputs, RunContext context)
    {
        if (!withValues)
        {
            if (Record(new(inputs, withValues: false), inputs, context) is { } plan)
                return plan;
            if (Record(new(inputs, withValues: true), inputs, context) is not { } decided)
                return null;
            withValues = true;
            return decided;
        }
        return Record(new(inputs, withValues: true), inputs, context);
    }

    private Plan? Record(PlanKey key, Tensor[] inputs, RunContext context)
    {
        var arena = new Arena();
        Recording? recording = null;
        try
        {
            for (var pass = 0; ; pass++)
            {
                recording = new Recording();
                var recorder = context.Recorder(recording, arena);
                var fed = new Value[inputs.Length];
                for (var i = 0; i < fed.Length; i++)
                    fed[i] = key.ValueOf(i) is { } value ? Value.Of(value) : Value.Slot(inputs[i].Type, inputs[i].Shape, recorder);
                var outputs = new FastRun(graph, weights, liveness, recorder, limits, null, CancellationToken.None).Record(fed);
                if (recording.Count > MostLaunches)
                    throw new UnplannableException($"more than {MostLaunches} kernels");
                if (pass == 1)
                    return new Plan(key, recording, arena, fed, outputs, names);
                recording.Dispose();
                arena.LayOut();
            }
        }
        catch (Exception e)
        {
            recording?.Dispose();
            arena.Dispose();
            // What is wrong with the model or the inputs the ordinary run will say, at its place; and it may do with less memory at a time.
            if (e is UnplannableException or ModelException or OutOfMemoryException)
                return null;
            throw;
        }
    }
}

using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// The plans of one context, the last used first. The first inputs of all get a plan at once; others when they come a second time,
/// so that a caller who sends another shape every time does not pay for plans that nobody uses again.
/// </summary>
internal sealed class PlanCache(Planner planner, long mostBytes) : IDisposable
{
    /// <summary>Plans kept at most.</summary>
    public const int Most = 8;

    private const int MostKeys = 32;

    private readonly List<Plan> plans = [];
    private readonly List<PlanKey> seen = [], refused = [];

    /// <summary>Bytes that the plans hold.</summary>
    public long Bytes => plans.Sum(p => p.Bytes);

    /// <summary>The plan for these inputs, or null where this run goes node by node.</summary>
    public Plan? For(ModelValue[] inputs, RunContext context)
    {
        for (var i = 0; i < plans.Count; i++)
            if (plans[i].Key.Fits(inputs))
                return ToFront(i);
        if (Contains(refused, inputs) || !Array.TrueForAll(inputs, x => x is Tensor { Type: not DType.String }))
            return null;
        var tensors = Array.ConvertAll(inputs, x => (Tensor)x);
        if ((plans.Count > 0 || seen.Count > 0) && !Contains(seen, inputs))
        {
            Add(seen, planner.KeyOf(tensors));
            return null;
        }
        if (planner.Make(tensors, context) is not { } plan)
        {
            Add(refused, planner.KeyOf(tensors));
            return null;
        }
        plans.Insert(0, plan);
        while (plans.Count > Most || (plans.Count > 1 && Bytes > mostBytes))
        {
            plans[^1].Dispose();
            plans.RemoveAt(plans.Count - 1);
        }
        return plan;
    }

    public void Dispose()
    {
        foreach (var plan in plans)
            plan.Dispose();
        plans.Clear();
    }

    private Plan ToFront(int i)
    {
        var plan = plans[i];
        if (i > 0)
        {
            plans.RemoveAt(i);
            plans.Insert(0, plan);
        }
        return plan;
    }

    private static bool Contains(List<PlanKey> keys, ModelValue[] inputs)
    {
        foreach (var key in keys)
            if (key.Fits(inputs))
                return true;
        return false;
    }

    private static void Add(List<PlanKey> keys, PlanKey key)
    {
        if (keys.Count == MostKeys)
            keys.RemoveAt(0);
        keys.Add(key);
    }
}

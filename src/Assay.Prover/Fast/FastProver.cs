using System.Collections.Concurrent;
using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;

namespace Assay.Prover.Fast;

/// <summary>Proves runs of committed models, quickly: byte for byte what <see cref="InferenceProver"/> says. One proof at a time; its threads end with it.</summary>
/// <param name="threads">The caller among them.</param>
public sealed class FastProver(int threads) : IDisposable
{
    private const int KeptPlans = 4;

    private readonly Team team = new(threads);
    private readonly Arrays arrays = new();
    private readonly Lock turn = new();
    private readonly List<Planned> plans = [];
    private ProofPlan? latest;

    /// <summary>Encodes and hashes a model's weights, once for all proofs.</summary>
    public CommittedWeights Commit(ProofModel model, ImmutableArray<LayerWeights?> weights)
    {
        lock (turn)
            return new CommittedWeights(team, model, weights);
    }

    /// <summary>Runs a model on the statement's input.</summary>
    public ReferenceRun Run(CommittedWeights committed, int batch, ImmutableArray<sbyte> input)
    {
        lock (turn)
        {
            var planned = PlanOf(committed, batch);
            return ReferenceRun.Of(planned.Plan, committed.Weights, input, new FastRun(team, committed, planned.Intervals));
        }
    }

    /// <summary>The proof that the model's output on the statement's input is the statement's.</summary>
    public byte[] Prove(CommittedWeights committed, Statement statement) => Prove(committed, statement, Run(committed, statement.Batch, statement.Input));

    /// <summary>Of a run that was made before.</summary>
    public byte[] Prove(CommittedWeights committed, Statement statement, ReferenceRun run)
    {
        lock (turn)
        {
            var (plan, counting, _) = PlanOf(committed, statement.Batch);
            if (latest != plan)
                arrays.Forget();
            latest = plan;
            return InferenceProver.Prove(statement, new FastOperations(plan, committed, run, counting, team, arrays));
        }
    }

    /// <summary>The proof about the model's matrix, part by part: byte for byte what <see cref="WeightProver"/> says.</summary>
    /// <param name="progress">Told which part is begun, counted from 0, and how many there are.</param>
    /// <exception cref="Verify.MalformedException">A bias bound is above <see cref="WeightPlan.MostBias"/>.</exception>
    public ImmutableArray<byte[]> ProveWeights(CommittedWeights committed, ReadOnlyMemory<byte> modelId, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        var parts = WeightPlan.Of(committed.Model);
        var (proofs, own) = (ImmutableArray.CreateBuilder<byte[]>(parts.Length), new Arrays());
        foreach (var (part, plan) in parts.Index())
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Invoke(part, parts.Length);
            lock (turn)
                proofs.Add(WeightProver.Prove(modelId, part, new FastWeights(team, committed, plan, own)));
        }
        return proofs.MoveToImmutable();
    }

    public void Dispose() => team.Dispose();

    /// <summary>The plan for a model and a batch; the <see cref="KeptPlans"/> that were asked for last are kept, since whoever asks for proofs chooses the batch.</summary>
    private Planned PlanOf(CommittedWeights committed, int batch)
    {
        // A model is itself: comparing all of its tables would take longer than proving.
        var at = plans.FindIndex(p => ReferenceEquals(p.Plan.Model, committed.Model) && p.Plan.Batch == batch);
        var planned = at >= 0 ? plans[at] : Planned.Of(committed.Model, batch);
        if (at >= 0)
            plans.RemoveAt(at);
        else if (plans.Count == KeptPlans)
            plans.RemoveAt(KeptPlans - 1);
        plans.Insert(0, planned);
        return planned;
    }

    private sealed record Planned(ProofPlan Plan, Counting Counting, ConcurrentDictionary<int, FastRun.Intervals[]> Intervals)
    {
        public static Planned Of(ProofModel model, int batch)
        {
            var plan = new ProofPlan(model, batch);
            return new(plan, new Counting(plan.Lookups), []);
        }
    }
}

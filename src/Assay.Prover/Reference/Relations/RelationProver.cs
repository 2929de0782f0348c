using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference.Relations;

/// <summary>What relations of layers prove with: the mirror of the verifier's reader.</summary>
internal sealed class RelationProver(ProofWriter proof, ProofOperations operations)
{
    private readonly ProofPlan plan = operations.Plan;
    private readonly ReferenceRun run = operations.Run;

    public List<Claim> Claims { get; } = [];

    public ProofPlan Plan => plan;

    public ReferenceRun Run => run;

    public ProofOperations Operations => operations;

    public LayerWeights Weights(int layer) => operations.Weights(layer);

    public void Put(params ReadOnlySpan<Felt4> values) => proof.Put(Tags.Evaluations, values);

    public Felt4[] Challenges(int count) => proof.Transcript.Challenges(Tags.Challenge, count);

    /// <inheritdoc cref="ProofOperations.Entries"/>
    public (Felt4[] Point, Felt4[] Values) Entries(EntrySum of, Felt4[] tau, Felt4[] window, PublicColumn? inside, ImmutableArray<int[]> entries, ImmutableArray<int[]> windows) =>
        operations.Entries(proof, of, tau, window, inside, entries, windows);

    /// <summary>Of the product of tables.</summary>
    public Felt4[] Products(params Felt4[][] tables) => operations.Products(proof, tables);

    public Felt4[] Differences(Felt4[] tau, ImmutableArray<int[]> columns) => operations.Differences(proof, tau, columns);

    /// <summary>A claim about a committed block, and its value.</summary>
    public Felt4 Open(BlockPlace place, int[] values, Felt4[] point) => Open(place, point, operations.At(values, point));

    public Felt4 Open(BlockPlace place, Felt4[] point, Felt4 value)
    {
        Claims.Add(new Claim(place, [.. point], value));
        return value;
    }

    public void Tensor(int tensor, Felt4[] point)
    {
        if (tensor == 0)
            return;
        if (plan.Model.Layers[tensor - 1].IsView)
            View(tensor - 1, point);
        else
            Open(plan.Output(tensor - 1), run.Tensors[tensor], point);
    }

    /// <summary>Σ_z (x(before, z, behind) − shift) M(z).</summary>
    public void Gather(int tensor, Felt4[] before, Felt4[] behind, int shift, PublicMatrix matrix)
    {
        Felt4[][] tables = [operations.Shifted(run.Tensors[tensor], before, behind, shift), matrix.Table()];
        var place = Products(tables);
        Put(tables[0][0] + Felt4.From(shift));
        Tensor(tensor, [.. before, .. place, .. behind]);
    }

    public void Layer(int i, ReadOnlySpan<Felt4[]> points)
    {
        if (plan.Model.Layers[i] is ScaledLayer { Limbs: true } scaled)
            LimbProof.Prove(this, i, scaled);
        switch (plan.Model.Layers[i])
        {
            case DenseLayer dense:
                ProductProof.Prove(this, i, dense, points[0]);
                break;
            case ConvLayer { Depthwise: true } conv:
                ProductProof.ProveDepthwise(this, i, conv, points[0]);
                break;
            case ConvLayer conv:
                ProductProof.Prove(this, i, conv, points[0]);
                break;
            case MatMulLayer product:
                MatMulProof.Prove(this, i, product, points[0]);
                break;
            case SoftmaxLayer softmax:
                WindowProofs.Prove(this, i, softmax, points[0]);
                break;
            case NormalizeLayer normalize:
                WindowProofs.Prove(this, i, normalize, points[0]);
                break;
            case AddLayer add:
                Put(operations.At(run.Tensors[add.A], points[0]), operations.At(run.Tensors[add.B], points[0]));
                Tensor(add.A, points[0]);
                Tensor(add.B, points[0]);
                break;
            case AveragePoolLayer pool:
                var behind = plan.Shapes[i + 1].Before(2);
                Gather(pool.Input, points[0][..behind], [], pool.ZeroPoint, WindowMatrix.Of(pool, plan.Shapes[pool.Input], points[0].AsSpan(behind)));
                break;
            case TableLayer table:
                Tensor(table.Input, points[0]);
                break;
            case MaxPoolLayer or LinePoolLayer:
                PoolProof.Prove(this, i, points[0]);
                break;
            default:
                throw new InvalidOperationException($"layer {i} has no relation");
        }
    }

    private void View(int i, Felt4[] point)
    {
        var (inputs, output) = (plan.InputsOf(i), plan.Shapes[i + 1]);
        var batch = output.Axes[0].Log;
        switch (plan.Model.Layers[i])
        {
            case TransposeLayer transpose:
                Tensor(transpose.Input, ViewRelation.Before(transpose, inputs[0], output, point));
                break;
            case ReshapeLayer reshape when ReshapeLayer.IsAligned(inputs[0], output):
                Tensor(reshape.Input, point);
                break;
            case ReshapeLayer reshape:
                Gather(reshape.Input, point[..batch], [], 0, ViewRelation.Moving(inputs[0], output, point));
                break;
            case ConcatLayer concat:
                MovingMatrix[] parts = [.. inputs.Select((_, p) => ViewRelation.Part(concat, inputs, output, p, point))];
                Put([.. parts.Select((matrix, p) => Inner(operations.Shifted(run.Tensors[concat.Parts[p]], point[..batch], [], 0), matrix.Table()))]);
                foreach (var (p, matrix) in parts.Index())
                    Gather(concat.Parts[p], point[..batch], [], 0, matrix);
                break;
        }
    }

    private static Felt4 Inner(Felt4[] a, Felt4[] b) => a.Zip(b).Aggregate(Felt4.Zero, (sum, pair) => sum + pair.First * pair.Second);
}

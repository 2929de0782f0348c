using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>What relations of layers read with: the proof, and where claims go that are opened together at the end.</summary>
/// <param name="input">The public input's table.</param>
internal sealed class RelationReader(ProofReader proof, ProofPlan plan, List<Claim> claims, Felt[] input)
{
    public ProofPlan Plan => plan;

    public Felt4[] Take(int count) => proof.Take(Tags.Evaluations, count);

    public Felt4[] Challenges(int count) => proof.Challenges(count);

    /// <summary>Polynomials are compared at a point of so many coordinates that was drawn for something else.</summary>
    public void Compared(int coordinates) => proof.Compared(coordinates);

    /// <exception cref="ProofRefused">It does not hold.</exception>
    public void Require(bool holds, ProofCheck check) => proof.Require(holds, check);

    public (Felt4[] Point, Felt4 Final) Sumcheck(Felt4 claim, int rounds, int degree) => Protocol.Sumcheck.Read(proof, Tags.Sumcheck, claim, rounds, degree);

    /// <summary>A committed block has a value at a point.</summary>
    public void Open(BlockPlace place, ReadOnlySpan<Felt4> point, Felt4 value) => claims.Add(new Claim(place, [.. point], value));

    /// <summary>A tensor has a value at a point. The input is public and looked at here (C17); a view's claim is one about what it shows.</summary>
    public void Tensor(int tensor, Felt4[] point, Felt4 value)
    {
        if (tensor == 0)
            Require(Multilinear.Evaluate(input, point) == value, ProofCheck.Input);
        else if (plan.Model.Layers[tensor - 1].IsView)
            ViewRelation.Read(this, tensor - 1, point, value);
        else
            Open(plan.Output(tensor - 1), point, value);
    }

    /// <summary>Σ_z (x(before, z, behind) − shift) M(z) is a value: a sumcheck, which leaves x at a point.</summary>
    public void Gather(int tensor, ReadOnlySpan<Felt4> before, ReadOnlySpan<Felt4> behind, int shift, PublicMatrix matrix, Felt4 value, ProofCheck check)
    {
        var (place, final) = Sumcheck(value, matrix.Log, degree: 2);
        var x = Take(1)[0];
        Require(final == (x - Felt4.From(shift)) * matrix.Evaluate(place), check);
        Tensor(tensor, [.. before, .. place, .. behind], x);
    }

    /// <summary>A layer's relation: what its columns have to do with its inputs.</summary>
    public void Layer(int i, ReadOnlySpan<SectionEvaluations> sections)
    {
        if (plan.Model.Layers[i] is ScaledLayer { Limbs: true } scaled)
            LimbRelation.Read(this, i, scaled);
        switch (plan.Model.Layers[i])
        {
            case DenseLayer dense:
                ProductRelation.Read(this, i, dense, sections[0]);
                break;
            case ConvLayer { Depthwise: true } conv:
                ProductRelation.ReadDepthwise(this, i, conv, sections[0]);
                break;
            case ConvLayer conv:
                ProductRelation.Read(this, i, conv, sections[0]);
                break;
            case MatMulLayer product:
                MatMulRelation.Read(this, i, product, sections[0]);
                break;
            case SoftmaxLayer softmax:
                SoftmaxRelation.Read(this, i, softmax, sections[0]);
                break;
            case NormalizeLayer normalize:
                NormalizeRelation.Read(this, i, normalize, sections[0]);
                break;
            case AddLayer add:
                SumRelation.Read(this, add, sections[0]);
                break;
            case AveragePoolLayer pool:
                SumRelation.Read(this, i, pool, sections[0]);
                break;
            case TableLayer table:
                Tensor(table.Input, [.. sections[0].Point], sections[0].Columns[1]);
                break;
            case MaxPoolLayer or LinePoolLayer:
                PoolRelation.Read(this, i, sections[0]);
                break;
            default:
                throw new InvalidOperationException($"layer {i} has no relation");
        }
    }
}

using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Protocol.Weights;

/// <summary>A piece of a committed block of weights, or a block of biases.</summary>
/// <param name="IsBias">Then its bound is β of the layer.</param>
/// <param name="Number">Of a piece: the block's values from Number · 2^Log.</param>
internal readonly record struct WeightPiece(int Layer, bool IsBias, int Number, int Log, TensorShape Axes, BlockPlace Place);

/// <summary>
/// What a proof about a model's matrix looks up (docs/spec/proofs.md section 10): that weights are −127 to 127, biases within their bound and
/// padding zero. A large model has several such proofs.
/// </summary>
public sealed class WeightPlan
{
    /// <summary>κ of its range: two limbs of a bias are below 2^28.</summary>
    public const int LogLimb = 14;

    /// <summary>Of β, so that the sum of two limbs says what it is over the integers.</summary>
    public const int MostBias = (1 << 27) - 1;

    private const int WeightTag = 1, PaddingTag = 2, LogPiece = 20, MostLeaves = 1 << 22;

    private WeightPlan(ProofModel model, ImmutableArray<WeightPiece> pieces)
    {
        var witness = new BlockLayout(1, model.Parameters.LogColumns);
        int[] multiplicities = [witness.Add(LogLimb), witness.Add(8), witness.Add(0)];
        var limbs = pieces.Select(p => p.IsBias ? Enumerable.Range(0, 4).Select(_ => witness.Add(p.Log)).ToArray() : []).ToArray();
        witness.Place();
        var sections = pieces.Select((piece, i) =>
        {
            var section = piece.IsBias ? Bias(piece) : Weight(piece);
            return new PlacedSection(piece.Layer, i, section, [piece.Place, .. limbs[i].Select(l => (BlockPlace?)witness[l])]);
        });
        Lookups = new LookupPlan([.. sections],
        [
            new PlacedTable(-1, 0, LogLimb, [], witness[multiplicities[0]]),
            new PlacedTable(0, WeightTag, 8, LookupPlan.Padded([.. Enumerable.Range(-127, 255).Select(w => new TableRow(w, 0, 0))]), witness[multiplicities[1]]),
            new PlacedTable(0, PaddingTag, 0, [new TableRow(0, 0, 0)], witness[multiplicities[2]]),
        ]);
        (Pieces, Witness) = (pieces, witness);
    }

    internal ImmutableArray<WeightPiece> Pieces { get; }

    public LookupPlan Lookups { get; }

    /// <summary>The matrix that the proof commits to.</summary>
    public BlockLayout Witness { get; }

    /// <summary>As many as a model needs so that none has more than 2^22 leaves.</summary>
    /// <exception cref="Verify.MalformedException">Its layers do not fit one another, or a bias bound is above <see cref="MostBias"/>.</exception>
    public static ImmutableArray<WeightPlan> Of(ProofModel model) => [.. Each(model)];

    /// <summary>The same, each made when it is asked for: a verifier makes no more of them than a file has bytes for.</summary>
    /// <exception cref="Verify.MalformedException">As <see cref="Of"/>, before the first.</exception>
    internal static IEnumerable<WeightPlan> Each(ProofModel model)
    {
        foreach (var (i, layer) in model.Layers.Index())
            if (layer is WeightLayer { BiasBound: > MostBias } of)
                throw new Verify.MalformedException($"a layer of a proof: biases of layer {i} up to {of.BiasBound}, more than {MostBias}");
        var (pieces, leaves) = (ImmutableArray.CreateBuilder<WeightPiece>(), 0L);
        foreach (var piece in PiecesOf(model))
        {
            var more = (piece.IsBias ? 5L : 1L) << piece.Log;
            if (leaves + more > MostLeaves - (1 << LogLimb + 1))
            {
                yield return new WeightPlan(model, pieces.DrainToImmutable());
                leaves = 0;
            }
            pieces.Add(piece);
            leaves += more;
        }
        yield return new WeightPlan(model, pieces.DrainToImmutable());
    }

    private static IEnumerable<WeightPiece> PiecesOf(ProofModel model)
    {
        var (shapes, layout, block) = (model.Shapes(1), model.WeightLayout(), 0);
        foreach (var (i, layer) in model.Layers.Index())
        {
            if (layer is not WeightLayer of)
                continue;
            var axes = new TensorShape([Axis.Of(of.Outputs), Axis.Of(of.Inner(shapes[of.Input]))]);
            var (whole, log) = (layout[block++], Math.Min(axes.Log, LogPiece));
            for (var number = 0; number < 1 << axes.Log - log; number++)
                yield return new WeightPiece(i, false, number, log, axes, Piece(whole, log, number, model.Parameters.LogColumns));
            yield return new WeightPiece(i, true, 0, Axis.LogOf(of.Outputs), new TensorShape([Axis.Of(of.Outputs)]), layout[block++]);
        }
    }

    // A piece smaller than its block has whole rows: rows have at most 2^LogPiece values.
    private static BlockPlace Piece(BlockPlace whole, int log, int number, int logColumns) =>
        log == whole.Log ? whole : whole with { Row = whole.Row + (number << log - logColumns), Log = log };

    private static Section Weight(WeightPiece piece) =>
        new(piece.Log, [new("w", true)], [new(new(WeightTag), Linear.Of(0), Linear.Zero, Linear.Zero, new PaddingColumn(piece.Axes, piece.Log, piece.Number))]);

    // Tag 2 where padded: 0. Everywhere β + b = p0 + 2^14 p1 and β − b = q0 + 2^14 q1.
    private static Section Bias(WeightPiece piece) => new(piece.Log, [new("b", true), new("p0", true), new("p1", true), new("q0", true), new("q1", true)],
    [
        .. Enumerable.Range(1, 4).Select(limb => new Lookup(Linear.Zero, Linear.Of(limb), Linear.Zero, Linear.Zero)),
        new(new(PaddingTag), Linear.Of(0), Linear.Zero, Linear.Zero, Where: new PaddingColumn(piece.Axes, piece.Log, 0)),
    ]);
}

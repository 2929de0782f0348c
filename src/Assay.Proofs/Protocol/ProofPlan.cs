using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Protocol;

/// <summary>
/// Everything of a proof that follows from the model and the batch alone: which lookups there are, where they stand in the tree, what is
/// committed and where. Prover and verifier both begin with it.
/// </summary>
public sealed class ProofPlan
{
    private readonly int[] firstSection;
    private readonly BlockLayout weights;
    private readonly (int Weights, int Biases)[] constants;

    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another.</exception>
    public ProofPlan(ProofModel model, int batch)
    {
        (Model, Batch, Shapes, weights) = (model, batch, model.Shapes(batch), model.WeightLayout());
        (firstSection, constants) = (new int[model.Layers.Length], new (int, int)[model.Layers.Length]);
        var (sections, tables) = (new List<(int Layer, int Number, Section Section)>(), new List<(int Layer, int Tag, ImmutableArray<TableRow> Rows)>());
        var weight = 0;
        foreach (var (i, layer) in model.Layers.Index())
        {
            var inputs = InputsOf(i);
            firstSection[i] = sections.Count;
            var firstTag = tables.Count + 1;
            foreach (var rows in layer.Tables(inputs, model.Parameters.LogRange))
                tables.Add((i, tables.Count + 1, LookupPlan.Padded(rows)));
            sections.AddRange(layer.Sections(inputs, Shapes[i + 1], model.Parameters.LogRange, firstTag).Select((section, number) => (i, number, section)));
            if (layer is WeightLayer)
                constants[i] = (weight++, weight++);
        }

        Witness = new BlockLayout(1, model.Parameters.LogColumns);
        int[] multiplicities = [Witness.Add(model.Parameters.LogRange), .. tables.Select(t => Witness.Add(Axis.LogOf(t.Rows.Length)))];
        var columns = sections.Select(s => s.Section.Columns.Select(c => c.IsCommitted ? Witness.Add(s.Section.Log) : -1).ToArray()).ToArray();
        Witness.Place();
        ImmutableArray<PlacedSection> placed = [.. sections.Select((s, i) => new PlacedSection(s.Layer, s.Number, s.Section, [.. columns[i].Select(c => c < 0 ? (BlockPlace?)null : Witness[c])]))];
        ImmutableArray<PlacedTable> placedTables =
        [
            new PlacedTable(-1, 0, model.Parameters.LogRange, [], Witness[multiplicities[0]]),
            .. tables.Select((t, i) => new PlacedTable(t.Layer, t.Tag, Axis.LogOf(t.Rows.Length), t.Rows, Witness[multiplicities[i + 1]])),
        ];
        Lookups = new LookupPlan(placed, placedTables);
    }

    public ProofModel Model { get; }

    public int Batch { get; }

    /// <summary>Of the input, then of each layer's output.</summary>
    public ImmutableArray<TensorShape> Shapes { get; }

    /// <summary>Sections and tables of all layers, in order; the range before them.</summary>
    public LookupPlan Lookups { get; }

    /// <inheritdoc cref="LookupPlan.Sections"/>
    public ImmutableArray<PlacedSection> Sections => Lookups.Sections;

    /// <inheritdoc cref="LookupPlan.Tables"/>
    public ImmutableArray<PlacedTable> Tables => Lookups.Tables;

    /// <inheritdoc cref="LookupPlan.Leaves"/>
    public ImmutableArray<LeafBlock> Leaves => Lookups.Leaves;

    /// <inheritdoc cref="LookupPlan.Tree"/>
    public BlockLayout Tree => Lookups.Tree;

    /// <inheritdoc cref="LookupPlan.LeafCount"/>
    public long LeafCount => Lookups.LeafCount;

    /// <inheritdoc cref="LookupPlan.Depth"/>
    public int Depth => Lookups.Depth;

    /// <summary>Blocks of the matrix that a proof commits to: multiplicities of the tables, then the committed columns.</summary>
    public BlockLayout Witness { get; }

    /// <summary>Rows of the model's matrix.</summary>
    public int WeightRows => weights.Rows;

    /// <summary>The shapes of a layer's inputs.</summary>
    public ImmutableArray<TensorShape> InputsOf(int layer) => [.. Model.Layers[layer].Inputs.Select(t => Shapes[t])];

    /// <summary>The number of a layer's section among <see cref="Sections"/>.</summary>
    public int SectionOf(int layer, int number = 0) => firstSection[layer] + number;

    /// <summary>Where a layer's output is committed to: of one that is no view.</summary>
    public BlockPlace Output(int layer) => Column(layer, 0, 0);

    /// <summary>Where a column of a layer's section is committed to.</summary>
    public BlockPlace Column(int layer, int section, int column) => Sections[SectionOf(layer, section)].Places[column]!.Value;

    public BlockPlace Weights(int layer) => weights[constants[layer].Weights];

    public BlockPlace Biases(int layer) => weights[constants[layer].Biases];
}

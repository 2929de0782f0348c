using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>y = T[x], place by place.</summary>
/// <param name="Table">T of −128 to 127.</param>
public sealed record TableLayer(int Input, ImmutableArray<sbyte> Table) : ProofLayer
{
    public override ImmutableArray<int> Inputs => [Input];

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs) => inputs[0];

    public override bool IsValid(ImmutableArray<TensorShape> inputs) => Table.Length == 256;

    public override ImmutableArray<ImmutableArray<TableRow>> Tables(ImmutableArray<TensorShape> inputs, int logRange) =>
        [[.. Table.Select((y, i) => new TableRow(y, i - 128, 0))]];

    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag) =>
        [new(output.Log, [new("y", true), new("x", false)], [new(new(firstTag), Linear.Of(0), Linear.Of(1), Linear.Zero)])];
}

/// <summary>The maximum of each two by two.</summary>
public sealed record MaxPoolLayer(int Input) : ProofLayer
{
    public override ImmutableArray<int> Inputs => [Input];

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        var axes = Image(inputs[0]).Axes;
        Unless(axes[2].Size >= 2 && axes[3].Size >= 2, "a pool of two by two wants two rows and two columns");
        return new([axes[0], axes[1], axes[2].Halved, axes[3].Halved]);
    }

    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag) => [Differences(output, 4)];

    /// <summary>y and the values of which it is the largest: each difference in the range.</summary>
    internal static Section Differences(TensorShape output, int values) => new(
        output.Log, [new("y", true), .. Enumerable.Range(0, values).Select(i => new Column($"x{i}", false))],
        [.. Enumerable.Range(1, values).Select(i => new Lookup(Linear.Zero, new(0, (0, 1), (i, -1)), Linear.Zero, Linear.Zero))]);
}

/// <summary>The maximum along rows or columns of windows of up to four, any stride, padded with −128: pools of other windows are made of two of these and more.</summary>
/// <param name="Along">The axis: 2, rows, or 3, columns.</param>
/// <param name="Size">Of the output along it.</param>
public sealed record LinePoolLayer(int Input, int Along, int Kernel, int Stride, int Before, int Size) : ProofLayer
{
    public override ImmutableArray<int> Inputs => [Input];

    public override bool IsValid(ImmutableArray<TensorShape> inputs) => Kernel is >= 1 and <= 4;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(Along is 2 or 3 && Kernel >= 1 && Stride >= 1 && Before >= 0 && Before < Kernel && Size >= 1, "a pool along a line with a size below one, or padded by all of its window");
        Small(Stride, Kernel);
        return new(Image(inputs[0]).Axes.SetItem(Along, Axis.Of(Size)));
    }

    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag) => [MaxPoolLayer.Differences(output, Kernel)];
}

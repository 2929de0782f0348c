using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>A layer of what is proved: from tensors that stand before it to one of its own (docs/spec/proofs.md section 3). Public figures only: weights are elsewhere.</summary>
public abstract record ProofLayer
{
    /// <summary>Of each input: 0 is the model's, i the output of layer i − 1.</summary>
    public abstract ImmutableArray<int> Inputs { get; }

    /// <summary>What it makes of tensors of those shapes.</summary>
    /// <exception cref="Verify.MalformedException">It cannot take such tensors.</exception>
    public abstract TensorShape OutputOf(ImmutableArray<TensorShape> inputs);

    /// <summary>Whether every figure is in its range (C4), for inputs of those shapes.</summary>
    public virtual bool IsValid(ImmutableArray<TensorShape> inputs) => true;

    /// <summary>Whether it only moves values: nothing of it is committed to, and a claim about its output becomes one about its input.</summary>
    public virtual bool IsView => false;

    /// <summary>The tables that it looks up in, each with a tag of its own.</summary>
    /// <param name="logRange">κ.</param>
    public virtual ImmutableArray<ImmutableArray<TableRow>> Tables(ImmutableArray<TensorShape> inputs, int logRange) => [];

    /// <summary>Its columns and what is looked up of them. The first column of the first section is the output.</summary>
    /// <param name="logRange">κ.</param>
    /// <param name="firstTag">Of the first of its tables; the others' follow.</param>
    public virtual ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag) => [];

    private protected static Verify.MalformedException Wrong(string what) => new($"a layer of a proof: {what}");

    private protected static void Unless(bool holds, string what)
    {
        if (!holds)
            throw Wrong(what);
    }

    /// <summary>Kernels, strides, dilations and padding are small, so that no place that a window takes overflows.</summary>
    private protected static void Small(params ReadOnlySpan<int> figures)
    {
        foreach (var figure in figures)
            Unless(figure <= 1 << 10, "a window's figure above 1024");
    }

    private protected static TensorShape Image(TensorShape input) =>
        input.Axes.Length == 4 ? input : throw Wrong("an image has batch, channel, row and column");
}
